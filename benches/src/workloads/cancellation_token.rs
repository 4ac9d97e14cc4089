//! Cancellation tokens: making and leaving, trees that are cancelled, and waits.
//!
//! The trees are made anew in every round, since a token is cancelled for good: the times include that.

use core::hint::black_box;
use core::task::Context;
use std::time::Instant;

use crate::contenders::cancellation_token::{Token, Tree, each_token, each_tree};
use crate::executor::{CountingWaker, run_one};
use crate::harness::{Basis, Run, Suite, Workload, bytes_of};
use crate::slots::Slots;

pub(super) fn add(suite: &mut Suite) {
    let workload = |name: &str, operation| Workload::new(format!("token/{name}"), operation, Basis::Min);

    let mut w = workload("wait when cancelled", "wait");
    each_token!(wait_when_cancelled(&mut w));
    suite.add(w);

    for siblings in [0, 1000, 100_000] {
        let mut w = workload(&format!("child leaves/{siblings}"), "make a child and drop it");
        each_tree!(child_leaves(&mut w, siblings));
        suite.add(w);
    }
    for waiters in [1, 1000] {
        let mut w = workload(&format!("cancel/{waiters} waits"), "one wait: begin, be woken, finish");
        each_token!(waits_of_one(&mut w, waiters));
        suite.add(w);
    }
    for children in [1, 1000, 100_000] {
        let mut w = workload(&format!("cancel/{children} children"), "one child: make, cancel, drop");
        each_tree!(wide(&mut w, children));
        suite.add(w);
    }
    for depth in [10, 1000] {
        let mut w = workload(&format!("cancel/chain of {depth}"), "one token: make, cancel, drop");
        each_tree!(deep(&mut w, depth));
        suite.add(w);
    }
}

fn wait_when_cancelled<T: Token>(w: &mut Workload) {
    w.enter::<T>(bytes_of(T::new().wait()), |n| {
        let token = T::new();
        token.cancel();
        let start = Instant::now();
        run_one(async {
            for _ in 0..n {
                drop(black_box(black_box(&token).wait().await));
            }
        });
        Run::new(n, start.elapsed())
    });
}

/// The parent has a number of other children.
fn child_leaves<T: Tree>(w: &mut Workload, siblings: usize) {
    w.enter::<T>(None, move |n| {
        let token = T::new();
        let _siblings: Vec<T> = (0..siblings).map(|_| token.child()).collect();
        let start = Instant::now();
        for _ in 0..n {
            drop(black_box(token.child()));
        }
        Run::new(n, start.elapsed())
    });
}

/// Polled by hand, without the cost of an executor.
fn waits_of_one<T: Token>(w: &mut Workload, waiters: usize) {
    w.enter::<T>(bytes_of(T::new().wait()), move |n| {
        let rounds = (n / waiters as u64).max(1);
        let (waker, count) = CountingWaker::pair();
        let mut cx = Context::from_waker(&waker);
        let start = Instant::now();
        for _ in 0..rounds {
            let token = T::new();
            round(&token, waiters, &mut cx);
        }
        let operations = rounds * waiters as u64;
        let run = Run::new(operations, start.elapsed());
        assert_eq!(count.wakes(), operations, "each waiter is woken once");
        run
    });
}

fn round<T: Token>(token: &T, waiters: usize, cx: &mut Context<'_>) {
    let mut slots = Slots::new(waiters);
    for place in 0..waiters {
        slots.put(place, token.wait());
        assert!(slots.poll(place, cx).is_pending());
    }
    token.cancel();
    for place in 0..waiters {
        assert!(slots.poll(place, cx).is_ready());
    }
}

fn wide<T: Tree>(w: &mut Workload, children: usize) {
    w.enter::<T>(None, move |n| {
        let rounds = (n / children as u64).max(1);
        let start = Instant::now();
        for _ in 0..rounds {
            let root = T::new();
            let children: Vec<T> = (0..children).map(|_| root.child()).collect();
            root.cancel();
            assert!(children.iter().all(T::is_cancelled));
        }
        Run::new(rounds * children as u64, start.elapsed())
    });
}

/// All tokens of the chain have a handle.
fn deep<T: Tree>(w: &mut Workload, depth: usize) {
    w.enter::<T>(None, move |n| {
        let rounds = (n / depth as u64).max(1);
        let start = Instant::now();
        for _ in 0..rounds {
            let mut chain = vec![T::new()];
            for at in 1..depth {
                chain.push(chain[at - 1].child());
            }
            chain[0].cancel();
            assert!(chain.iter().all(T::is_cancelled));
        }
        Run::new(rounds * depth as u64, start.elapsed())
    });
}
