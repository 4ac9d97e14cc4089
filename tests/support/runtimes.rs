//! The runtimes of the cross-runtime suites. Each has a type of its own that implements [`Runtime`].
//!
//! [`AsyncStd`], [`Smol`], [`TokioLocal`], [`LocalPool`] and [`ThreadPool`] are those of anywake unchanged. tokio comes in
//! two more flavours, each with its own runtime.
//! [`Embassy`] is embassy on the host. [`Threads`] uses no runtime at all.

use core::future::Future;
use core::time::Duration;
use std::sync::LazyLock;
use std::thread;
use std::time::Instant;

use anywake::blocking;
pub use anywake::{
    AsyncStd, BlockOn, Executor, LocalPool, Runtime, Smol, Spawn, SpawnBlocking, SpawnLocal, ThreadPool,
    Timer, Tokio, TokioLocal,
};
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use tokio::runtime;

mod embassy;

pub use embassy::Embassy;

/// tokio on one thread: all tasks run on the thread that called `block_on`, and end when `block_on` returns.
///
/// Outside of `block_on`, tasks go to the runtime that [`Tokio`] keeps for the process.
#[derive(Clone, Copy, Debug, Default)]
pub struct TokioCurrentThread;

impl Executor for TokioCurrentThread {
    fn name(self) -> &'static str {
        "tokio current-thread"
    }

    fn yield_now(self) -> impl Future<Output = ()> + Send + 'static {
        Tokio.yield_now()
    }
}

impl BlockOn for TokioCurrentThread {
    fn block_on<F: Future>(self, future: F) -> F::Output {
        runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("tokio builds a runtime")
            .block_on(future)
    }
}

impl Spawn for TokioCurrentThread {
    fn spawn_detached<F: Future<Output = ()> + Send + 'static>(self, future: F) {
        Tokio.spawn_detached(future);
    }
}

impl SpawnBlocking for TokioCurrentThread {
    fn spawn_blocking_detached<F: FnOnce() + Send + 'static>(self, job: F) {
        Tokio.spawn_blocking_detached(job);
    }
}

impl Timer for TokioCurrentThread {
    type Instant = Instant;
    type Sleep = <Tokio as Timer>::Sleep;

    fn now(&self) -> Instant {
        Tokio.now()
    }

    fn sleep(&self, duration: Duration) -> Self::Sleep {
        Tokio.sleep(duration)
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

impl Executor for TokioMultiThread {
    fn name(self) -> &'static str {
        "tokio multi-thread"
    }

    fn yield_now(self) -> impl Future<Output = ()> + Send + 'static {
        Tokio.yield_now()
    }
}

impl BlockOn for TokioMultiThread {
    fn block_on<F: Future>(self, future: F) -> F::Output {
        TWO_WORKERS.block_on(future)
    }
}

impl Spawn for TokioMultiThread {
    fn spawn_detached<F: Future<Output = ()> + Send + 'static>(self, future: F) {
        drop(TWO_WORKERS.spawn(future));
    }
}

impl SpawnBlocking for TokioMultiThread {
    fn spawn_blocking_detached<F: FnOnce() + Send + 'static>(self, job: F) {
        drop(TWO_WORKERS.spawn_blocking(job));
    }
}

impl Timer for TokioMultiThread {
    type Instant = Instant;
    type Sleep = <Tokio as Timer>::Sleep;

    fn now(&self) -> Instant {
        Tokio.now()
    }

    fn sleep(&self, duration: Duration) -> Self::Sleep {
        let _inside = TWO_WORKERS.enter();
        Tokio.sleep(duration)
    }
}

/// A thread for each task, parked while the task waits.
#[derive(Clone, Copy, Debug, Default)]
pub struct Threads;

impl Executor for Threads {
    fn name(self) -> &'static str {
        "threads"
    }

    async fn yield_now(self) {
        thread::yield_now();
    }
}

impl BlockOn for Threads {
    fn block_on<F: Future>(self, future: F) -> F::Output {
        blocking::wait(future)
    }
}

impl Spawn for Threads {
    fn spawn_detached<F: Future<Output = ()> + Send + 'static>(self, future: F) {
        thread::spawn(|| blocking::wait(future));
    }
}

impl SpawnBlocking for Threads {
    fn spawn_blocking_detached<F: FnOnce() + Send + 'static>(self, job: F) {
        thread::spawn(job);
    }
}

impl Timer for Threads {
    type Instant = Instant;
    type Sleep = BoxFuture<'static, ()>;

    fn now(&self) -> Instant {
        Instant::now()
    }

    fn sleep(&self, duration: Duration) -> Self::Sleep {
        let timer = self.spawn_blocking(move || thread::sleep(duration));
        async move { timer.await.expect("sleeping does not panic") }.boxed()
    }
}

/// The names of the runtimes of [`on_every_runtime`](crate::on_every_runtime).
pub const RUNTIMES: [&str; 9] = [
    "tokio current-thread",
    "tokio multi-thread",
    "async-std",
    "smol",
    "threads",
    "tokio local",
    "futures local pool",
    "futures thread pool",
    "embassy",
];

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
        $crate::on_every_runtime! { @on tokio_local TokioLocal [$($scenario)+] }
        $crate::on_every_runtime! { @on local_pool LocalPool [$($scenario)+] }
        $crate::on_every_runtime! { @on thread_pool ThreadPool [$($scenario)+] }
        $crate::on_every_runtime! { @on embassy Embassy [$($scenario)+] }
    };
    (@on $module:ident $runtime:ident [$($scenario:ident)+]) => {
        mod $module {
            use $crate::runtimes::{$runtime, BlockOn};

            $(
                #[test]
                fn $scenario() {
                    $crate::finishes(|| BlockOn::block_on($runtime, super::$scenario::<$runtime>()));
                }
            )+
        }
    };
}
