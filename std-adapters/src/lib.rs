//! Locks, semaphores, events, conditions and bounded queues for async Rust that do not ask which runtime you use.
//!
//! The primitives are those of [`anywake_core`], re-exported here: plain values with asyncio's semantics that keep no
//! runtime, thread or clock behind the scenes. One object can be shared by tasks of different runtimes and by ordinary
//! threads. This crate adds what needs a runtime or a thread, each written once for all of them.
//!
//! # Which one do I need?
//!
//! Tasks share something:
//!
//! | situation | use |
//! |---|---|
//! | data is changed, and the change awaits in between | [`Lock`]; a change that never awaits is cheaper under [`std::sync::Mutex`] |
//! | work on one key, such as a user or a file, is done by one task at a time | [`KeyedLock`] |
//! | at most *n* may do something at a time | [`Semaphore`] |
//! | everybody waits until something has happened | [`Event`] |
//! | one task is woken, now or when it comes to wait; or all that wait now are | [`Notify`] |
//! | a task waits until data under a [`Lock`] meets a condition | [`Condition`], with [`wait_for`](Condition::wait_for) |
//! | items go from producers to consumers, and a slow consumer holds the producers back | [`Queue`]; [`StaticQueue`] without allocation |
//! | each value goes to all that listen, and a slow one holds publishers back or misses values | [`Broadcast`], [`broadcast::channel`] |
//! | the most urgent item, or the newest one, goes first | [`PriorityQueue`], [`LifoQueue`] |
//! | consumers take a batch once it is large enough | [`SharedState`], or a queue with [`chunks_timeout`](stream::chunks_timeout) |
//! | tasks wait for each other, round after round | [`Barrier`] |
//! | tasks read the newest of a value that changes, and wait for changes | [`Watch`] |
//! | a number is read, awaited for, and written | [`SafeCounter`]; plain counting needs only an atomic |
//! | one task answers another, once | [`oneshot::channel`]; [`Oneshot`] without allocation |
//! | one task takes the newest value | [`Signal`] |
//! | one value is initialised by the first task that needs it | [`OnceCell`]; [`Lazy`], if its progress is to survive that task |
//! | a value is costly to load, and many ask for it | [`Cache`] |
//! | connections are costly to make | [`Pool`] |
//!
//! Several tasks belong together:
//!
//! | situation | use |
//! |---|---|
//! | all succeed, or none goes on; nothing outlives the scope | [`task_group`] |
//! | all results are needed, in order | [`gather`]; failures too: [`gather_settled`] |
//! | the same of tasks that return anything | [`gather_outputs`] |
//! | a few futures run at once in one task, and may borrow | [`join`], [`try_join`]; until the first: [`first`], [`first_ok`] |
//! | the next attempt begins when the last one takes long | [`staggered`] |
//! | each result is used as soon as it is there | [`as_completed`] |
//! | the first result is enough | [`race`] |
//! | some results are enough, and the handles are kept | [`wait()`] |
//! | work is to be finished although its caller is dropped | [`shield`] |
//! | something is to be cleaned up, whatever happens | [`exit_stack`], [`ExitStack`] |
//! | a value belongs to a task and to what it spawns | [`ContextVar`] |
//!
//! Waiting is limited, or is not done by a task:
//!
//! | situation | use |
//! |---|---|
//! | a wait for a primitive or a task has a deadline | [`Wait::within`]; it loses neither a grant nor an item |
//! | the wait ends when something else happens, such as a shutdown | [`Wait::until`] |
//! | tasks are told to end, and the tasks that they started | [`CancellationToken`]; the children of a group: [`TaskGroup::token`] |
//! | any other future has a deadline | [`timeout`], [`timeout_at`]; one that can be moved: [`timeout_with`] |
//! | something is done at a fixed rate | [`timer::interval`] |
//! | a loop whose waits are granted at once lets others run | [`WaitExt::cooperative`], [`cooperative`] |
//! | an ordinary thread waits | [`blocking::wait`], [`blocking::wait_timeout`]; for any future [`blocking::timeout`] |
//! | a task calls a function that blocks | [`SpawnBlocking::spawn_blocking`]; not more than *n* at a time: [`BlockingPool`] |
//! | a sequence is produced, buffered, grouped or merged | [`stream`], [`QueueOf::stream`](queue::QueueOf::stream), [`QueueExt::sink`], [`SenderExt::into_sink`] |
//! | a test needs a clock of its own, or the same order each time | `test_util`, with the feature `test-util` |
//! | code is to be checked in every interleaving | `model`, with `--cfg loom`: see [`anywake_core`] |
//!
//! The root of this crate has the primitives and tools, and the errors that callers name. What they are configured
//! with, and the futures and streams that they return, is in the modules.
//!
//! # From other libraries
//!
//! The guide has pages for those who come [from tokio::sync](guide::from_tokio_sync),
//! [async-lock, async-channel and event-listener](guide::from_async_lock),
//! [futures-intrusive](guide::from_futures_intrusive), [embassy-sync](guide::from_embassy_sync),
//! [asyncio](guide::from_asyncio), and [anyio or trio](guide::from_anyio_and_trio); and all primitives
//! [in a few lines each](guide::primitives), with [what they promise](guide::promises).
//!
//! # Runtimes
//!
//! | feature | value | for |
//! |---|---|---|
#![cfg_attr(feature = "tokio", doc = "| `tokio` | [`Tokio`] | tokio 1 |")]
#![cfg_attr(not(feature = "tokio"), doc = "| `tokio` | `Tokio` | tokio 1 |")]
#![cfg_attr(
    feature = "tokio",
    doc = "| `tokio` | [`TokioLocal`] | tokio's `LocalSet`, for tasks that are not `Send` |"
)]
#![cfg_attr(feature = "async-std", doc = "| `async-std` | [`AsyncStd`] | async-std 1 |")]
#![cfg_attr(not(feature = "async-std"), doc = "| `async-std` | `AsyncStd` | async-std 1 |")]
#![cfg_attr(feature = "smol", doc = "| `smol` | [`Smol`] | smol 2 |")]
#![cfg_attr(not(feature = "smol"), doc = "| `smol` | `Smol` | smol 2 |")]
#![cfg_attr(
    feature = "futures-executor",
    doc = "| `futures-executor` | [`LocalPool`], [`ThreadPool`] | futures 0.3 |"
)]
#![cfg_attr(
    not(feature = "futures-executor"),
    doc = "| `futures-executor` | `LocalPool`, `ThreadPool` | futures 0.3 |"
)]
//!
//! None is on by default, and they can be on together. Any other runtime needs an implementation of the parts of [`Runtime`]
//! that it has, some twenty lines. Each tool asks for what it uses: a deadline needs a [`Timer`] only, a group of tasks
//! [`Spawn`] or [`SpawnLocal`].
//! Further features: `tracing` (the events of a [`Pool`]), `test-util`, `diagnose` (reports of tasks that wait for
//! themselves, and a list of all waits).
//!
//! Tokio's own primitives take part in its *cooperative budget*: after some 128 operations in one poll they make the
//! task wait, so that other tasks run. The primitives here know no runtime and spend no budget by themselves. A loop
//! whose waits are always granted at once, for example over a queue that is never empty, keeps its thread until it
//! awaits something else. That is so on every runtime. [`WaitExt::cooperative`], or [`cooperative`] around any other future
//! or stream, makes a wait spend the budget; on the other runtimes it has one of its own. The tools in [`stream`] and
//! [`QueueExt::sink`] and [`SenderExt::into_sink`] do so already.
//!
//! # Example
//!
//! Three workers share a queue; it is written over `R`, so it runs on each of them:
//!
//! ```
//! use anywake::{Queue, Runtime};
//! use std::sync::Arc;
//!
//! async fn sum<R: Runtime>(numbers: u64) -> u64 {
//!     let queue = Arc::new(Queue::with_capacity(8).unwrap());
//!     let workers = [(); 3].map(|()| {
//!         let queue = Arc::clone(&queue);
//!         R::default().spawn(async move {
//!             let mut sum = 0;
//!             while let Ok(number) = queue.pop().await {
//!                 sum += number;
//!             }
//!             sum
//!         })
//!     });
//!     for number in 1..=numbers {
//!         queue.push(number).await.expect("the queue is open");
//!     }
//!     queue.close();
//!     let mut sum = 0;
//!     for worker in workers {
//!         sum += worker.await.expect("no worker panics");
//!     }
//!     sum
//! }
//!
//! # #[cfg(feature = "tokio")]
//! assert_eq!(anywake::Tokio.block_on(sum::<anywake::Tokio>(100)), 5050);
//! # #[cfg(feature = "async-std")]
//! assert_eq!(anywake::AsyncStd.block_on(sum::<anywake::AsyncStd>(100)), 5050);
//! # #[cfg(feature = "smol")]
//! assert_eq!(anywake::Smol.block_on(sum::<anywake::Smol>(100)), 5050);
//! ```

#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(all(feature = "diagnose", not(loom)))]
#[cfg_attr(docsrs, doc(cfg(feature = "diagnose")))]
pub mod diagnose;
#[cfg(doc)]
pub mod guide;
mod runtime;
pub mod scope;
mod share;
pub mod stream;
pub mod task;
#[cfg(any(test, feature = "test-util"))]
pub mod test_util;
mod unwind_safe;
pub mod wait;

/// Runs the examples of the README.
#[cfg(all(doctest, feature = "tokio"))]
#[doc = include_str!("../README.md")]
struct Readme;

pub use anywake_core::*;

// At the root: the primitives and tools, what they return, and the errors that callers name. The types that these are
// configured with, and the futures and streams that they return, are in the modules.
#[cfg(feature = "async-std")]
pub use runtime::async_std::AsyncStd;
#[cfg(feature = "futures-executor")]
pub use runtime::futures_executor::{LocalPool, ThreadPool};
#[cfg(feature = "smol")]
pub use runtime::smol::Smol;
#[cfg(feature = "tokio")]
pub use runtime::tokio::{Tokio, TokioLocal};
pub use runtime::{BlockOn, Executor, Runtime, Spawn, SpawnBlocking, SpawnLocal};
#[doc(inline)]
pub use scope::{
    ExitStack, TaskGroup, as_completed, exit_stack, first, first_ok, gather, gather_outputs, gather_settled,
    join, race, shield, staggered, task_group, try_join, wait,
};
pub use share::keyed_lock;
#[doc(inline)]
pub use share::keyed_lock::KeyedLock;
pub use share::ordered_queue;
#[doc(inline)]
pub use share::ordered_queue::PriorityQueue;
pub use share::pool;
#[doc(inline)]
pub use share::pool::{Pool, PoolError, Pooled};
pub use share::{BlockingPool, Cache, SafeCounter, SharedState};
#[doc(inline)]
pub use stream::{QueueExt, SenderExt};
#[doc(inline)]
pub use task::context;
#[doc(inline)]
pub use task::context::ContextVar;
#[doc(inline)]
pub use task::{Failure, GroupError, Task, TaskError};
#[doc(inline)]
pub use wait::blocking;
#[doc(inline)]
pub use wait::{WaitExt, cooperative, timeout, timeout_at, timeout_with};
