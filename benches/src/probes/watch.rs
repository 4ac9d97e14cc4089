//! The operations of a watch.

use core::hint::black_box;
use core::pin::pin;

use super::{Probe, add, done, now, repeat, waits};
use crate::contenders::watch::{Watch, each_watch};

pub(super) fn all(p: &mut Vec<Probe>) {
    each_watch!(send(p));
    each_watch!(read(p));
    each_watch!(changed(p));
    each_watch!(send_wakes_one(p));
    each_watch!(cancel(p));
}

fn send<W: Watch>(probes: &mut Vec<Probe>) {
    add::<W>(probes, "watch, send", |n| {
        let watch = W::new();
        repeat(n, |_| black_box(&watch).send(black_box(1)));
    });
}

fn read<W: Watch>(probes: &mut Vec<Probe>) {
    add::<W>(probes, "watch, read", |n| {
        let watch = W::new();
        let mut receiver = watch.receiver();
        repeat(n, |_| _ = black_box(W::read(black_box(&mut receiver))));
    });
}

fn changed<W: Watch>(probes: &mut Vec<Probe>) {
    add::<W>(probes, "watch, send, then changed and read", |n| {
        let watch = W::new();
        let mut receiver = watch.receiver();
        repeat(n, |cx| {
            black_box(&watch).send(black_box(1));
            black_box(now(W::next(&mut receiver), cx));
        });
    });
}

fn send_wakes_one<W: Watch>(probes: &mut Vec<Probe>) {
    add::<W>(probes, "watch, one waits, send, read", |n| {
        let watch = W::new();
        let mut receiver = watch.receiver();
        repeat(n, |cx| {
            let mut waiter = pin!(W::next(&mut receiver));
            waits(waiter.as_mut(), cx);
            watch.send(black_box(1));
            black_box(done(waiter, cx));
        });
    });
}

fn cancel<W: Watch>(probes: &mut Vec<Probe>) {
    add::<W>(probes, "watch, wait and give up", |n| {
        let watch = W::new();
        let mut receiver = watch.receiver();
        repeat(n, |cx| waits(pin!(W::next(&mut receiver)), cx));
    });
}
