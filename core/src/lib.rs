//! Asynchronous Lock, Semaphore, Event, Condition and Queue, for every runtime and for none.
//!
//! The semantics are those of Python's `asyncio`, the API is Rust's. The crate is `no_std`, never allocates, and has no
//! dependency; every constructor is `const`, so primitives live in `static`s. Nothing here knows an executor: a wait is a
//! future with a waker, and any runtime polls it, or a `block_on` in a thread, or a few lines on a microcontroller.
//!
//! # Which one do I need?
//!
//! | I want | take | asyncio | elsewhere |
//! |---|---|---|---|
//! | one task at a time to use a value, over an `.await` | [`Lock`] | `Lock` | `Mutex` |
//! | many tasks to read a value, or one to write it, over an `.await` | [`RwLock`] | – | |
//! | at most *n* tasks at a time to do something | [`Semaphore`] | `Semaphore`, `BoundedSemaphore` | |
//! | the same, the more urgent ones first | [`PrioritySemaphore`] | | |
//! | tasks to wait until something has happened, and stays so | [`Event`] | `Event` | `ManualResetEvent` |
//! | one task to be woken, now or when it comes to wait; or all that wait now | [`Notify`] | | `Notify`, `AutoResetEvent` |
//! | tasks to wait until a value behind a lock has changed | [`Condition`] | `Condition` | `Condvar` |
//! | a value that the first task to need it initialises | [`OnceCell`], [`Lazy`](once_cell) | | `OnceCell`, `OnceLock` |
//! | tasks to wait for each other, round after round | [`Barrier`] | `Barrier` | `CyclicBarrier` |
//! | to pass items from tasks to tasks, with a bound | [`StaticQueue`], [`Queue`](queue::QueueOf) | `Queue` | channel |
//! | the same without a bound, and a push that never waits | [`Queue::unbounded`](queue::QueueOf) (feature `alloc`) | `Queue()` | unbounded channel |
//! | the same, the most urgent item first, or the newest | [`StaticPriorityQueue`], `LifoQueue` (feature `alloc`) | `PriorityQueue`, `LifoQueue` | |
//! | each value to go to all tasks that listen | [`Broadcast`] | | `PubSubChannel`, `broadcast` |
//! | to wait until all items that were passed are worked off | [`join`](queue::QueueOf::join) of a queue | `Queue.join` | |
//! | tasks to wait until *n* things have happened | [`Latch`] | | `CountDownLatch` |
//! | tasks to wait until all tasks of a group have ended | [`WaitGroup`] | | `TaskTracker` |
//! | to tell tasks that they should end, in a tree | `CancellationToken` (feature `alloc`) | | `StopToken`, `AbortSignal` |
//! | to read the newest of a value that changes, and to wait for changes | [`Watch`] | | `watch`, `StateFlow` |
//! | to pass one value from one task to another, once | [`Oneshot`], [`oneshot::channel`](oneshot) | `Future` | `oneshot` |
//! | one task to take the newest value | [`Signal`] | | |
//!
//! # When not to use an asynchronous lock
//! If the guard is not held across an `.await`, `std::sync::Mutex` is cheaper, and enough: a task that never yields while it
//! owns the lock does not make others wait for a poll. In firmware a critical section does the same. An asynchronous
//! [`Lock`] is for sections that contain an `.await`.
//!
//! # What can wait for ever
//! * **A lock is not reentrant.** A task that owns a [`Lock`] and awaits it again waits for itself. Two tasks that take two
//!   locks in opposite orders wait for each other: take locks in one order.
//! * **A grant that is not polled.** Ownership is handed over. A queued wait that is alive but not polled (one that a
//!   `select!` loop keeps aside, say) may be handed a lock, a permit or an item, and keeps it until it is polled or
//!   dropped. If the same task then waits for the same primitive again, it waits for ever. Drop what you do not poll, or
//!   give it a task of its own. The section "A wait that is not polled" of each type says what such a wait holds up.
//!   The feature `diagnose` reports it, with the places of both waits.
//! * **Work that is never short of work.** A wait that can end at once does not yield to the executor. A loop over
//!   [`pop`](queue::QueueOf::pop) whose producer is faster keeps its task running, and on one thread the timers and the
//!   neighbours of that task wait. Runtimes such as tokio give their own primitives a *cooperative budget* against that; a
//!   crate that knows no runtime cannot. Yield now and then in such a loop, or use `cooperative` of the crate `anywake`.
//!
//! # What all of them promise
//! * **No lost wake.** What is granted to a wait that is then dropped goes to the next one.
//! * **First come, first served**, by direct hand-over. `try_` operations do not overtake. (A [`Lock`] can be made to let
//!   others overtake, a bounded number of times or without a bound.)
//! * **No allocation.** A waiter is a node in its own future, so only futures grow with the number of waiters. (A queue
//!   without a bound allocates for its items, and never under its internal lock.)
//! * **O(1)** to begin, grant and cancel a wait, whatever the number of waiters.
//! * **No user code under an internal lock.** Wakers and values are cloned, woken and dropped outside. A waker may call
//!   back, poll inline, or panic; all others that are due are still woken. (Two wakers of one broadcast that both panic
//!   abort the program, since the second panic happens while the first unwinds.)
//! * **A broadcast reaches exactly the tasks that waited** when it began.
//! * **No wait depends on a stranger's poll**, unless the stranger was handed what the wait asks for.
//! * **Dropping and forgetting** futures and guards is safe at any point.
//! * **Bounded critical sections.** The internal lock is held for a few pointer moves, of at most 16 waiters at a time. With
//!   the feature `critical-section` it is 8, and that is the longest time for which interrupts are off.
//!
//! # Where things are
//! The root holds the primitives, their guards and their errors. The module of each primitive holds its futures and all
//! else that is named rarely. Every wait is a struct of its own: its page says what it returns and which auto traits it
//! has. Every wait exists borrowed (`lock`) and, with the feature `alloc`, owned (`lock_owned`), which can be stored in a
//! struct, polled by hand and sent to another thread. `enable` enters the queue at once, without a waker.
//!
//! # Deadlines
//! Every wait can be given a deadline, without an allocation: `queue.push(item).within(&timer, duration)` ends with an
//! [`Elapsed`] that returns the item. The [`Timer`] is your runtime's, or a few lines of your own. [`Wait::until`] takes any
//! future for the deadline. The module [`timer`] has ticks and `sleep_until`, too.
//!
//! # Features
//! `std` is on by default, so that a library for hosted targets has all of this crate without naming a feature. Firmware
//! depends on it with `default-features = false`.
//!
//! | feature | what it does |
//! |---|---|
//! | `alloc` | adds [`Queue`](queue::QueueOf), with a bound and without, `oneshot::channel`, `CancellationToken`, waits, guards and permits that own an `Arc`, and `ArcPart` |
//! | `std` | adds `alloc`; a thread that finds an internal lock taken yields to the operating system instead of spinning on |
//! | `futures` | adds `FusedFuture` for all waits, and `Stream` for a queue |
//! | `diagnose` | adds `diagnose`: reports of tasks that wait for themselves or for each other, names, and lists of all waits and of what is held; slow, for tests |
//! | `local` | adds `local`: the same types for tasks of one thread, without atomics, `!Send` |
//! | `critical-section` | **changes** the internal lock of every primitive in the program to a critical section: operations may be called from interrupt handlers |
//! | `portable-atomic` | takes atomics from `portable-atomic`, for targets without compare-and-swap; choose its back-end in the binary |
//!
//! A library that is `no_std` itself depends on this crate with `default-features = false`, too: without `std`, a thread
//! that finds an internal lock taken spins until it is free, and a feature `std` of that library can pass on ours.
//! `critical-section` is the choice of a *binary*, never of a library: cargo unites features, so one dependency would make
//! all primitives of a host program share one global critical section. A binary that switches it on also brings an
//! implementation of `critical-section`; if it does not, the linker says that `_critical_section_1_0_acquire` is undefined.
//!
//! # Models of your own code
//! With `RUSTFLAGS="--cfg loom"` the module `model` is there, and this crate runs on a checker of interleavings: loom, or
//! with `--cfg shuttle` beside it shuttle. A program that is built on these primitives can then be checked against the very
//! code that it runs on: in every interleaving of a few threads, or in many thousands of more. The module's page says how.
//! A program with statics declares them by [`static_!`].
//!
//! # Interrupt handlers
//! Without `critical-section`, do not call into a primitive from an interrupt handler that may have interrupted a call into
//! the same one: the handler would spin for a holder that cannot run. With it, every operation that does not wait may be
//! called from a handler.
#![no_std]
#![cfg_attr(docsrs, feature(doc_cfg))]
// In a model the primitives are the same.
#![cfg_attr(docsrs, doc(auto_cfg(hide(loom))))]

#[cfg(feature = "alloc")]
extern crate alloc;
#[cfg(any(all(feature = "std", not(target_os = "none")), loom, test))]
extern crate std;

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
#[cfg(all(feature = "diagnose", not(loom)))]
#[cfg_attr(docsrs, doc(cfg(feature = "diagnose")))]
pub mod diagnose;
pub mod event;
pub mod latch;
pub mod lock;
#[cfg(any(loom, all(doc, feature = "std")))]
#[cfg_attr(docsrs, doc(cfg(loom)))]
#[forbid(unsafe_code)]
pub mod model;
pub mod notify;
pub mod once_cell;
pub mod oneshot;
pub mod queue;
pub mod rwlock;
pub mod semaphore;
pub mod signal;
#[forbid(unsafe_code)]
mod statics;
pub mod timer;
pub mod wait_group;
pub mod watch;

#[cfg(test)]
mod tests;

#[doc(hidden)]
#[forbid(unsafe_code)]
pub mod doctest;

/// Runs the examples of the README.
#[cfg(all(doctest, feature = "std"))]
#[doc = include_str!("../README.md")]
struct Readme;

#[cfg(feature = "local")]
#[cfg_attr(docsrs, doc(cfg(feature = "local")))]
/// The same types for tasks of one thread, without atomics and without critical sections. None is `Send`.
///
#[doc = include_str!("local/example.md")]
#[doc(no_inline)]
pub use anywake_local as local;
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

#[cfg(all(feature = "std", target_os = "none"))]
compile_error!(
    "this target has no operating system: depend on anywake-core with `default-features = false`, and so must each \
     dependency that uses it (`cargo tree -e features -i anywake-core` names the one that does not)"
);

#[cfg(not(any(target_has_atomic = "ptr", feature = "portable-atomic")))]
compile_error!(
    "this target has no compare-and-swap: switch on the feature `portable-atomic` of anywake-core, and a back-end of \
     portable-atomic (its feature `critical-section`, for example) in the binary"
);
