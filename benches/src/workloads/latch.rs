//! Latches: counting down, and the last count that wakes all.

use core::task::Context;
use core::time::Duration;
use std::time::Instant;

use crate::contenders::latch::{Latch, each_latch};
use crate::executor::CountingWaker;
use crate::harness::{Basis, Fold, Run, Suite, Workload, bytes_of};
use crate::slots::Slots;

pub(super) fn add(suite: &mut Suite) {
    let mut w = Workload::new("uncontended/latch", "count down, and nobody waits", Basis::Min);
    each_latch!(count_down(&mut w));
    suite.add(w);
    for waiters in [1000, 100_000] {
        let name = format!("broadcast/latch/{waiters}");
        let mut w = Workload::new(name, "one waiter: wait, be woken by the last count, finish", Basis::Min);
        each_latch!(broadcast(&mut w, waiters));
        suite.add(w);
    }
}

/// A latch counts so many at the most.
const COUNT: u64 = 1 << 20;

fn count_down<L: Latch>(w: &mut Workload) {
    w.enter::<L>(None, move |n| {
        let mut elapsed = Duration::ZERO;
        let mut left = n;
        while left > 0 {
            let count = left.min(COUNT);
            let latch = L::new(count as u32);
            let start = Instant::now();
            for _ in 0..count {
                core::hint::black_box(&latch).count_down();
            }
            elapsed += start.elapsed();
            left -= count;
        }
        Run::new(n, elapsed)
    });
}

/// Polled by hand, without the cost of an executor. A latch opens once, so each round has its own.
fn broadcast<L: Latch>(w: &mut Workload, waiters: usize) {
    w.enter::<L>(bytes_of(L::new(1).wait()), move |n| {
        let rounds = (n / waiters as u64).max(1);
        let latches: Vec<L> = (0..rounds).map(|_| L::new(1)).collect();
        let (waker, count) = CountingWaker::pair();
        let mut cx = Context::from_waker(&waker);
        let mut slots = Slots::new(waiters);
        let mut counting = Duration::ZERO;
        let start = Instant::now();
        for latch in &latches {
            for place in 0..waiters {
                slots.put(place, latch.wait());
                assert!(slots.poll(place, &mut cx).is_pending());
            }
            let before = Instant::now();
            latch.count_down();
            counting += before.elapsed();
            for place in 0..waiters {
                assert!(slots.poll(place, &mut cx).is_ready());
            }
        }
        let operations = rounds * waiters as u64;
        let run = Run::new(operations, start.elapsed());
        assert_eq!(count.wakes(), operations, "each waiter is woken once");
        run.with("the last count alone, ns", counting.as_secs_f64() * 1e9 / operations as f64, Fold::Median)
    });
}
