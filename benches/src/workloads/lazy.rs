//! Lazy values: reading one that is there, computing one alone and before a crowd, and going on after a task that is gone.

use core::hint::black_box;
use core::pin::pin;
use core::task::Context;
use std::time::Instant;

use super::uncontended::timed;
use crate::contenders::lazy::{Lazy, VALUE, each_lazy};
use crate::executor::CountingWaker;
use crate::harness::{Basis, Run, Suite, Workload, bytes_of};
use crate::slots::Slots;

pub(super) fn add(suite: &mut Suite) {
    let mut w = Workload::new("lazy/force when set", "force", Basis::Min);
    each_lazy!(force(&mut w));
    suite.add(w);

    let mut w = Workload::new("lazy/force", "a new value, and force", Basis::Min);
    each_lazy!(compute(&mut w));
    suite.add(w);

    for waiters in [1, 10, 1000] {
        let operation = "one waiter waits for the computation, and has the value";
        let mut w = Workload::new(format!("lazy/one computes/{waiters}"), operation, Basis::Min);
        each_lazy!(crowd(&mut w, waiters));
        suite.add(w);
    }

    let operation =
        "a new value, a task that is cancelled in the middle, and the next one, which has the value";
    let mut w = Workload::new("lazy/cancelled in the middle", operation, Basis::Min);
    each_lazy!(cancelled(&mut w));
    suite.add(w);
}

fn force<L: Lazy>(w: &mut Workload) {
    w.enter::<L>(bytes_of(L::ready().force()), |n| {
        let lazy = L::ready();
        timed(n, async {
            for _ in 0..n {
                assert_eq!(black_box(&lazy).force().await, &VALUE);
            }
        })
    });
}

fn compute<L: Lazy>(w: &mut Workload) {
    w.enter::<L>(None, |n| {
        timed(n, async {
            for _ in 0..n {
                assert_eq!(black_box(&L::ready()).force().await, &VALUE);
            }
        })
    });
}

fn crowd<L: Lazy>(w: &mut Workload, waiters: usize) {
    w.enter::<L>(bytes_of(L::late().force()), move |n| {
        let rounds = (n / waiters as u64).max(1);
        let (waker, _) = CountingWaker::pair();
        let mut cx = Context::from_waker(&waker);
        let start = Instant::now();
        for _ in 0..rounds {
            let lazy = L::late();
            let mut first = pin!(lazy.force());
            assert!(first.as_mut().poll(&mut cx).is_pending());
            let mut slots = Slots::new(waiters);
            for place in 0..waiters {
                slots.put(place, lazy.force());
                assert!(slots.poll(place, &mut cx).is_pending());
            }
            assert!(first.poll(&mut cx).is_ready());
            // Each waiter is polled in turn, as an executor polls those that it woke.
            for place in 0..waiters {
                while slots.poll(place, &mut cx).is_pending() {}
            }
        }
        Run::new(rounds * waiters as u64, start.elapsed())
    });
}

fn cancelled<L: Lazy>(w: &mut Workload) {
    w.enter::<L>(None, |n| {
        let (waker, _) = CountingWaker::pair();
        let mut cx = Context::from_waker(&waker);
        let start = Instant::now();
        for _ in 0..n {
            let lazy = L::late();
            let mut first = pin!(Some(lazy.force()));
            assert!(first.as_mut().as_pin_mut().is_some_and(|first| first.poll(&mut cx).is_pending()));
            let mut next = pin!(lazy.force());
            assert!(next.as_mut().poll(&mut cx).is_pending());
            first.set(None);
            while next.as_mut().poll(&mut cx).is_pending() {}
        }
        Run::new(n, start.elapsed())
    });
}
