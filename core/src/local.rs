//! The primitives of `anywake-core` for tasks of one thread: the same names, the same semantics and the same sources,
//! without atomics and without critical sections.
//!
//! No type here is [`Send`] or [`Sync`]. So a primitive, its guards and its futures stay on the thread that made them, and
//! the compiler refuses whatever would bring two threads, or an interrupt handler, to the same primitive. It suits an
//! executor that polls all of its tasks on one thread: an executor of firmware, tokio's `LocalSet`, a page in a browser, a
//! runtime with one thread per core.
//!
//! # Differences from `anywake-core`
//! * A primitive that lies in a `static` needs a `thread_local!`, or a cell of the executor's (`StaticCell`, for example),
//!   since a `static` is shared. Constructors are `const` all the same.
//! * Owned handles, guards and permits (feature `alloc`) own an `Rc` instead of an `Arc`.
//! * A waker is `Send` and `Sync` whatever wakes it, so that what is woken may be anywhere. An operation that wakes has to be
//!   called on the thread of the primitive.
//! * The features `critical-section`, `portable-atomic` and `diagnose` do not exist. No target lacks what this crate needs.
//!
//! All else is as the documentation of `anywake-core` says.
//!
#![doc = include_str!("local/example.md")]
#![no_std]
#![cfg_attr(docsrs, feature(doc_cfg))]
#![allow(
    unexpected_cfgs,
    reason = "the sources know features that only the other flavour has, and are checked there"
)]

#[cfg(feature = "alloc")]
extern crate alloc;
#[cfg(any(feature = "std", test))]
extern crate std;

#[path = "local/sys.rs"]
mod sys;
mod wait;

pub mod barrier;
pub mod broadcast;
#[cfg(feature = "alloc")]
#[cfg_attr(docsrs, doc(cfg(feature = "alloc")))]
pub mod cancellation_token;
pub mod channel;
#[forbid(unsafe_code)]
mod closed;
pub mod condition;
pub mod event;
pub mod latch;
pub mod lock;
pub mod notify;
pub mod once_cell;
pub mod oneshot;
pub mod queue;
pub mod rwlock;
pub mod semaphore;
pub mod signal;
pub mod timer;
pub mod wait_group;
pub mod watch;

pub use barrier::{Barrier, BarrierPass, BrokenBarrier};
pub use broadcast::{Broadcast, PublishError, TryPublishError};
#[cfg(feature = "alloc")]
pub use cancellation_token::{CancellationToken, DropGuard, OwnedDropGuard};
pub use closed::Closed;
pub use condition::Condition;
pub use event::Event;
#[cfg(feature = "alloc")]
pub use latch::OwnedLatchGuard;
pub use latch::{CountTooHigh, Latch, LatchError, LatchGuard};
pub use lock::{Lock, LockGuard, MappedGuard};
#[cfg(feature = "alloc")]
pub use lock::{OwnedLockGuard, OwnedMappedGuard};
pub use notify::Notify;
#[cfg(feature = "alloc")]
#[cfg_attr(docsrs, doc(cfg(feature = "alloc")))]
pub use once_cell::Lazy;
pub use once_cell::{OnceCell, SetError};
pub use oneshot::Oneshot;
#[cfg(feature = "alloc")]
pub use queue::{CapacityError, LifoQueue, Queue, SlackQueue, UnboundedQueue};
pub use queue::{
    Keyed, PushError, StaticPriorityQueue, StaticQueue, TaskDoneError, TryPopError, TryPushError,
};
pub use rwlock::{MappedReadGuard, MappedWriteGuard, ReadGuard, RwLock, UpgradableGuard, WriteGuard};
#[cfg(feature = "alloc")]
pub use rwlock::{
    OwnedMappedReadGuard, OwnedMappedWriteGuard, OwnedReadGuard, OwnedUpgradableGuard, OwnedWriteGuard,
};
#[cfg(feature = "alloc")]
pub use semaphore::OwnedPermit;
pub use semaphore::{
    AcquireError, MergeError, Permit, PrioritySemaphore, ReleaseError, Semaphore, TooManyPermits,
    TryAcquireError,
};
pub use signal::Signal;
pub use timer::{Elapsed, Timer, Wait};
#[cfg(feature = "alloc")]
#[cfg_attr(docsrs, doc(cfg(feature = "alloc")))]
pub use wait::handle::ArcPart;
pub use wait::handle::Handle;
#[cfg(feature = "alloc")]
pub use wait_group::OwnedWaitToken;
pub use wait_group::{AddError, WaitGroup, WaitToken};
pub use watch::{Watch, WatchRef};
