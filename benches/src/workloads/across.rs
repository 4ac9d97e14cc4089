//! The same program with our primitives on every runtime, to show the cost of the runtime. The first two have no primitive.

use core::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::Arc;

use crate::contenders::condition::Anywake as Condition;
use crate::contenders::lock::Anywake as Lock;
use crate::contenders::queue::{Anywake as Queue, Shape};
use crate::contenders::semaphore::Anywake as Semaphore;
use crate::executor::yield_now;
use crate::harness::{Basis, Run, Suite, Workload};
use crate::programs::{self, Section};
use crate::runtimes::{AsyncStd, Local, Runtime, Smol, Task, Threads, TokioCurrent, TokioThreads};

pub(super) fn add(suite: &mut Suite) {
    macro_rules! program {
        ($name:literal, $operation:literal, $run:expr) => {{
            let mut w = Workload::new(concat!("across/", $name), $operation, Basis::Median);
            enter(&mut w, Local, |n| $run(Local, n));
            enter(&mut w, TokioCurrent, |n| $run(TokioCurrent, n));
            enter(&mut w, TokioThreads, |n| $run(TokioThreads, n));
            enter(&mut w, AsyncStd, |n| $run(AsyncStd, n));
            enter(&mut w, Smol, |n| $run(Smol, n));
            enter(&mut w, Threads, |n| $run(Threads, n));
            suite.add(w);
        }};
    }
    spawning(suite);
    program!("yield/16 tasks", "yield", yielding);
    program!("lock/16 tasks", "lock, yield inside, unlock", lock);
    program!("semaphore/16 tasks 4 permits", "acquire, yield inside, release", semaphore);
    program!("condition/ping-pong", "one turn", ping_pong);
    program!("queue/1x1/cap1", "push and pop", handshake);
    program!("queue/8x8/cap16", "push and pop", queue);
}

fn enter<R: Runtime>(w: &mut Workload, _: R, program: impl Fn(u64) -> Run + Send + Sync + 'static) {
    w.enter_as::<Lock>(format!("anywake on {}", R::NAME), program);
}

/// Not on threads: each round would make hundreds of them.
fn spawning(suite: &mut Suite) {
    let operation = "spawn, run and join a task that does nothing; on the bare executor only run it";
    let mut w = Workload::new("across/spawn", operation, Basis::Median);
    enter(&mut w, Local, |n| spawn(Local, n));
    enter(&mut w, TokioCurrent, |n| spawn(TokioCurrent, n));
    enter(&mut w, TokioThreads, |n| spawn(TokioThreads, n));
    enter(&mut w, AsyncStd, |n| spawn(AsyncStd, n));
    enter(&mut w, Smol, |n| spawn(Smol, n));
    suite.add(w);
}

fn spawn(runtime: impl Runtime, n: u64) -> Run {
    counted(runtime, n, 1)
}

fn yielding(runtime: impl Runtime, n: u64) -> Run {
    counted(runtime, 16, n.div_ceil(16))
}

/// Runs tasks that yield between their turns, and checks that all of them were done.
fn counted(runtime: impl Runtime, tasks: u64, turns: u64) -> Run {
    let done = Arc::new(AtomicU64::new(0));
    let task = |_| -> Task {
        let done = done.clone();
        Box::pin(async move {
            for _ in 1..turns {
                yield_now().await;
            }
            // Ordering: the runtime orders it before the end of the run.
            done.fetch_add(turns, Relaxed);
        })
    };
    let elapsed = runtime.run((0..tasks).map(task).collect());
    // Ordering: all tasks have ended.
    assert_eq!(done.load(Relaxed), tasks * turns);
    Run::new(tasks * turns, elapsed)
}

fn lock(runtime: impl Runtime, n: u64) -> Run {
    programs::lock::<Lock>(runtime, n, 16, Section::Yields)
}

fn semaphore(runtime: impl Runtime, n: u64) -> Run {
    programs::semaphore::<Semaphore>(runtime, n, 16, 4, Section::Yields)
}

fn ping_pong(runtime: impl Runtime, n: u64) -> Run {
    programs::ping_pong::<Condition>(runtime, n)
}

fn handshake(runtime: impl Runtime, n: u64) -> Run {
    programs::queue::<Queue>(runtime, n, Shape { senders: 1, receivers: 1, capacity: 1 })
}

fn queue(runtime: impl Runtime, n: u64) -> Run {
    programs::queue::<Queue>(runtime, n, Shape { senders: 8, receivers: 8, capacity: 16 })
}
