//! The operations of a cell. Those that end with a full cell begin with a new one.

use core::hint::black_box;
use core::pin::pin;

use super::{Probe, add as add_probe, done, now, repeat, waits};
use crate::contenders::once_cell::{OnceCell, each_once_cell};

pub(super) fn add(p: &mut Vec<Probe>) {
    each_once_cell!(get_when_set(p));
    each_once_cell!(init_when_set(p));
    each_once_cell!(init(p));
    each_once_cell!(init_wakes_one(p));
    each_once_cell!(hand_over(p));
    each_once_cell!(cancel(p));
}

fn full<C: OnceCell>() -> C {
    let cell = C::new();
    repeat(1, |cx| {
        now(cell.init_now(), cx);
    });
    cell
}

fn get_when_set<C: OnceCell>(probes: &mut Vec<Probe>) {
    add_probe::<C>(probes, "once_cell, get when set", |n| {
        let cell = full::<C>();
        repeat(n, |_| {
            black_box(black_box(&cell).get());
        });
    });
}

fn init_when_set<C: OnceCell>(probes: &mut Vec<Probe>) {
    add_probe::<C>(probes, "once_cell, get_or_init when set", |n| {
        let cell = full::<C>();
        repeat(n, |cx| {
            black_box(now(black_box(&cell).init_now(), cx));
        });
    });
}

fn init<C: OnceCell>(probes: &mut Vec<Probe>) {
    add_probe::<C>(probes, "once_cell, new and get_or_init", |n| {
        repeat(n, |cx| {
            let cell = C::new();
            black_box(now(black_box(&cell).init_now(), cx));
        });
    });
}

fn init_wakes_one<C: OnceCell>(probes: &mut Vec<Probe>) {
    add_probe::<C>(probes, "once_cell, new, one waits, get_or_init ends", |n| {
        repeat(n, |cx| {
            let cell = C::new();
            let mut initialiser = pin!(cell.init_later());
            waits(initialiser.as_mut(), cx);
            let mut waiter = pin!(cell.init_never());
            waits(waiter.as_mut(), cx);
            done(initialiser, cx);
            black_box(done(waiter, cx));
        });
    });
}

fn hand_over<C: OnceCell>(probes: &mut Vec<Probe>) {
    add_probe::<C>(probes, "once_cell, new, initialiser dropped, the next one runs", |n| {
        repeat(n, |cx| {
            let cell = C::new();
            let mut initialiser = pin!(Some(cell.init_never()));
            waits(initialiser.as_mut().as_pin_mut().expect("it was just made"), cx);
            let mut waiter = pin!(cell.init_now());
            waits(waiter.as_mut(), cx);
            initialiser.set(None);
            black_box(done(waiter, cx));
        });
    });
}

fn cancel<C: OnceCell>(probes: &mut Vec<Probe>) {
    add_probe::<C>(probes, "once_cell, wait and give up", |n| {
        let cell = C::new();
        let mut initialiser = pin!(cell.init_never());
        repeat(1, |cx| waits(initialiser.as_mut(), cx));
        repeat(n, |cx| waits(pin!(cell.init_never()), cx));
    });
}
