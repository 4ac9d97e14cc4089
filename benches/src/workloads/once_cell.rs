//! Cells: reading a full one, initialising an empty one alone and before a crowd, and giving up in the crowd.

use core::hint::black_box;
use core::pin::pin;
use core::task::Context;
use std::time::Instant;

use super::cancel::{self, Quitter};
use super::uncontended::timed;
use crate::contenders::once_cell::{OnceCell, VALUE, each_once_cell};
use crate::executor::CountingWaker;
use crate::harness::{Basis, Run, Suite, Workload, bytes_of};
use crate::slots::Slots;

pub(super) fn add(suite: &mut Suite) {
    let mut w = Workload::new("once_cell/get when set", "get", Basis::Min);
    each_once_cell!(get(&mut w));
    suite.add(w);

    let mut w = Workload::new("once_cell/get_or_init when set", "get_or_init", Basis::Min);
    each_once_cell!(get_or_init(&mut w));
    suite.add(w);

    let mut w = Workload::new("once_cell/get_or_init", "a new cell, and get_or_init", Basis::Min);
    each_once_cell!(init(&mut w));
    suite.add(w);

    for waiters in [1, 10, 1000] {
        let operation = "one waiter waits for the initialiser, and has the value";
        let mut w = Workload::new(format!("once_cell/one initialiser/{waiters}"), operation, Basis::Min);
        each_once_cell!(crowd(&mut w, waiters));
        suite.add(w);
    }

    for (name, waiters, position) in [("1", 1, 0), ("1000/front", 1000, 0), ("1000/middle", 1000, 500)] {
        let mut w = Workload::new(format!("once_cell/cancel/{name}"), cancel::OPERATION, Basis::Min);
        each_once_cell!(cancel(&mut w, Quitter { waiters, position }));
        suite.add(w);
    }
}

fn get<C: OnceCell>(w: &mut Workload) {
    w.enter::<C>(None, |n| {
        let cell = C::new();
        timed(n, async {
            cell.init_now().await;
            for _ in 0..n {
                assert_eq!(black_box(&cell).get(), Some(&VALUE));
            }
        })
    });
}

fn get_or_init<C: OnceCell>(w: &mut Workload) {
    w.enter::<C>(bytes_of(C::new().init_now()), |n| {
        let cell = C::new();
        timed(n, async {
            for _ in 0..n {
                assert_eq!(black_box(&cell).init_now().await, &VALUE);
            }
        })
    });
}

fn init<C: OnceCell>(w: &mut Workload) {
    w.enter::<C>(None, |n| {
        timed(n, async {
            for _ in 0..n {
                assert_eq!(black_box(&C::new()).init_now().await, &VALUE);
            }
        })
    });
}

fn crowd<C: OnceCell>(w: &mut Workload, waiters: usize) {
    w.enter::<C>(bytes_of(C::new().init_never()), move |n| {
        let rounds = (n / waiters as u64).max(1);
        let (waker, _) = CountingWaker::pair();
        let mut cx = Context::from_waker(&waker);
        let start = Instant::now();
        for _ in 0..rounds {
            let cell = C::new();
            let mut initialiser = pin!(cell.init_later());
            assert!(initialiser.as_mut().poll(&mut cx).is_pending());
            let mut slots = Slots::new(waiters);
            for place in 0..waiters {
                slots.put(place, cell.init_never());
                assert!(slots.poll(place, &mut cx).is_pending());
            }
            assert!(initialiser.poll(&mut cx).is_ready());
            // Each waiter is polled in turn, as an executor polls those that it woke.
            for place in 0..waiters {
                while slots.poll(place, &mut cx).is_pending() {}
            }
        }
        Run::new(rounds * waiters as u64, start.elapsed())
    });
}

fn cancel<C: OnceCell>(w: &mut Workload, quitter: Quitter) {
    w.enter::<C>(bytes_of(C::new().init_never()), move |n| {
        let cell = C::new();
        let (waker, _) = CountingWaker::pair();
        let mut initialiser = pin!(cell.init_never());
        assert!(initialiser.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
        cancel::cancel(n, quitter, |_| cell.init_never())
    });
}
