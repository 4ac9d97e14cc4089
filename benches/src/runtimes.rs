//! The runtimes, with two workers each, behind one trait that runs a set of tasks to their ends.

use core::future::Future;
use core::pin::Pin;
use core::time::Duration;
use std::sync::{Arc, Barrier, LazyLock, OnceLock};
use std::thread;
use std::time::Instant;

use crate::executor::{LocalSet, block_on};

/// The number of workers of every multi-thread runtime. The machine of the published figures has two cores.
pub const WORKERS: usize = 2;

/// A task of a program. It is boxed once, before the clock starts: every runtime would put it on the heap anyway, and
/// would be compiled for each program of each contender. The futures that it awaits are not boxed.
pub type Task = Pin<Box<dyn Future<Output = ()> + Send>>;

/// A runtime.
pub trait Runtime: Send + Sync + Copy + 'static {
    /// The name in the tables.
    const NAME: &'static str;
    /// Runs all tasks, and returns the time from the start of the first to the end of the last.
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

/// smol's executor, run by two threads.
#[derive(Clone, Copy, Debug)]
pub struct Smol;

/// A thread for each task, which blocks on it.
#[derive(Clone, Copy, Debug)]
pub struct Threads;

/// This crate's single-threaded executor, with minimal costs.
#[derive(Clone, Copy, Debug)]
pub struct Local;

/// Sets [`WORKERS`] workers for the runtimes of this process, and lets crossfire inspect the machine. Call it first in
/// `main`.
pub fn configure() {
    // SAFETY: this is the first call in `main`, so no other thread exists that could read the environment meanwhile.
    unsafe { std::env::set_var("ASYNC_STD_THREAD_COUNT", WORKERS.to_string()) };
    // crossfire asks for this call at the start, to tune its spinning to the number of cores.
    crossfire::detect_backoff_cfg();
}

impl Runtime for TokioThreads {
    const NAME: &'static str = "tokio";

    fn run(self, tasks: Vec<Task>) -> Duration {
        static RUNTIME: LazyLock<tokio::runtime::Runtime> = LazyLock::new(|| {
            tokio::runtime::Builder::new_multi_thread()
                .worker_threads(WORKERS)
                .build()
                .expect("tokio builds a runtime")
        });
        RUNTIME.block_on(async {
            let start = Instant::now();
            let handles: Vec<_> = tasks.into_iter().map(tokio::spawn).collect();
            for handle in handles {
                handle.await.expect("the task does not panic");
            }
            start.elapsed()
        })
    }
}

impl Runtime for TokioCurrent {
    const NAME: &'static str = "tokio-current";

    fn run(self, tasks: Vec<Task>) -> Duration {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("tokio builds a runtime");
        runtime.block_on(async {
            let start = Instant::now();
            let handles: Vec<_> = tasks.into_iter().map(tokio::spawn).collect();
            for handle in handles {
                handle.await.expect("the task does not panic");
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
        // Not async-std's own `block_on`, which would run tasks on this thread too, as a third worker.
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
        // All threads wait at the gate before the clock starts, and the first one through starts it. Making a thread
        // takes longer than many of the programs.
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
