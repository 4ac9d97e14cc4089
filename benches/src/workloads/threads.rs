//! The same programs on two workers: on tokio, async-std and smol, and with a thread for each task.

use crate::contenders::lock::{Lock, each_lock};
use crate::contenders::queue::{Queue, Shape, each_queue};
use crate::contenders::semaphore::{Semaphore, each_semaphore};
use crate::harness::{Basis, Suite, Workload};
use crate::programs::{self, Section};
use crate::runtimes::{AsyncStd, Runtime, Smol, Threads, TokioThreads, WORKERS};

use super::ENDS;

/// Enough tasks for long queues, and few enough that each has its turn within a millisecond.
const TASKS: u64 = 32;

pub(super) fn add(suite: &mut Suite) {
    add_runtime(suite, TokioThreads, TASKS, 4);
    add_runtime(suite, AsyncStd, TASKS, 4);
    add_runtime(suite, Smol, TASKS, 4);
    // With more threads than cores, the rows would measure the kernel's scheduler.
    add_runtime(suite, Threads, WORKERS as u64, 1);
}

fn add_runtime<R: Runtime>(suite: &mut Suite, runtime: R, tasks: u64, permits: u64) {
    for (section, what) in [(Section::Short, "short section"), (Section::Yields, "yield inside")] {
        let workload = |primitive, operation| {
            Workload::new(format!("threads/{}/{primitive}/{what}", R::NAME), operation, Basis::Median)
        };
        let mut w = workload("lock", "lock and unlock");
        each_lock!(lock(&mut w, runtime, tasks, section));
        suite.add(w);

        let mut w = workload("semaphore", "acquire and release");
        each_semaphore!(semaphore(&mut w, runtime, tasks, permits, section));
        suite.add(w);
    }
    queues::<1>(suite, runtime);
    queues::<16>(suite, runtime);
    queues::<1024>(suite, runtime);
}

fn queues<const N: usize>(suite: &mut Suite, runtime: impl Runtime) {
    for (senders, receivers) in ENDS {
        let shape = Shape { senders, receivers, capacity: N };
        let mut w = queue_workload(runtime, shape);
        each_queue!(N, queue(&mut w, runtime, shape));
        suite.add(w);
    }
}

fn queue_workload<R: Runtime>(_: R, shape: Shape) -> Workload {
    Workload::new(format!("threads/{}/queue/{shape}", R::NAME), "push and pop", Basis::Median)
}

fn lock<L: Lock>(w: &mut Workload, runtime: impl Runtime, tasks: u64, section: Section) {
    w.enter::<L>(None, move |n| programs::lock::<L>(runtime, n, tasks, section));
}

fn semaphore<S: Semaphore>(
    w: &mut Workload,
    runtime: impl Runtime,
    tasks: u64,
    permits: u64,
    section: Section,
) {
    w.enter::<S>(None, move |n| programs::semaphore::<S>(runtime, n, tasks, permits, section));
}

fn queue<Q: Queue>(w: &mut Workload, runtime: impl Runtime, shape: Shape) {
    // flume 0.12 hangs here sooner or later. A receiver that takes an item, and so admits the item of a waiting sender,
    // wakes no receiver for the latter. If it pops no more, another receiver sleeps although the queue is not empty.
    let loses_wakes = Q::NAME == "flume" && shape.receivers > 1;
    if !loses_wakes && Q::ends(shape).is_some() {
        w.enter_queue::<Q>(shape.receivers, move |n| programs::queue::<Q>(runtime, n, shape));
    }
}
