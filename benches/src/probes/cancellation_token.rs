//! The operations of cancellation tokens.

use core::hint::black_box;
use core::pin::pin;

use super::{Probe, add, done, now, repeat, waits};
use crate::contenders::cancellation_token::{Token, Tree, each_token, each_tree};

pub(super) fn all(p: &mut Vec<Probe>) {
    each_token!(is_cancelled(p));
    each_token!(wait_when_cancelled(p));
    each_token!(token_cancel(p));
    each_tree!(child_leaves(p));
    each_tree!(cancel_wakes_one(p));
    each_tree!(cancel_of_ten(p));
}

fn is_cancelled<T: Token>(probes: &mut Vec<Probe>) {
    add::<T>(probes, "token, is_cancelled", |n| {
        let token = T::new();
        repeat(n, |_| assert!(!black_box(&token).is_cancelled()));
    });
}

fn wait_when_cancelled<T: Token>(probes: &mut Vec<Probe>) {
    add::<T>(probes, "token, wait when cancelled", |n| {
        let token = T::new();
        token.cancel();
        repeat(n, |cx| {
            now(black_box(&token).wait(), cx);
        });
    });
}

fn token_cancel<T: Token>(probes: &mut Vec<Probe>) {
    add::<T>(probes, "token, wait and give up", |n| {
        let token = T::new();
        repeat(n, |cx| waits(pin!(token.wait()), cx));
    });
}

/// With the allocation of the child.
fn child_leaves<T: Tree>(probes: &mut Vec<Probe>) {
    add::<T>(probes, "token, a child is made and leaves", |n| {
        let token = T::new();
        let _sibling = token.child();
        repeat(n, |_| drop(black_box(token.child())));
    });
}

/// With the allocation of the child.
fn cancel_wakes_one<T: Tree>(probes: &mut Vec<Probe>) {
    add::<T>(probes, "token, a child is made, one waits, cancel", |n| {
        let root = T::new();
        repeat(n, |cx| {
            let token = root.child();
            let mut waiter = pin!(token.wait());
            waits(waiter.as_mut(), cx);
            token.cancel();
            done(waiter, cx);
        });
    });
}

/// With the allocations of all.
fn cancel_of_ten<T: Tree>(probes: &mut Vec<Probe>) {
    add::<T>(probes, "token, made with ten children, cancel", |n| {
        repeat(n, |_| {
            let root = T::new();
            let children: [T; 10] = core::array::from_fn(|_| root.child());
            root.cancel();
            assert!(children.iter().all(T::is_cancelled));
        });
    });
}
