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

#[cfg(feature = "alloc")]
extern crate alloc;
#[cfg(any(feature = "std", test))]
extern crate std;

mod condition;
#[forbid(unsafe_code)]
mod error;
#[forbid(unsafe_code)]
mod event;
mod list;
mod lock;
#[forbid(unsafe_code)]
mod loom;
#[forbid(unsafe_code)]
mod on_drop;
mod queue;
mod raw_lock;
#[forbid(unsafe_code)]
mod semaphore;
mod wait_future;
mod wait_queue;
mod waiter;
mod wake_batch;

#[cfg(test)]
mod tests;

#[doc(hidden)]
#[forbid(unsafe_code)]
pub mod doctest;

pub use condition::{Condition, ConditionForFuture, ConditionFuture, ConditionUntilFuture};
#[cfg(feature = "alloc")]
pub use error::CapacityError;
pub use error::{
    AcquireError, Closed, MergeError, PushError, ReleaseError, TaskDoneError, TooManyPermits,
    TryAcquireError, TryPopError, TryPushError,
};
pub use event::{Event, EventFuture};
pub use lock::{Guard, Lock, LockFuture, LockGuard, LockHandle, MappedGuard, MappedLockGuard};
#[cfg(feature = "alloc")]
pub use lock::{OwnedLockFuture, OwnedLockGuard, OwnedMappedLockGuard};
#[cfg(feature = "futures")]
pub use queue::PopStream;
pub use queue::{BoundedQueue, InArray, JoinFuture, PopFuture, PushFuture, Slots, StaticQueue};
#[cfg(feature = "alloc")]
pub use queue::{Boxed, Queue};
pub use semaphore::{AcquireFuture, AcquireManyFuture, Permit, Permits, Semaphore};
#[cfg(feature = "alloc")]
pub use semaphore::{OwnedAcquireFuture, OwnedAcquireManyFuture, OwnedPermit};
pub use wait_future::WaitFuture;
