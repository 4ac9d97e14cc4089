//! What the machine offers: atomics and cells, the internal lock, and code that runs although a panic unwinds.
//!
//! Nothing here knows of waiting, or of any primitive.

#[forbid(unsafe_code)]
pub(crate) mod atomic;
#[forbid(unsafe_code)]
pub(crate) mod on_drop;
pub(crate) mod raw_lock;
