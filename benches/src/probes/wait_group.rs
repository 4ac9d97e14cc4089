//! The operations of wait groups.

use core::hint::black_box;
use core::pin::pin;

use super::{Probe, add, done, repeat, waits};
use crate::contenders::wait_group::{WaitGroup, each_wait_group};

pub(super) fn all(p: &mut Vec<Probe>) {
    each_wait_group!(add_and_drop(p));
    each_wait_group!(last_token_wakes_one(p));
    each_wait_group!(wait_group_cancel(p));
}

fn add_and_drop<G: WaitGroup>(probes: &mut Vec<Probe>) {
    add::<G>(probes, "wait group, add and drop a token", |n| {
        let group = G::new();
        // Not the last one, so that nobody need be woken.
        let _other = group.add();
        repeat(n, |_| drop(black_box(black_box(&group).add())));
    });
}

fn last_token_wakes_one<G: WaitGroup>(probes: &mut Vec<Probe>) {
    add::<G>(probes, "wait group, one waits, the last token", |n| {
        let group = G::new();
        repeat(n, |cx| {
            let token = group.add();
            let mut waiter = pin!(group.wait());
            waits(waiter.as_mut(), cx);
            drop(token);
            done(waiter, cx);
        });
    });
}

fn wait_group_cancel<G: WaitGroup>(probes: &mut Vec<Probe>) {
    add::<G>(probes, "wait group, a token, wait and give up", |n| {
        let group = G::new();
        repeat(n, |cx| {
            let _token = group.add();
            waits(pin!(group.wait()), cx);
        });
    });
}
