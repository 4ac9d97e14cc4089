//! [`AsyncStd`]: the adapter for async-std.

use core::future::Future;
use core::time::Duration;
use std::time::Instant;

use ::async_std::task;
use anywake_core::Timer;
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;

use super::{BlockOn, Executor, Spawn, SpawnBlocking, methods};
use crate::task::turn::refuse_in_a_task;

/// The [async-std](https://docs.rs/async-std) runtime, which belongs to the process; `ASYNC_STD_THREAD_COUNT` sets
/// the number of its threads.
///
/// Its authors have ended its development and recommend smol. The adapter is for programs that are built on it.
#[derive(Clone, Copy, Debug, Default)]
pub struct AsyncStd;

methods!(AsyncStd);

impl Executor for AsyncStd {
    fn name(self) -> &'static str {
        "async-std"
    }

    fn yield_now(self) -> impl Future<Output = ()> + Send + 'static {
        task::yield_now()
    }
}

impl BlockOn for AsyncStd {
    fn block_on<F: Future>(self, future: F) -> F::Output {
        refuse_in_a_task();
        task::block_on(future)
    }
}

impl Spawn for AsyncStd {
    fn spawn_detached<F: Future<Output = ()> + Send + 'static>(self, future: F) {
        drop(task::spawn(future));
    }
}

impl SpawnBlocking for AsyncStd {
    fn spawn_blocking_detached<F: FnOnce() + Send + 'static>(self, job: F) {
        drop(task::spawn_blocking(job));
    }
}

impl Timer for AsyncStd {
    type Instant = Instant;
    // Its own has no name.
    type Sleep = BoxFuture<'static, ()>;

    fn now(&self) -> Instant {
        Instant::now()
    }

    fn sleep(&self, duration: Duration) -> Self::Sleep {
        // async-std counts from the first poll.
        let begun = Instant::now();
        async move { task::sleep(duration.saturating_sub(begun.elapsed())).await }.boxed()
    }
}
