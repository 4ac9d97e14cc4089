//! The machine of the local flavour: one thread. Takes the place of `sys.rs` there.
//!
//! Cells stand for atomics, and nothing stands for the internal lock. The modules above use the same names, and do not
//! know which of the two they run on.
//!
//! # Why no lock is needed
//! No type that is made of these cells is `Send` or `Sync`: [`shared!`] drops the impls that say otherwise. So all calls
//! into a primitive come from one thread, one after another or one inside another. One inside another is what a lock
//! would have to exclude, and it does not happen:
//! * No user code runs under the internal lock (W4): no waker is cloned, woken or dropped, no value is cloned or dropped,
//!   no closure of a caller is called. So nothing that runs there can come back into the primitive.
//! * A signal or interrupt handler cannot reach a primitive: it would take a `static`, and so `Sync`.
//! * Between the load and the store of an operation of [`atomic`] no code of a caller runs either.
//!
//! Hence R1 and R2 of `sys/raw_lock.rs` hold without a lock: a guard ends before any other code of this thread takes the
//! next one, and what a thread did before, it sees. W2's "under the internal lock" means: between the call that makes the
//! guard and its drop. Builds with debug assertions check R1 at each lock, as with a critical section.
//!
//! Code that breaks W4 makes this unsound. The tests that show W4 run on this flavour too: `suites/semantics/hazards` calls the
//! primitive from each clone, wake and drop of a waker, and from the drop of each value, for every wait.

#[forbid(unsafe_code)]
pub(crate) mod atomic;
#[forbid(unsafe_code)]
#[path = "../sys/on_drop.rs"]
pub(crate) mod on_drop;
#[forbid(unsafe_code)]
pub(crate) mod raw_lock;

/// What owned handles are made of. It counts without atomics; the sources call it by the other name.
#[cfg(feature = "alloc")]
pub(crate) use alloc::rc::Rc as Arc;

/// What a type that a primitive is made of has to be, so that the primitive can be sent: none is.
pub(crate) trait Sent {}

impl<T> Sent for T {}

/// A future of any type on the heap. It stays on its thread, as all else here.
#[cfg(feature = "alloc")]
pub(crate) type BoxedFuture<T> = alloc::boxed::Box<dyn Future<Output = T>>;

/// Says nothing: no type is sent or shared.
macro_rules! shared {
    ($($implementations:item)*) => {};
}
pub(crate) use shared;
