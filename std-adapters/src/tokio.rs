//! [`Tokio`]: the adapter for tokio.

use core::future::Future;
use core::time::Duration;
use std::sync::LazyLock;
use std::time::Instant;

use ::tokio::runtime::{self, Handle};
use ::tokio::task::coop;
use ::tokio::{task, time};

use crate::Runtime;

/// The [tokio](https://docs.rs/tokio) runtime: the one that the caller is in, or else a multi-thread one that belongs
/// to the process, started at the first use.
///
/// So it can be used from anywhere, as the other runtimes can, and tasks on it outlive a
/// [`block_on`](Runtime::block_on); a runtime that the program has built itself is used inside that runtime, where it
/// needs its timer (`enable_time`) for [`sleep`](Runtime::sleep).
#[derive(Clone, Copy, Debug, Default)]
pub struct Tokio;

impl Runtime for Tokio {
    fn name(self) -> &'static str {
        "tokio"
    }

    fn block_on<F: Future>(self, future: F) -> F::Output {
        handle().block_on(future)
    }

    fn spawn_detached<F: Future<Output = ()> + Send + 'static>(self, future: F) {
        drop(handle().spawn(future));
    }

    fn spawn_blocking_detached<F: FnOnce() + Send + 'static>(self, job: F) {
        drop(handle().spawn_blocking(job));
    }

    fn sleep(self, duration: Duration) -> impl Future<Output = ()> + Send + 'static {
        let handle = handle();
        let _inside = handle.enter();
        // A deadline is polled after the work that it limits. If that has used up the task's budget, a timer that
        // needs some of it would never fire.
        coop::unconstrained(time::sleep(duration))
    }

    fn now(self) -> Instant {
        // Stands still where tokio's clock is paused.
        time::Instant::now().into_std()
    }

    fn yield_now(self) -> impl Future<Output = ()> + Send + 'static {
        task::yield_now()
    }
}

/// The caller's runtime or the process's own.
fn handle() -> Handle {
    static SHARED: LazyLock<runtime::Runtime> = LazyLock::new(|| {
        runtime::Builder::new_multi_thread().enable_all().build().expect("the threads of a tokio runtime")
    });
    Handle::try_current().unwrap_or_else(|_| SHARED.handle().clone())
}
