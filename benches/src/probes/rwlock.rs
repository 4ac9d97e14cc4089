//! The operations of reader-writer locks.

use core::hint::black_box;
use core::pin::pin;

use super::{Probe, add, done, now, repeat, waits};
use crate::contenders::rwlock::{RwLock, Upgradable, each_queueing_rwlock, each_rwlock, each_upgradable};

pub(super) fn all(p: &mut Vec<Probe>) {
    each_rwlock!(read(p));
    each_rwlock!(write(p));
    each_upgradable!(upgrade(p));
    each_queueing_rwlock!(reader_to_writer(p));
    each_queueing_rwlock!(writer_to_reader(p));
    each_queueing_rwlock!(cancel(p));
}

fn read<L: RwLock>(probes: &mut Vec<Probe>) {
    add::<L>(probes, "rwlock, read", |n| {
        let lock = L::new();
        repeat(n, |cx| assert_eq!(*now(black_box(&lock).read(), cx), 0));
    });
}

fn write<L: RwLock>(probes: &mut Vec<Probe>) {
    add::<L>(probes, "rwlock, write", |n| {
        let lock = L::new();
        repeat(n, |cx| *now(black_box(&lock).write(), cx) += 1);
    });
}

fn upgrade<L: Upgradable>(probes: &mut Vec<Probe>) {
    add::<L>(probes, "rwlock, read upgradably and upgrade", |n| {
        let lock = L::new();
        repeat(n, |cx| {
            let guard = now(black_box(&lock).upgradable_read(), cx);
            *now(L::upgrade(guard), cx) += 1;
        });
    });
}

fn reader_to_writer<L: RwLock>(probes: &mut Vec<Probe>) {
    add::<L>(probes, "rwlock, read, one waits to write, hand over", |n| {
        let lock = L::new();
        repeat(n, |cx| {
            let held = now(lock.read(), cx);
            let mut waiter = pin!(lock.write());
            waits(waiter.as_mut(), cx);
            drop(held);
            *done(waiter, cx) += 1;
        });
    });
}

fn writer_to_reader<L: RwLock>(probes: &mut Vec<Probe>) {
    add::<L>(probes, "rwlock, write, one waits to read, hand over", |n| {
        let lock = L::new();
        repeat(n, |cx| {
            let held = now(lock.write(), cx);
            let mut waiter = pin!(lock.read());
            waits(waiter.as_mut(), cx);
            drop(held);
            assert_eq!(*done(waiter, cx), 0);
        });
    });
}

fn cancel<L: RwLock>(probes: &mut Vec<Probe>) {
    add::<L>(probes, "rwlock, wait to write and give up", |n| {
        let lock = L::new();
        let _held = lock.try_read().expect("nobody is inside");
        repeat(n, |cx| waits(pin!(lock.write()), cx));
    });
}
