//! [`Smol`]: the adapter for smol.

use core::future::Future;
use core::time::Duration;

use ::smol::Timer;

use super::Runtime;
use crate::task::turn::refuse_in_a_task;

/// The [smol](https://docs.rs/smol) runtime: its global executor, which has one thread unless `SMOL_THREADS` says
/// otherwise.
#[derive(Clone, Copy, Debug, Default)]
pub struct Smol;

impl Runtime for Smol {
    fn name(self) -> &'static str {
        "smol"
    }

    fn block_on<F: Future>(self, future: F) -> F::Output {
        refuse_in_a_task();
        ::smol::block_on(future)
    }

    fn spawn_detached<F: Future<Output = ()> + Send + 'static>(self, future: F) {
        ::smol::spawn(future).detach();
    }

    fn spawn_blocking_detached<F: FnOnce() + Send + 'static>(self, job: F) {
        ::smol::unblock(job).detach();
    }

    fn sleep(self, duration: Duration) -> impl Future<Output = ()> + Send + 'static {
        let timer = Timer::after(duration);
        async move { _ = timer.await }
    }

    fn yield_now(self) -> impl Future<Output = ()> + Send + 'static {
        ::smol::future::yield_now()
    }
}
