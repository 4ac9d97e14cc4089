//! Asynchronous Lock, Semaphore, Event, Condition and bounded Queue, for every runtime and for none.
//!
//! The semantics are those of Python's `asyncio`, the API is Rust's. `no_std`, no allocation, no dependency;
//! every constructor is `const`, so primitives live in `static`s. Nothing here knows an executor: a wait is a
//! future with a waker, and any runtime, a `block_on` in a thread, or a few lines on a microcontroller polls it.
//!
//! | type | a task | takes beside its data | asyncio |
//! |---|---|---|---|
//! | [`Lock`] | owns what it protects, alone | up to 4 words | `Lock` |
//! | [`Semaphore`] | takes permits from a number of them | 5 words (6 on 32 bits) | `Semaphore`, `BoundedSemaphore` |
//! | [`Event`] | waits for a flag | up to 4 words | `Event` |
//! | [`Condition`] | waits for a change of what a lock protects | up to 5 words | `Condition` |
//! | [`StaticQueue`], [`Queue`] | passes items on, and waits for room, items or the end of work | 11 words (13 on 32 bits) | `Queue` |
//!
//! # What all of them promise
//! * **No lost wake.** What is granted to a wait that is then dropped goes to the next one.
//! * **First come, first served**, by direct hand-over. `try_` operations do not overtake. (A [`Lock`] can be
//!   told to let a bounded number overtake.)
//! * **No allocation**: a waiter is a node in its own future. What grows with the waiters is their futures alone.
//! * **O(1)** to begin, grant and cancel a wait, however many wait.
//! * **No user code under an internal lock**: wakers and values are cloned, woken and dropped outside. A waker
//!   may call back, poll inline, or panic; all others due are still woken.
//! * **A broadcast reaches exactly those that waited** when it began.
//! * **Dropping and forgetting** futures and guards is safe at any point.
//! * **Bounded critical sections**: the internal lock is held for a few pointer moves, of at most 16 waiters
//!   at a time. With the feature `critical-section` it is 8, and that is the longest time that interrupts are off.
//!
//! # Features
//! None is on by default; each only adds.
//!
//! | feature | adds |
//! |---|---|
//! | `alloc` | [`Queue`], and guards and permits that own an `Arc` |
//! | `std` | `alloc`, and threads that yield to the operating system instead of spinning on |
//! | `futures` | `FusedFuture` for all waits, `Stream` of a queue |
//! | `critical-section` | interrupts off in the internal lock: operations may be called from handlers |
//! | `portable-atomic` | atomics for targets without compare-and-swap; choose its back-end in your binary |
//!
//! # Interrupts
//! Without `critical-section`, do not call into a primitive from an interrupt handler that may have interrupted
//! a call into the same one: the handler would spin for a holder that cannot run. With it, every operation that
//! is not a wait may be called from a handler.
#![no_std]
#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(feature = "alloc")]
extern crate alloc;
#[cfg(any(feature = "std", test))]
extern crate std;

mod sys;
mod wait;

#[forbid(unsafe_code)]
mod closed;
pub mod condition;
pub mod event;
pub mod lock;
pub mod queue;
pub mod semaphore;

#[cfg(test)]
mod tests;

#[doc(hidden)]
#[forbid(unsafe_code)]
pub mod doctest;

pub use closed::Closed;
pub use condition::Condition;
pub use event::Event;
pub use lock::{Lock, LockGuard, MappedGuard};
#[cfg(feature = "alloc")]
pub use lock::{OwnedLockGuard, OwnedMappedGuard};
#[cfg(feature = "alloc")]
pub use queue::{CapacityError, Queue};
pub use queue::{PushError, StaticQueue, TaskDoneError, TryPopError, TryPushError};
#[cfg(feature = "alloc")]
pub use semaphore::OwnedPermit;
pub use semaphore::{
    AcquireError, MergeError, Permit, ReleaseError, Semaphore, TooManyPermits, TryAcquireError,
};
#[cfg(feature = "alloc")]
#[cfg_attr(docsrs, doc(cfg(feature = "alloc")))]
pub use wait::handle::ArcPart;
pub use wait::handle::Handle;

#[cfg(not(any(target_has_atomic = "ptr", feature = "portable-atomic")))]
compile_error!(
    "this target has no compare-and-swap: switch on the feature `portable-atomic` of anywake-core, and a back-end of \
     portable-atomic (its feature `critical-section`, for example) in the binary"
);
