//! The runtimes with two workers each, behind one door: start all these tasks, come back when the last is done.

use core::future::Future;
use core::pin::Pin;
use core::time::Duration;
use std::sync::{Arc, Barrier, LazyLock, OnceLock};
use std::thread;
use std::time::Instant;

use crate::executor::{LocalSet, block_on};

/// Workers of every multi-thread runtime: the machine that the figures are given for has two cores.
pub const WORKERS: usize = 2;

/// A task of a program. Boxed whole, once and before the clock starts: every runtime would put it on the heap anyway, and would
/// be compiled anew for each program of each contender. What is awaited inside is not boxed.
pub type Task = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Somewhere tasks can run.
pub trait Runtime: Copy + 'static {
    /// As the tables show it.
    const NAME: &'static str;
    /// Runs all tasks and gives the time from the start of the first to the end of the last.
    fn run(self, tasks: Vec<Task>) -> Duration;
}

/// tokio's multi-thread scheduler.
#[derive(Clone, Copy, Debug)]
pub struct TokioThreads;

/// tokio's scheduler of one thread.
#[derive(Clone, Copy, Debug)]
pub struct TokioCurrent;

/// async-std's global executor (`ASYNC_STD_THREAD_COUNT`, see [`configure`]).
#[derive(Clone, Copy, Debug)]
pub struct AsyncStd;

/// smol's executor, two threads running it.
#[derive(Clone, Copy, Debug)]
pub struct Smol;

/// A thread to each task, which blocks on it.
#[derive(Clone, Copy, Debug)]
pub struct Threads;

/// This crate's own one-thread executor, the least a runtime can add.
#[derive(Clone, Copy, Debug)]
pub struct Local;

/// Gives every runtime of this process [`WORKERS`] workers, and lets the rivals look at the machine where they ask to.
/// Call it first thing in `main`.
pub fn configure() {
    // SAFETY: the first thing `main` does; no other thread exists that could read the environment meanwhile.
    unsafe { std::env::set_var("ASYNC_STD_THREAD_COUNT", WORKERS.to_string()) };
    // crossfire asks to be called once at the start: it tunes its spinning to the number of cores.
    crossfire::detect_backoff_cfg();
}

impl Runtime for TokioThreads {
    const NAME: &'static str = "tokio";

    fn run(self, tasks: Vec<Task>) -> Duration {
        static RUNTIME: LazyLock<tokio::runtime::Runtime> = LazyLock::new(|| {
            tokio::runtime::Builder::new_multi_thread().worker_threads(WORKERS).build().expect("tokio starts")
        });
        RUNTIME.block_on(async {
            let start = Instant::now();
            let handles: Vec<_> = tasks.into_iter().map(tokio::spawn).collect();
            for handle in handles {
                handle.await.expect("a task panicked");
            }
            start.elapsed()
        })
    }
}

impl Runtime for TokioCurrent {
    const NAME: &'static str = "tokio-current";

    fn run(self, tasks: Vec<Task>) -> Duration {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("tokio starts");
        runtime.block_on(async {
            let start = Instant::now();
            let handles: Vec<_> = tasks.into_iter().map(tokio::spawn).collect();
            for handle in handles {
                handle.await.expect("a task panicked");
            }
            start.elapsed()
        })
    }
}

impl Runtime for AsyncStd {
    const NAME: &'static str = "async-std";

    fn run(self, tasks: Vec<Task>) -> Duration {
        let start = Instant::now();
        let handles: Vec<_> = tasks.into_iter().map(async_std::task::spawn).collect();
        // Not async-std's own `block_on`: it would run tasks on this thread too and be a third worker.
        block_on(async {
            for handle in handles {
                handle.await;
            }
        });
        start.elapsed()
    }
}

impl Runtime for Smol {
    const NAME: &'static str = "smol";

    fn run(self, tasks: Vec<Task>) -> Duration {
        static EXECUTOR: LazyLock<Arc<smol::Executor<'static>>> = LazyLock::new(|| {
            let executor = Arc::new(smol::Executor::new());
            for _ in 0..WORKERS {
                let executor = executor.clone();
                thread::spawn(move || smol::block_on(executor.run(core::future::pending::<()>())));
            }
            executor
        });
        let start = Instant::now();
        let handles: Vec<_> = tasks.into_iter().map(|task| EXECUTOR.spawn(task)).collect();
        block_on(async {
            for handle in handles {
                handle.await;
            }
        });
        start.elapsed()
    }
}

impl Runtime for Threads {
    const NAME: &'static str = "threads";

    fn run(self, tasks: Vec<Task>) -> Duration {
        // All are at the gate before the clock starts, which the first one through does: making a thread costs more
        // than many a program here.
        let gate = Barrier::new(tasks.len());
        let start = OnceLock::new();
        thread::scope(|scope| {
            for task in tasks {
                scope.spawn(|| {
                    gate.wait();
                    start.get_or_init(Instant::now);
                    block_on(task);
                });
            }
        });
        start.get().map_or(Duration::ZERO, Instant::elapsed)
    }
}

impl Runtime for Local {
    const NAME: &'static str = "one thread, bare";

    fn run(self, tasks: Vec<Task>) -> Duration {
        let mut set = LocalSet::new();
        for task in tasks {
            set.spawn_boxed(task);
        }
        let start = Instant::now();
        set.run();
        start.elapsed()
    }
}
