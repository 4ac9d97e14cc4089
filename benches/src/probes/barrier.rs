//! The operations of a barrier.

use core::pin::pin;

use super::{Probe, add, done, now, repeat, waits};
use crate::contenders::barrier::{Barrier, each_barrier};

pub(super) fn all(probes: &mut Vec<Probe>) {
    each_barrier!(round_of_two(probes));
    each_barrier!(barrier_cancel(probes));
}

fn round_of_two<B: Barrier>(probes: &mut Vec<Probe>) {
    add::<B>(probes, "barrier, one waits, another completes the round", |n| {
        let barrier = B::new(2);
        repeat(n, |cx| {
            let mut first = pin!(barrier.wait());
            waits(first.as_mut(), cx);
            assert!(B::leads(now(barrier.wait(), cx)));
            assert!(!B::leads(done(first, cx)));
        });
    });
}

fn barrier_cancel<B: Barrier>(probes: &mut Vec<Probe>) {
    add::<B>(probes, "barrier, wait and give up", |n| {
        // With the rivals a dropped wait remains an arrival.
        let barrier = B::new(n as usize + 1);
        repeat(n, |cx| waits(pin!(barrier.wait()), cx));
    });
}
