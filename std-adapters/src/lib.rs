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

pub mod blocking;
mod runtime;
mod sink;
mod task;
mod timeout;

#[cfg(test)]
mod test_support;

#[cfg(feature = "async-std")]
mod async_std;
#[cfg(feature = "smol")]
mod smol;
#[cfg(feature = "tokio")]
mod tokio;

pub use anywake_core::*;

pub use runtime::Runtime;
pub use sink::{QueueExt, QueueSink};
pub use task::{Panic, Task, TaskError};
pub use timeout::{Elapsed, Until, Wait};

#[cfg(feature = "async-std")]
pub use self::async_std::AsyncStd;
#[cfg(feature = "smol")]
pub use self::smol::Smol;
#[cfg(feature = "tokio")]
pub use self::tokio::Tokio;
