//! The operations of a broadcast.

use core::pin::pin;

use super::{Probe, add, done, now, repeat, waits};
use crate::contenders::broadcast::{
    BackPressure, Broadcast, CAPACITY, Item, each_back_pressure, each_broadcast,
};

pub(super) fn all(p: &mut Vec<Probe>) {
    each_broadcast!(1, publish_recv(p));
    each_broadcast!(2, two_receive(p));
    each_broadcast!(1, recv_waits(p));
    each_back_pressure!(1, publish_waits(p));
    each_broadcast!(1, recv_cancel(p));
}

fn publish_recv<B: Broadcast>(probes: &mut Vec<Probe>) {
    add::<B>(probes, "broadcast, publish, then the only receiver receives", |n| {
        let (mut sender, mut receivers) = B::ends(1);
        repeat(n, |cx| {
            now(B::publish(&mut sender, 1), cx);
            now(B::recv(&mut receivers[0]), cx).item();
        });
    });
}

fn two_receive<B: Broadcast>(probes: &mut Vec<Probe>) {
    add::<B>(probes, "broadcast, publish, then two receivers receive", |n| {
        let (mut sender, mut receivers) = B::ends(2);
        repeat(n, |cx| {
            now(B::publish(&mut sender, 1), cx);
            now(B::recv(&mut receivers[0]), cx).item();
            now(B::recv(&mut receivers[1]), cx).item();
        });
    });
}

fn recv_waits<B: Broadcast>(probes: &mut Vec<Probe>) {
    add::<B>(probes, "broadcast, one waits, publish", |n| {
        let (mut sender, mut receivers) = B::ends(1);
        repeat(n, |cx| {
            let mut recv = pin!(B::recv(&mut receivers[0]));
            waits(recv.as_mut(), cx);
            now(B::publish(&mut sender, 1), cx);
            done(recv, cx).item();
        });
    });
}

fn publish_waits<B: BackPressure>(probes: &mut Vec<Probe>) {
    add::<B>(probes, "broadcast, a publish waits, recv", |n| {
        let (mut sender, mut receivers) = B::ends(1);
        repeat(1, |cx| (0..CAPACITY).for_each(|_| drop(now(B::publish(&mut sender, 1), cx))));
        repeat(n, |cx| {
            let mut publish = pin!(B::publish(&mut sender, 1));
            waits(publish.as_mut(), cx);
            now(B::recv(&mut receivers[0]), cx).item();
            done(publish, cx);
        });
    });
}

fn recv_cancel<B: Broadcast>(probes: &mut Vec<Probe>) {
    add::<B>(probes, "broadcast, wait and give up", |n| {
        let (_sender, mut receivers) = B::ends(1);
        repeat(n, |cx| waits(pin!(B::recv(&mut receivers[0])), cx));
    });
}
