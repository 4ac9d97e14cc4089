//! What the machine offers: atomics and cells, the internal lock, and code that runs although a panic unwinds.
//!
//! Nothing here knows of waiting, or of any primitive.

#[forbid(unsafe_code)]
pub(crate) mod atomic;
#[cfg(any(loom, all(doc, feature = "std")))]
#[forbid(unsafe_code)]
pub(crate) mod engine;
#[forbid(unsafe_code)]
pub(crate) mod on_drop;
pub(crate) mod raw_lock;
#[cfg(all(loom, shuttle))]
#[allow(clippy::disallowed_types, reason = "its cell is what models watch")]
#[forbid(unsafe_code)]
pub(crate) mod shuttle;
