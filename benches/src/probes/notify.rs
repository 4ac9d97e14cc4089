//! The operations of a notify.

use core::hint::black_box;
use core::pin::pin;

use super::{Probe, add, done, now, repeat, waits};
use crate::contenders::notify::{
    Broadcast, ManyWaiters, Notify, each_broadcast, each_notify, each_queueing_notify,
};

pub(super) fn all(p: &mut Vec<Probe>) {
    each_notify!(stored(p));
    each_notify!(notify_wakes_one(p));
    each_broadcast!(notify_waiters_without_any(p));
    each_broadcast!(notify_waiters_wakes_one(p));
    each_queueing_notify!(cancel(p));
    each_queueing_notify!(passed_on(p));
}

fn stored<N: Notify>(probes: &mut Vec<Probe>) {
    add::<N>(probes, "notify, notify_one, then wait", |n| {
        let notify = N::new();
        repeat(n, |cx| {
            black_box(&notify).notify_one();
            now(black_box(&notify).notified(), cx);
        });
    });
}

fn notify_wakes_one<N: Notify>(probes: &mut Vec<Probe>) {
    add::<N>(probes, "notify, one waits, notify_one", |n| {
        let notify = N::new();
        repeat(n, |cx| {
            let mut waiter = pin!(notify.notified());
            waits(waiter.as_mut(), cx);
            notify.notify_one();
            done(waiter, cx);
        });
    });
}

fn notify_waiters_without_any<N: Broadcast>(probes: &mut Vec<Probe>) {
    add::<N>(probes, "notify, notify_waiters, nobody waits", |n| {
        let notify = N::new();
        repeat(n, |_| black_box(&notify).notify_waiters());
    });
}

fn notify_waiters_wakes_one<N: Broadcast>(probes: &mut Vec<Probe>) {
    add::<N>(probes, "notify, one waits, notify_waiters", |n| {
        let notify = N::new();
        repeat(n, |cx| {
            let mut waiter = pin!(notify.notified());
            waits(waiter.as_mut(), cx);
            notify.notify_waiters();
            done(waiter, cx);
        });
    });
}

fn cancel<N: ManyWaiters>(probes: &mut Vec<Probe>) {
    add::<N>(probes, "notify, wait and give up", |n| {
        let notify = N::new();
        repeat(n, |cx| waits(pin!(notify.notified()), cx));
    });
}

fn passed_on<N: ManyWaiters>(probes: &mut Vec<Probe>) {
    add::<N>(probes, "notify, a notified wait is dropped, the next one has it", |n| {
        let notify = N::new();
        repeat(n, |cx| {
            let mut next = pin!(None);
            {
                let mut first = pin!(notify.notified());
                waits(first.as_mut(), cx);
                next.set(Some(notify.notified()));
                waits(next.as_mut().as_pin_mut().expect("it has just begun"), cx);
                notify.notify_one();
            }
            done(next.as_mut().as_pin_mut().expect("it has just begun"), cx);
        });
    });
}
