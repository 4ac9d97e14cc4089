//! Locks, semaphores, events, conditions and bounded queues for async Rust that do not ask which runtime you use.
//!
//! The primitives are those of [`anywake_core`], re-exported here: plain values with asyncio's semantics that keep no
//! runtime, thread or clock behind the scenes. One object can be shared by tasks of different runtimes and by ordinary
//! threads. This crate adds what does need a runtime or a thread, each written once for all of them:
//!
//! | to | use | needs |
//! |---|---|---|
//! | run tasks, sleep, block, whatever the runtime | [`Runtime`], with [`Task`] as the one handle | a runtime |
//! | wait no longer than that | [`Wait::within`], on every wait | a runtime (its timer) |
//! | wait until something else happens | [`Wait::until`] | nothing |
//! | wait from an ordinary thread | [`blocking::wait`], [`blocking::wait_timeout`] | nothing |
//! | feed a queue from a stream | [`QueueExt::sink`], and [`BoundedQueue::stream`] at its other end | nothing |
//!
//! and asyncio's toolbox, under asyncio's names:
//!
//! | asyncio | here | in short |
//! |---|---|---|
//! | `TaskGroup` | [`task_group`] | nothing outlives it, at whatever depth; the first failure cancels the others; every failure is kept |
//! | `gather`, with `return_exceptions` | [`gather`], [`gather_settled`] | results in the order of the arguments |
//! | `as_completed` | [`as_completed`] | results in the order in which they come |
//! | `wait` | [`wait`], [`race`] | the first completed, the first failed, all |
//! | `shield` | [`shield`] | completed although the caller is gone |
//! | `timeout`, `wait_for` | [`timeout`], [`timeout_with`] | a deadline, one that can be moved |
//! | `AsyncExitStack` | [`exit_stack`], [`ExitStack`] | clean-up that runs however its scope ends |
//! | `contextvars` | [`ContextVar`] | a value that follows the task |
//! | `run_in_executor` | [`Runtime::spawn_blocking`], [`BlockingPool`] | blocking functions, with a bound |
//! | `Barrier`, `LifoQueue`, `PriorityQueue` | [`Barrier`], [`LifoQueue`], [`PriorityQueue`] | the other primitives |
//! | asynchronous generators | [`stream`] | streams: written as loops, buffered, in chunks, merged |
//! | patterns | [`Pool`], [`Cache`], [`SafeCounter`], [`SharedState`] | state that tasks share |
//! | a mocked loop | `test_util` (feature `test-util`) | a deterministic runtime with a clock of its own |
//!
//! # Runtimes
//!
//! | feature | value | for |
//! |---|---|---|
#![cfg_attr(feature = "tokio", doc = "| `tokio` | [`Tokio`] | tokio 1 |")]
#![cfg_attr(not(feature = "tokio"), doc = "| `tokio` | `Tokio` | tokio 1 |")]
#![cfg_attr(feature = "async-std", doc = "| `async-std` | [`AsyncStd`] | async-std 1 |")]
#![cfg_attr(not(feature = "async-std"), doc = "| `async-std` | `AsyncStd` | async-std 1 |")]
#![cfg_attr(feature = "smol", doc = "| `smol` | [`Smol`] | smol 2 |")]
#![cfg_attr(not(feature = "smol"), doc = "| `smol` | `Smol` | smol 2 |")]
//!
//! None is on by default, and they can be on together. Any other runtime is an implementation of [`Runtime`] away.
//! Further features: `tracing` (the events of a [`Pool`]), `test-util`.
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

mod as_completed;
mod barrier;
pub mod blocking;
mod blocking_pool;
mod cache;
mod children;
pub mod context;
mod counter;
mod deadline;
mod enclosing;
mod exit_stack;
mod gather;
mod ordered_queue;
mod outcome;
mod pool;
mod race;
mod runtime;
mod shared_state;
mod shield;
mod sink;
pub mod stream;
mod task;
mod task_group;
#[cfg(any(test, feature = "test-util"))]
pub mod test_util;
mod timeout;
mod unwind;

#[cfg(feature = "async-std")]
mod async_std;
#[cfg(feature = "smol")]
mod smol;
#[cfg(feature = "tokio")]
mod tokio;

pub use anywake_core::*;

pub use as_completed::{AsCompleted, as_completed};
pub use barrier::{Barrier, BrokenBarrier};
pub use blocking_pool::BlockingPool;
pub use cache::Cache;
pub use context::ContextVar;
pub use counter::SafeCounter;
pub use deadline::{Deadline, DeadlineOver, timeout, timeout_with};
pub use exit_stack::{Exit, ExitStack, exit_stack};
pub use gather::{Gather, GatherSettled, gather, gather_settled};
pub use ordered_queue::{Least, LifoQueue, Newest, Order, OrderedQueue, PriorityQueue};
pub use outcome::{Failure, ForeignError, GroupError, Outcome};
pub use pool::{Manager, Pool, PoolConfig, PoolError, PoolStats, Pooled};
pub use race::{Race, WaitTasks, When, race, wait};
pub use runtime::Runtime;
pub use shared_state::SharedState;
pub use shield::{Shield, shield};
pub use sink::{QueueExt, QueueSink};
pub use task::{Panic, Task, TaskError};
pub use task_group::{TaskGroup, task_group};
pub use timeout::{Elapsed, Until, Wait};

#[cfg(feature = "async-std")]
pub use self::async_std::AsyncStd;
#[cfg(feature = "smol")]
pub use self::smol::Smol;
#[cfg(feature = "tokio")]
pub use self::tokio::Tokio;
