//! Reading, writing and upgrading, and waiting for each.

use core::pin::pin;
use core::task::Poll;

use anywake_core::rwlock::{ReadGuard, RwLock, UpgradableGuard, WriteGuard};

use crate::trial::{A, B, Case, Handed, Trial};

pub(crate) const CASES: &[Case] = &[
    ("rwlock-write", write_against_try),
    ("rwlock-read", read_against_try),
    ("rwlock-enqueue-writer", enqueue_writer),
    ("rwlock-enqueue-reader", enqueue_reader),
    ("rwlock-refresh-writer", refresh_writer),
    ("rwlock-writer-leaves", writer_leaves),
    ("rwlock-reader-leaves", reader_leaves),
    ("rwlock-cancel-writer", cancel_writer),
    ("rwlock-upgrade", upgrade),
    ("rwlock-cancel-upgrade", cancel_upgrade),
    ("rwlock-downgrade", downgrade),
];

static LOCK: RwLock<u32> = RwLock::new(0);
static READER: Handed<ReadGuard<'static, u32>> = Handed::new();
static WRITER: Handed<WriteGuard<'static, u32>> = Handed::new();

fn is_free() {
    assert!(LOCK.try_write().is_some());
    assert_eq!((LOCK.readers(), LOCK.waiters()), (0, 0));
}

fn read_elsewhere() {
    READER.put(LOCK.try_read().unwrap());
}

fn leave_reader() -> u32 {
    drop(READER.take());
    0
}

fn leave_writer() -> u32 {
    drop(WRITER.take());
    0
}

fn try_write() -> u32 {
    LOCK.try_write().map_or(0, |mut value| {
        *value += 1;
        1
    })
}

fn write_against_try(trial: &mut Trial) {
    *LOCK.try_write().unwrap() = 0;
    let ((), got) = trial.run(try_write, || {
        let mut write = pin!(LOCK.write());
        match A.poll(write.as_mut()) {
            Poll::Ready(mut value) => {
                let before = *value;
                *value = before + 10;
            }
            Poll::Pending => panic!("a handler leaves the lock before it ends"),
        }
    });
    assert_eq!(*LOCK.try_read().unwrap(), 10 + got);
    is_free();
}

fn read_against_try(trial: &mut Trial) {
    *LOCK.try_write().unwrap() = 0;
    let ((), got) = trial.run(try_write, || {
        let mut read = pin!(LOCK.read());
        match A.poll(read.as_mut()) {
            Poll::Ready(value) => {
                let before = *value;
                let again = ReadGuard::share(&value);
                assert_eq!(*again, before, "nothing is written beside a reader");
            }
            Poll::Pending => panic!("a handler leaves the lock before it ends"),
        }
    });
    assert_eq!(*LOCK.try_read().unwrap(), got);
    is_free();
}

fn enqueue_writer(trial: &mut Trial) {
    read_elsewhere();
    let mut write = pin!(LOCK.write());
    let (first, _) = trial.run(leave_reader, || A.poll(write.as_mut()));
    drop(A.finish(first, write.as_mut()));
    is_free();
}

fn enqueue_reader(trial: &mut Trial) {
    WRITER.put(LOCK.try_write().unwrap());
    let mut read = pin!(LOCK.read());
    let (first, _) = trial.run(leave_writer, || A.poll(read.as_mut()));
    drop(A.finish(first, read.as_mut()));
    is_free();
}

fn refresh_writer(trial: &mut Trial) {
    read_elsewhere();
    let mut write = pin!(LOCK.write());
    assert!(A.poll(write.as_mut()).is_pending());
    let (second, _) = trial.run(leave_reader, || B.poll(write.as_mut()));
    // If the future still waits, the new waker must be woken.
    drop(B.finish(second, write.as_mut()));
    A.take();
    is_free();
}

fn writer_leaves(trial: &mut Trial) {
    let writer = LOCK.try_write().unwrap();
    let (mut read, mut write) = (pin!(LOCK.read()), pin!(LOCK.write()));
    assert!(A.poll(read.as_mut()).is_pending());
    assert!(B.poll(write.as_mut()).is_pending());
    let ((), got) = trial.run(try_write, || drop(writer));
    assert_eq!(got, 0, "the lock is never free in between");
    drop(A.finish(Poll::Pending, read.as_mut()));
    drop(B.finish(Poll::Pending, write.as_mut()));
    is_free();
}

fn reader_leaves(trial: &mut Trial) {
    read_elsewhere();
    let reader = LOCK.try_read().unwrap();
    let mut write = pin!(LOCK.write());
    assert!(A.poll(write.as_mut()).is_pending());
    trial.run(leave_reader, || drop(reader));
    drop(A.finish(Poll::Pending, write.as_mut()));
    is_free();
}

fn cancel_writer(trial: &mut Trial) {
    read_elsewhere();
    let mut write = pin!(Some(LOCK.write()));
    let mut read = pin!(LOCK.read());
    assert!(A.poll(write.as_mut().as_pin_mut().unwrap()).is_pending());
    assert!(B.poll(read.as_mut()).is_pending());
    trial.run(leave_reader, || write.set(None));
    A.take();
    drop(B.finish(Poll::Pending, read.as_mut()));
    is_free();
}

fn upgrade(trial: &mut Trial) {
    read_elsewhere();
    let mut upgrade = pin!(UpgradableGuard::upgrade(LOCK.try_upgradable_read().unwrap()));
    let (first, _) = trial.run(leave_reader, || A.poll(upgrade.as_mut()));
    drop(A.finish(first, upgrade.as_mut()));
    is_free();
}

fn cancel_upgrade(trial: &mut Trial) {
    read_elsewhere();
    let mut upgrade = pin!(UpgradableGuard::upgrade(LOCK.try_upgradable_read().unwrap()));
    assert!(A.poll(upgrade.as_mut()).is_pending());
    let mut read = pin!(LOCK.read());
    assert!(B.poll(read.as_mut()).is_pending());
    let (guard, _) = trial.run(leave_reader, || upgrade.as_mut().cancel());
    A.take();
    assert!(guard.is_some(), "the output was not returned");
    drop(B.finish(Poll::Pending, read.as_mut()));
    drop(guard);
    is_free();
}

fn downgrade(trial: &mut Trial) {
    let writer = LOCK.try_write().unwrap();
    let mut write = pin!(LOCK.write());
    assert!(A.poll(write.as_mut()).is_pending());
    let (reader, got) = trial.run(try_write, || WriteGuard::downgrade(writer));
    assert_eq!(got, 0, "no writer comes between");
    assert!(A.poll(write.as_mut()).is_pending());
    drop(reader);
    drop(A.finish(Poll::Pending, write.as_mut()));
    is_free();
}
