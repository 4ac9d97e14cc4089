//! [`Smol`]: the adapter for smol.

use core::future::Future;
use core::time::Duration;
use std::time::Instant;

use ::smol::Timer;
use futures_util::FutureExt as _;
use futures_util::future::Map;

use super::{BlockOn, Executor, Spawn, SpawnBlocking, methods};
use crate::task::turn::refuse_in_a_task;

/// The [smol](https://docs.rs/smol) runtime: its global executor, which has one thread unless `SMOL_THREADS` says
/// otherwise.
#[derive(Clone, Copy, Debug, Default)]
pub struct Smol;

methods!(Smol);

impl Executor for Smol {
    fn name(self) -> &'static str {
        "smol"
    }

    fn yield_now(self) -> impl Future<Output = ()> + Send + 'static {
        ::smol::future::yield_now()
    }
}

impl BlockOn for Smol {
    fn block_on<F: Future>(self, future: F) -> F::Output {
        refuse_in_a_task();
        ::smol::block_on(future)
    }
}

impl Spawn for Smol {
    fn spawn_detached<F: Future<Output = ()> + Send + 'static>(self, future: F) {
        ::smol::spawn(future).detach();
    }
}

impl SpawnBlocking for Smol {
    fn spawn_blocking_detached<F: FnOnce() + Send + 'static>(self, job: F) {
        ::smol::unblock(job).detach();
    }
}

impl anywake_core::Timer for Smol {
    type Instant = Instant;
    type Sleep = Map<Timer, fn(Instant)>;

    fn now(&self) -> Instant {
        Instant::now()
    }

    fn sleep(&self, duration: Duration) -> Self::Sleep {
        Timer::after(duration).map(drop)
    }
}
