//! The operations of latches.

use core::hint::black_box;
use core::pin::pin;

use super::{Probe, add, done, now, repeat, waits};
use crate::contenders::latch::{Latch, each_latch};

pub(super) fn all(p: &mut Vec<Probe>) {
    each_latch!(count_down(p));
    each_latch!(wait_when_open(p));
    each_latch!(last_count_wakes_one(p));
    each_latch!(latch_cancel(p));
}

fn count_down<L: Latch>(probes: &mut Vec<Probe>) {
    add::<L>(probes, "latch, count down, nobody waits", |n| {
        let latch = L::new(u32::try_from(n).expect("the count is small") + 1);
        repeat(n, |_| black_box(&latch).count_down());
    });
}

fn wait_when_open<L: Latch>(probes: &mut Vec<Probe>) {
    add::<L>(probes, "latch, wait when open", |n| {
        let latch = L::new(0);
        repeat(n, |cx| {
            now(black_box(&latch).wait(), cx);
        });
    });
}

fn last_count_wakes_one<L: Latch>(probes: &mut Vec<Probe>) {
    add::<L>(probes, "latch, one waits, the last count", |n| {
        repeat(n, |cx| {
            let latch = L::new(1);
            let mut waiter = pin!(latch.wait());
            waits(waiter.as_mut(), cx);
            black_box(&latch).count_down();
            done(waiter, cx);
        });
    });
}

fn latch_cancel<L: Latch>(probes: &mut Vec<Probe>) {
    add::<L>(probes, "latch, wait and give up", |n| {
        let latch = L::new(1);
        repeat(n, |cx| waits(pin!(latch.wait()), cx));
    });
}
