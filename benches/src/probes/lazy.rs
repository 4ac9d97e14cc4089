//! The operations of a lazy value. Those that end with the value begin with a new one.

use core::hint::black_box;
use core::pin::pin;

use super::{Probe, add as add_probe, done, now, repeat, waits};
use crate::contenders::lazy::{Lazy, each_lazy};

pub(super) fn add(p: &mut Vec<Probe>) {
    each_lazy!(force_when_set(p));
    each_lazy!(force(p));
    each_lazy!(force_wakes_one(p));
    each_lazy!(cancel(p));
}

fn force_when_set<L: Lazy>(probes: &mut Vec<Probe>) {
    add_probe::<L>(probes, "lazy, force when set", |n| {
        let lazy = L::ready();
        repeat(1, |cx| {
            now(lazy.force(), cx);
        });
        repeat(n, |cx| {
            black_box(now(black_box(&lazy).force(), cx));
        });
    });
}

fn force<L: Lazy>(probes: &mut Vec<Probe>) {
    add_probe::<L>(probes, "lazy, new and force", |n| {
        repeat(n, |cx| {
            let lazy = L::ready();
            black_box(now(black_box(&lazy).force(), cx));
        });
    });
}

fn force_wakes_one<L: Lazy>(probes: &mut Vec<Probe>) {
    add_probe::<L>(probes, "lazy, new, one waits, force ends", |n| {
        repeat(n, |cx| {
            let lazy = L::late();
            let mut first = pin!(lazy.force());
            waits(first.as_mut(), cx);
            let mut waiter = pin!(lazy.force());
            waits(waiter.as_mut(), cx);
            done(first, cx);
            black_box(done(waiter, cx));
        });
    });
}

fn cancel<L: Lazy>(probes: &mut Vec<Probe>) {
    add_probe::<L>(probes, "lazy, wait and give up", |n| {
        let lazy = L::late();
        let mut first = pin!(lazy.force());
        repeat(1, |cx| waits(first.as_mut(), cx));
        repeat(n, |cx| waits(pin!(lazy.force()), cx));
    });
}
