//! The operations of a oneshot. Each begins with a new one.

use core::future::IntoFuture as _;
use core::hint::black_box;
use core::pin::pin;

use super::{Probe, add, done, now, repeat, waits};
use crate::contenders::oneshot::{Oneshot, each_oneshot};
use crate::contenders::queue::Item as _;
use crate::harness::Kind;

pub(super) fn all(p: &mut Vec<Probe>) {
    each_oneshot!(at_once(p));
    slot_at_once(p);
    each_oneshot!(wakes_one(p));
    slot_wakes_one(p);
    each_oneshot!(cancel(p));
}

fn at_once<O: Oneshot>(probes: &mut Vec<Probe>) {
    add::<O>(probes, "oneshot, new, send, receive", |n| {
        repeat(n, |cx| {
            let (sender, receiver) = black_box(O::channel());
            O::send(sender, 1);
            black_box(now(O::receive(receiver), cx).item());
        });
    });
}

fn wakes_one<O: Oneshot>(probes: &mut Vec<Probe>) {
    add::<O>(probes, "oneshot, new, one waits, send", |n| {
        repeat(n, |cx| {
            let (sender, receiver) = black_box(O::channel());
            let mut waiter = pin!(O::receive(receiver));
            waits(waiter.as_mut(), cx);
            O::send(sender, 1);
            black_box(done(waiter, cx).item());
        });
    });
}

fn cancel<O: Oneshot>(probes: &mut Vec<Probe>) {
    add::<O>(probes, "oneshot, new, wait and give up", |n| {
        repeat(n, |cx| {
            let (sender, receiver) = black_box(O::channel());
            waits(pin!(O::receive(receiver)), cx);
            drop(sender);
        });
    });
}

/// Ours without an allocation.
fn slot(probes: &mut Vec<Probe>, operation: &'static str, run: fn(u64)) {
    probes.push(Probe { operation, contender: "anywake slot", kind: Kind::Ours, run });
}

fn slot_at_once(probes: &mut Vec<Probe>) {
    slot(probes, "oneshot in a slot, split, send, receive", |n| {
        let mut slot = anywake_core::Oneshot::new();
        repeat(n, |cx| {
            let (sender, receiver) = black_box(&mut slot).split();
            let _ = sender.send(1_u64);
            black_box(now(receiver.into_future(), cx).item());
        });
    });
}

fn slot_wakes_one(probes: &mut Vec<Probe>) {
    slot(probes, "oneshot in a slot, split, one waits, send", |n| {
        let mut slot = anywake_core::Oneshot::new();
        repeat(n, |cx| {
            let (sender, receiver) = black_box(&mut slot).split();
            let mut waiter = pin!(receiver.into_future());
            waits(waiter.as_mut(), cx);
            let _ = sender.send(1_u64);
            black_box(done(waiter, cx).item());
        });
    });
}
