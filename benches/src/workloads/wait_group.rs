//! Wait groups: tokens that come and go, and the last one that wakes all.

use core::task::Context;
use std::time::Instant;

use crate::contenders::wait_group::{WaitGroup, each_lasting_group, each_wait_group};
use crate::executor::CountingWaker;
use crate::harness::{Basis, Run, Suite, Workload, bytes_of};
use crate::slots::Slots;

pub(super) fn add(suite: &mut Suite) {
    let mut w = Workload::new("uncontended/wait_group", "add and drop a token", Basis::Min);
    each_wait_group!(add_and_drop(&mut w));
    suite.add(w);
    for waiters in [1, 1000, 100_000] {
        let name = format!("broadcast/wait_group/{waiters}");
        let mut w = Workload::new(name, "one waiter: wait, be woken by the last token, finish", Basis::Min);
        if waiters == 1 {
            each_wait_group!(broadcast(&mut w, waiters));
        } else {
            each_lasting_group!(broadcast(&mut w, waiters));
        }
        suite.add(w);
    }
}

fn add_and_drop<G: WaitGroup>(w: &mut Workload) {
    w.enter::<G>(None, move |n| {
        let group = G::new();
        let _other = group.add();
        let start = Instant::now();
        for _ in 0..n {
            drop(core::hint::black_box(core::hint::black_box(&group).add()));
        }
        Run::new(n, start.elapsed())
    });
}

/// Polled by hand, without the cost of an executor.
fn broadcast<G: WaitGroup>(w: &mut Workload, waiters: usize) {
    w.enter::<G>(bytes_of(G::new().wait()), move |n| {
        let rounds = (n / waiters as u64).max(1);
        let group = G::new();
        let (waker, count) = CountingWaker::pair();
        let mut cx = Context::from_waker(&waker);
        let mut slots = Slots::new(waiters);
        let start = Instant::now();
        for _ in 0..rounds {
            let token = group.add();
            for place in 0..waiters {
                slots.put(place, group.wait());
                assert!(slots.poll(place, &mut cx).is_pending());
            }
            drop(token);
            for place in 0..waiters {
                assert!(slots.poll(place, &mut cx).is_ready());
            }
        }
        let operations = rounds * waiters as u64;
        assert_eq!(count.wakes(), operations, "each waiter is woken once");
        Run::new(operations, start.elapsed())
    });
}
