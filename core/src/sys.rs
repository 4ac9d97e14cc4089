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

/// What owned handles are made of.
#[cfg(feature = "alloc")]
pub(crate) use alloc::sync::Arc;

/// What a type that a primitive is made of has to be, so that the primitive can be sent.
pub(crate) use core::marker::Send as Sent;

/// A future of any type on the heap, which can be sent as far as primitives can.
#[cfg(feature = "alloc")]
pub(crate) type BoxedFuture<T> = alloc::boxed::Box<dyn Future<Output = T> + Send>;

/// Says that a type may be sent or shared. In the local flavour, which has a `sys` of its own, it says nothing.
macro_rules! shared {
    ($($implementations:item)*) => {
        $($implementations)*
    };
}
pub(crate) use shared;
