//! The runtimes of the cross-runtime suites. Each has a type of its own that implements [`Runtime`].
//!
//! async-std and smol are [`AsyncStd`] and [`Smol`] unchanged. tokio comes in two flavours, each with its own runtime.
//! [`Threads`] uses no runtime at all.

use core::future::Future;
use core::time::Duration;
use std::sync::LazyLock;
use std::thread;

use anywake::blocking;
pub use anywake::{AsyncStd, Runtime, Smol, Tokio};
use tokio::runtime;

/// tokio on one thread: all tasks run on the thread that called `block_on`, and end when `block_on` returns.
///
/// Outside of `block_on`, tasks go to the runtime that [`Tokio`] keeps for the process.
#[derive(Clone, Copy, Debug, Default)]
pub struct TokioCurrentThread;

impl Runtime for TokioCurrentThread {
    fn name(self) -> &'static str {
        "tokio current-thread"
    }

    fn block_on<F: Future>(self, future: F) -> F::Output {
        runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("tokio builds a runtime")
            .block_on(future)
    }

    fn spawn_detached<F: Future<Output = ()> + Send + 'static>(self, future: F) {
        Tokio.spawn_detached(future);
    }

    fn spawn_blocking_detached<F: FnOnce() + Send + 'static>(self, job: F) {
        Tokio.spawn_blocking_detached(job);
    }

    fn sleep(self, duration: Duration) -> impl Future<Output = ()> + Send + 'static {
        Tokio.sleep(duration)
    }

    fn yield_now(self) -> impl Future<Output = ()> + Send + 'static {
        Tokio.yield_now()
    }
}

/// tokio with two workers, however many cores the machine has, so that tasks run in parallel and change threads.
#[derive(Clone, Copy, Debug, Default)]
pub struct TokioMultiThread;

static TWO_WORKERS: LazyLock<runtime::Runtime> = LazyLock::new(|| {
    runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("tokio builds a runtime")
});

impl Runtime for TokioMultiThread {
    fn name(self) -> &'static str {
        "tokio multi-thread"
    }

    fn block_on<F: Future>(self, future: F) -> F::Output {
        TWO_WORKERS.block_on(future)
    }

    fn spawn_detached<F: Future<Output = ()> + Send + 'static>(self, future: F) {
        drop(TWO_WORKERS.spawn(future));
    }

    fn spawn_blocking_detached<F: FnOnce() + Send + 'static>(self, job: F) {
        drop(TWO_WORKERS.spawn_blocking(job));
    }

    fn sleep(self, duration: Duration) -> impl Future<Output = ()> + Send + 'static {
        let _inside = TWO_WORKERS.enter();
        Tokio.sleep(duration)
    }

    fn yield_now(self) -> impl Future<Output = ()> + Send + 'static {
        Tokio.yield_now()
    }
}

/// A thread for each task, parked while the task waits.
#[derive(Clone, Copy, Debug, Default)]
pub struct Threads;

impl Runtime for Threads {
    fn name(self) -> &'static str {
        "threads"
    }

    fn block_on<F: Future>(self, future: F) -> F::Output {
        blocking::wait(future)
    }

    fn spawn_detached<F: Future<Output = ()> + Send + 'static>(self, future: F) {
        thread::spawn(|| blocking::wait(future));
    }

    fn spawn_blocking_detached<F: FnOnce() + Send + 'static>(self, job: F) {
        thread::spawn(job);
    }

    fn sleep(self, duration: Duration) -> impl Future<Output = ()> + Send + 'static {
        let timer = self.spawn_blocking(move || thread::sleep(duration));
        async move { timer.await.expect("sleeping does not panic") }
    }

    async fn yield_now(self) {
        thread::yield_now();
    }
}

/// Yields to other tasks until `condition` holds.
pub async fn until<R: Runtime>(condition: impl Fn() -> bool) {
    while !condition() {
        R::default().yield_now().await;
    }
}

/// Stamps each scenario, a function that is generic over a [`Runtime`], as one test per runtime, such as
/// `tokio_current_thread::mutual_exclusion`. A test that hangs fails.
#[macro_export]
macro_rules! on_every_runtime {
    ($($scenario:ident),+ $(,)?) => {
        $crate::on_every_runtime! { @on tokio_current_thread TokioCurrentThread [$($scenario)+] }
        $crate::on_every_runtime! { @on tokio_multi_thread TokioMultiThread [$($scenario)+] }
        $crate::on_every_runtime! { @on async_std AsyncStd [$($scenario)+] }
        $crate::on_every_runtime! { @on smol Smol [$($scenario)+] }
        $crate::on_every_runtime! { @on threads Threads [$($scenario)+] }
    };
    (@on $module:ident $runtime:ident [$($scenario:ident)+]) => {
        mod $module {
            use $crate::runtimes::{$runtime, Runtime as _};

            $(
                #[test]
                fn $scenario() {
                    $crate::finishes(|| $runtime.block_on(super::$scenario::<$runtime>()));
                }
            )+
        }
    };
}
