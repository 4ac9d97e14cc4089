//! What differs between the two flavours of the primitives: for all threads, and for one (`local`).

/// What owned handles are made of.
#[cfg(feature = "local")]
pub use std::rc::Rc as Arc;
#[cfg(not(feature = "local"))]
pub use std::sync::Arc;

/// `Send`, if the primitives are.
#[cfg(not(feature = "local"))]
pub trait Sendable: Send {}
#[cfg(not(feature = "local"))]
impl<T: ?Sized + Send> Sendable for T {}
/// Everything, since nothing leaves its thread.
#[cfg(feature = "local")]
pub trait Sendable {}
#[cfg(feature = "local")]
impl<T: ?Sized> Sendable for T {}

/// `Send + Sync`, if the primitives are.
#[cfg(not(feature = "local"))]
pub trait Portable: Send + Sync {}
#[cfg(not(feature = "local"))]
impl<T: ?Sized + Send + Sync> Portable for T {}
/// Everything, since nothing leaves its thread.
#[cfg(feature = "local")]
pub trait Portable {}
#[cfg(feature = "local")]
impl<T: ?Sized> Portable for T {}

/// Is sent whatever is in it.
#[derive(Debug)]
pub(crate) struct Carried<T>(T);

// SAFETY: `thread::finishes` alone makes one. Its thread waits, and touches nothing, until the other thread has ended with all
// that is in it.
#[cfg(feature = "local")]
unsafe impl<T> Send for Carried<T> {}

impl<T> Carried<T> {
    pub(crate) fn new(value: T) -> Self {
        Self(value)
    }

    pub(crate) fn get(self) -> T {
        self.0
    }
}
