//! [`AsyncStd`]: the adapter for async-std.

use core::future::Future;
use core::time::Duration;
use std::time::Instant;

use ::async_std::task;

use super::Runtime;
use crate::task::turn::refuse_in_a_task;

/// The [async-std](https://docs.rs/async-std) runtime, which belongs to the process; `ASYNC_STD_THREAD_COUNT` sets
/// the number of its threads.
///
/// Its authors have ended its development and recommend smol. The adapter is for programs that are built on it.
#[derive(Clone, Copy, Debug, Default)]
pub struct AsyncStd;

impl Runtime for AsyncStd {
    fn name(self) -> &'static str {
        "async-std"
    }

    fn block_on<F: Future>(self, future: F) -> F::Output {
        refuse_in_a_task();
        task::block_on(future)
    }

    fn spawn_detached<F: Future<Output = ()> + Send + 'static>(self, future: F) {
        drop(task::spawn(future));
    }

    fn spawn_blocking_detached<F: FnOnce() + Send + 'static>(self, job: F) {
        drop(task::spawn_blocking(job));
    }

    fn sleep(self, duration: Duration) -> impl Future<Output = ()> + Send + 'static {
        // async-std counts from the first poll.
        let begun = Instant::now();
        async move { task::sleep(duration.saturating_sub(begun.elapsed())).await }
    }

    fn yield_now(self) -> impl Future<Output = ()> + Send + 'static {
        task::yield_now()
    }
}
