//! Tasks meet at a barrier, round after round; and waits at a barrier are cancelled.

use core::sync::atomic::{AtomicU64, Ordering::Relaxed};
use core::task::Context;
use std::sync::Arc;
use std::time::Instant;

use crate::contenders::barrier::{Barrier, each_barrier};
use crate::executor::CountingWaker;
use crate::harness::{Basis, Run, Suite, Workload, bytes_of};
use crate::runtimes::{AsyncStd, Local, Runtime, Smol, Task, Threads, TokioThreads, WORKERS};
use crate::slots::Slots;

const ROUND: &str = "one task: arrive, be let go, go on";

pub(super) fn add(suite: &mut Suite) {
    for tasks in [2, 16, 1000] {
        let mut w = Workload::new(format!("barrier/round/{tasks}"), ROUND, Basis::Min);
        each_barrier!(by_hand(&mut w, tasks));
        suite.add(w);
    }
    for tasks in [2, 16, 1000] {
        on(suite, Local, tasks, Basis::Min);
    }
    for tasks in [2, 16, 1000] {
        on(suite, TokioThreads, tasks, Basis::Median);
        on(suite, AsyncStd, tasks, Basis::Median);
        on(suite, Smol, tasks, Basis::Median);
    }
    // With more threads than cores, the rows would measure the kernel's scheduler.
    on(suite, Threads, WORKERS as u64, Basis::Median);
    for waiters in [1, 1000] {
        let mut w = Workload::new(
            format!("barrier/cancel/{waiters}"),
            "the longest waiter gives up, another lines up",
            Basis::Min,
        );
        each_barrier!(cancel(&mut w, waiters));
        suite.add(w);
    }
}

fn on<R: Runtime>(suite: &mut Suite, runtime: R, tasks: u64, basis: Basis) {
    let mut w = Workload::new(format!("barrier/{}/{tasks} tasks", R::NAME), ROUND, basis);
    each_barrier!(round(&mut w, runtime, tasks));
    suite.add(w);
}

/// Polled by hand, without the cost of an executor.
fn by_hand<B: Barrier>(w: &mut Workload, tasks: usize) {
    w.enter::<B>(bytes_of(B::new(2).wait()), move |n| {
        let rounds = (n / tasks as u64).max(1);
        let barrier = B::new(tasks);
        let (waker, count) = CountingWaker::pair();
        let mut cx = Context::from_waker(&waker);
        let mut slots = Slots::new(tasks);
        let start = Instant::now();
        for _ in 0..rounds {
            for place in 0..tasks {
                slots.put(place, barrier.wait());
                let last = place + 1 == tasks;
                assert_eq!(slots.poll(place, &mut cx).is_ready(), last);
            }
            for place in 0..tasks - 1 {
                assert!(slots.poll(place, &mut cx).is_ready());
            }
        }
        let run = Run::new(rounds * tasks as u64, start.elapsed());
        assert_eq!(count.wakes(), rounds * (tasks as u64 - 1), "each waiter is woken once");
        run
    });
}

/// The tasks of a runtime meet, and count the rounds that they led.
fn round<B: Barrier>(w: &mut Workload, runtime: impl Runtime, tasks: u64) {
    w.enter::<B>(None, move |n| {
        let rounds = (n / tasks).max(1);
        let shared = Arc::new((B::new(tasks as usize), AtomicU64::new(0)));
        let task = |shared: Arc<(B, AtomicU64)>| -> Task {
            Box::pin(async move {
                let (barrier, led) = &*shared;
                let mut leads = 0;
                for _ in 0..rounds {
                    leads += u64::from(B::leads(barrier.wait().await));
                }
                led.fetch_add(leads, Relaxed);
            })
        };
        let elapsed = runtime.run((0..tasks).map(|_| task(shared.clone())).collect());
        assert_eq!(shared.1.load(Relaxed), rounds, "each round has one leader");
        Run::new(rounds * tasks, elapsed)
    });
}

/// As in the family `cancel`. With the rivals a dropped wait remains an arrival, so they have less to do; and so that their
/// rounds are not completed by dropped waits, the barrier is for more tasks than the program has waits.
fn cancel<B: Barrier>(w: &mut Workload, waiters: usize) {
    w.enter::<B>(bytes_of(B::new(2).wait()), move |n| {
        let barrier = B::new(waiters + n as usize + 1);
        let (waker, _) = CountingWaker::pair();
        let mut cx = Context::from_waker(&waker);
        let mut slots = Slots::new(waiters);
        let mut line_up = |slots: &mut Slots<_>, place| {
            slots.put(place, barrier.wait());
            assert!(slots.poll(place, &mut cx).is_pending(), "the future should wait");
        };
        (0..waiters).for_each(|place| line_up(&mut slots, place));
        let start = Instant::now();
        for turn in 0..n as usize {
            slots.drop(turn % waiters);
            line_up(&mut slots, turn % waiters);
        }
        Run::new(n, start.elapsed())
    });
}
