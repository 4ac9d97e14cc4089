//! The operations of a channel without a bound.

use core::hint::black_box;
use core::pin::pin;

use super::{Probe, add, done, now, repeat, waits};
use crate::contenders::queue::Item;
use crate::contenders::unbounded::{Unbounded, each_unbounded};

pub(super) fn all(p: &mut Vec<Probe>) {
    each_unbounded!(push_pop(p));
    each_unbounded!(push_push_pop_pop(p));
    each_unbounded!(pop_waits_for_push(p));
}

fn push_pop<Q: Unbounded>(probes: &mut Vec<Probe>) {
    if Q::ends(1, 1).is_none() {
        return;
    }
    add::<Q>(probes, "unbounded, push+pop", |n| {
        let mut ends = Q::ends(1, 1).expect("the library has a channel of this shape");
        let (sender, receiver) = (&mut ends.senders[0], &mut ends.receivers[0]);
        repeat(n, |cx| {
            assert!(Q::push(black_box(&mut *sender), 7));
            assert_eq!(now(Q::pop(black_box(&mut *receiver)), cx).item(), 7);
        });
    });
}

/// With other items in the channel, so that blocks come and go.
fn push_push_pop_pop<Q: Unbounded>(probes: &mut Vec<Probe>) {
    if Q::ends(1, 1).is_none() {
        return;
    }
    add::<Q>(probes, "unbounded, push+pop, with 40 items in between", |n| {
        let mut ends = Q::ends(1, 1).expect("the library has a channel of this shape");
        let (sender, receiver) = (&mut ends.senders[0], &mut ends.receivers[0]);
        (0..40).for_each(|_| assert!(Q::push(sender, 7)));
        repeat(n, |cx| {
            assert!(Q::push(black_box(&mut *sender), 7));
            assert_eq!(now(Q::pop(black_box(&mut *receiver)), cx).item(), 7);
        });
    });
}

fn pop_waits_for_push<Q: Unbounded>(probes: &mut Vec<Probe>) {
    if Q::ends(1, 1).is_none() {
        return;
    }
    add::<Q>(probes, "unbounded, pop waits, push", |n| {
        let mut ends = Q::ends(1, 1).expect("the library has a channel of this shape");
        let (sender, receiver) = (&mut ends.senders[0], &mut ends.receivers[0]);
        repeat(n, |cx| {
            let mut pop = pin!(Q::pop(receiver));
            waits(pop.as_mut(), cx);
            assert!(Q::push(sender, 7));
            assert_eq!(done(pop, cx).item(), 7);
        });
    });
}
