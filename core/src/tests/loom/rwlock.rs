//! Models of the reader-writer lock.

use core::task::Poll;
use std::sync::Arc;

use super::{Shared, block_on, join, model, own, poll, queued, spawn, write_and};
use crate::rwlock::{Guard, RwLock, Write};

/// Two writers and a reader: they exclude each other, and nobody is inside in the end.
#[test]
fn a_reader_and_two_writers() {
    model(|| {
        let lock = Arc::new(RwLock::new(0));
        let threads = [(); 2].map(|()| {
            let lock = Arc::clone(&lock);
            spawn(move || *block_on(lock.write()) += 1)
        });
        assert!(*block_on(lock.read()) <= 2);
        join(threads);
        assert_eq!((*lock.try_read().unwrap(), lock.waiters()), (2, 0));
        assert!(!lock.is_locked());
    });
}

/// The last reader leaves while the writer that waits for it gives up, and a reader waits behind: it goes in.
#[test]
fn the_last_reader_leaves_and_the_writer_gives_up() {
    model(|| {
        let lock = Arc::new(RwLock::new(()));
        let reader = Arc::clone(&lock).try_read_owned().unwrap();
        let writer = queued(own(&lock, RwLock::write));
        let behind = queued(own(&lock, RwLock::read));
        let threads = [spawn(move || drop(reader)), spawn(move || drop(writer))];
        let _guard = block_on(behind);
        join(threads);
        assert_eq!((lock.readers(), lock.waiters()), (1, 0));
    });
}

/// A reader leaves between the first look of a writer and its last one before it waits.
#[test]
fn a_reader_leaves_at_the_last_look() {
    model(|| {
        let lock = Arc::new(RwLock::new(()));
        let reader = Arc::clone(&lock).try_read_owned().unwrap();
        let leaving = spawn(move || drop(reader));
        drop(block_on(lock.write()));
        leaving.join().unwrap();
        assert!(!lock.is_locked());
    });
}

/// An upgrade, a writer and a reader: nothing is written between the upgradable read and the upgrade.
#[test]
fn an_upgrade_a_writer_and_a_reader() {
    model(|| {
        let lock = Arc::new(RwLock::new(0));
        let guard = Arc::clone(&lock).try_upgradable_read_owned().unwrap();
        let (writing, reading) = (Arc::clone(&lock), Arc::clone(&lock));
        let threads = [
            spawn(move || *block_on(writing.write()) += 1),
            spawn(move || assert!(*block_on(reading.read()) <= 2)),
        ];
        let before = *guard;
        let mut guard = block_on(Guard::upgrade(guard));
        assert_eq!(*guard, before);
        *guard += 1;
        drop(guard);
        join(threads);
        assert_eq!(*lock.try_read().unwrap(), 2);
    });
}

/// Two readers leave while a writer waits: it writes after both have read, also after the one that has not come to the
/// internal lock yet.
#[test]
fn two_readers_leave_before_a_writer() {
    model(|| {
        let lock = Arc::new(RwLock::new(0));
        let readers = [(); 2].map(|()| Arc::clone(&lock).try_read_owned().unwrap());
        let writer = queued(own(&lock, RwLock::write));
        let threads = readers.map(|reader| {
            spawn(move || {
                assert_eq!(*reader, 0);
                drop(reader);
            })
        });
        *block_on(writer) = 1;
        join(threads);
        assert_eq!((*lock.try_read().unwrap(), lock.waiters()), (1, 0));
    });
}

/// A share beside a waiting writer, while the first guard leaves: the writer waits for both.
#[test]
fn a_share_beside_a_waiting_writer() {
    model(|| {
        let lock = Arc::new(RwLock::new(0));
        let first = Arc::clone(&lock).try_read_owned().unwrap();
        let writing = Arc::clone(&lock);
        let writer = spawn(move || *block_on(writing.write()) = 1);
        let second = Guard::share(&first);
        let seen = *second;
        let leaving = spawn(move || drop(first));
        assert_eq!(*second, seen);
        drop(second);
        join([writer, leaving]);
        assert_eq!(*lock.try_read().unwrap(), 1);
    });
}

/// A writer leaves, and more than a batch of readers waits, while another writer comes: it goes in behind all of them.
#[test]
fn a_writer_comes_between_two_batches() {
    model(|| {
        let lock = Arc::new(RwLock::new(0));
        let inside = Arc::clone(&lock).try_write_owned().unwrap();
        let readers = [(); 3].map(|()| queued(own(&lock, RwLock::read)));
        let leaving = spawn(move || drop(inside));
        let writing = Arc::clone(&lock);
        let writer = spawn(move || *block_on(writing.write()) = 1);
        // The guards stay until all readers are in: a writer that went in between would keep the last one out for ever.
        let guards = readers.map(block_on);
        assert!(guards.iter().all(|guard| **guard == 0));
        drop(guards);
        join([leaving, writer]);
        assert_eq!(*lock.try_read().unwrap(), 1);
    });
}

/// A writer's guard that is found gone brings what was written under it, and so does a reader's for a writer.
#[test]
fn a_lock_that_is_found_free_carries_memory() {
    model(|| {
        let lock = Arc::new(RwLock::new(()));
        let value = Shared::new(0);
        let guard = Arc::clone(&lock).try_write_owned().unwrap();
        let writer = write_and(&value, guard, drop);
        if let Some(_guard) = lock.try_read() {
            assert_eq!(value.get(), 1);
        }
        writer.join().unwrap();
    });
    model(|| {
        let lock = Arc::new(RwLock::new(()));
        let value = Shared::new(0);
        let guard = Arc::clone(&lock).try_read_owned().unwrap();
        let reader = write_and(&value, guard, drop);
        if let Some(_guard) = lock.try_write() {
            assert_eq!(value.get(), 1);
        }
        reader.join().unwrap();
    });
}

/// A downgrade hands on what was written, to a reader that finds it and to one that waits.
#[test]
fn a_downgrade_carries_memory() {
    model(|| {
        let lock = Arc::new(RwLock::new(0));
        let guard = Arc::clone(&lock).try_write_owned().unwrap();
        let mut waiting = own(&lock, RwLock::read);
        let writer = spawn(move || {
            let mut guard = guard;
            *guard = 1;
            drop(Guard::<_, Write>::downgrade(guard));
        });
        let guard = match poll(&mut waiting) {
            Poll::Ready(guard) => guard,
            Poll::Pending => block_on(waiting),
        };
        assert_eq!(*guard, 1);
        drop(guard);
        writer.join().unwrap();
        assert!(!lock.is_locked());
    });
}

/// Forgotten readers fill the lock: the next one waits, and the count does not wrap.
#[test]
fn a_full_lock_makes_readers_wait() {
    model(|| {
        let lock = Arc::new(RwLock::new(()));
        for _ in 1..crate::rwlock::MAX_READERS {
            core::mem::forget(lock.try_read().unwrap());
        }
        let last = Arc::clone(&lock).try_read_owned().unwrap();
        assert!(lock.try_read().is_none());
        let waiting = queued(own(&lock, RwLock::read));
        let leaving = spawn(move || drop(last));
        let guard = block_on(waiting);
        leaving.join().unwrap();
        assert_eq!(lock.waiters(), 0);
        drop(guard);
    });
}
