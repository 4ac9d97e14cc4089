//! The operations of a signal.

use core::hint::black_box;
use core::pin::pin;

use super::{Probe, add, done, now, repeat, waits};
use crate::contenders::queue::Item as _;
use crate::contenders::signal::{ManyWaiters, Signal, each_queueing_signal, each_signal};

pub(super) fn all(p: &mut Vec<Probe>) {
    each_signal!(stored(p));
    each_signal!(displaced(p));
    each_signal!(signal_wakes_one(p));
    each_queueing_signal!(cancel(p));
    each_queueing_signal!(passed_on(p));
}

fn stored<S: Signal>(probes: &mut Vec<Probe>) {
    add::<S>(probes, "signal, signal, then wait", |n| {
        let signal = S::new();
        repeat(n, |cx| {
            black_box(&signal).signal(1);
            black_box(now(black_box(&signal).wait(), cx).item());
        });
    });
}

fn displaced<S: Signal>(probes: &mut Vec<Probe>) {
    add::<S>(probes, "signal, a value is displaced", |n| {
        let signal = S::new();
        repeat(n, |_| black_box(&signal).signal(1));
    });
}

fn signal_wakes_one<S: Signal>(probes: &mut Vec<Probe>) {
    add::<S>(probes, "signal, one waits, signal", |n| {
        let signal = S::new();
        repeat(n, |cx| {
            let mut waiter = pin!(signal.wait());
            waits(waiter.as_mut(), cx);
            signal.signal(1);
            black_box(done(waiter, cx).item());
        });
    });
}

fn cancel<S: ManyWaiters>(probes: &mut Vec<Probe>) {
    add::<S>(probes, "signal, wait and give up", |n| {
        let signal = S::new();
        repeat(n, |cx| waits(pin!(signal.wait()), cx));
    });
}

fn passed_on<S: ManyWaiters>(probes: &mut Vec<Probe>) {
    add::<S>(probes, "signal, a wait with a value is dropped, the next one has it", |n| {
        let signal = S::new();
        repeat(n, |cx| {
            let mut next = pin!(None);
            {
                let mut first = pin!(signal.wait());
                waits(first.as_mut(), cx);
                next.set(Some(signal.wait()));
                waits(next.as_mut().as_pin_mut().expect("it has just begun"), cx);
                signal.signal(1);
            }
            black_box(done(next.as_mut().as_pin_mut().expect("it has just begun"), cx).item());
        });
    });
}
