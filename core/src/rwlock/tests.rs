//! A lock that is full: under test it has room for [`MAX_READERS`].

use core::mem::forget;
use core::panic::AssertUnwindSafe;
use core::pin::pin;
use std::panic::catch_unwind;

use super::raw::MAX as MAX_READERS;
use super::{ReadGuard, RwLock};

/// A lock of which all places but one are taken by forgotten guards.
fn nearly_full() -> RwLock<()> {
    let lock = RwLock::new(());
    (1..MAX_READERS).for_each(|_| forget(lock.try_read().unwrap()));
    lock
}

#[test]
fn promise_12_forgotten_readers_fill_the_lock_and_the_next_ones_wait() {
    let lock = nearly_full();
    let last = lock.try_read().unwrap();
    assert_eq!(lock.readers(), MAX_READERS);
    assert!(lock.try_read().is_none() && lock.try_upgradable_read().is_none());
    let (mut reader, mut upgradable) = (pin!(lock.read()), pin!(lock.upgradable_read()));
    assert!(!reader.as_mut().enable() && !upgradable.as_mut().enable());
    assert_eq!(lock.readers(), MAX_READERS, "the count neither wraps nor grows");
    drop(last);
    assert!(upgradable.is_decided() != reader.is_decided(), "one of them goes in");
}

#[test]
fn promise_12_a_full_lock_is_not_shared() {
    let lock = nearly_full();
    let last = lock.try_read().unwrap();
    assert!(catch_unwind(AssertUnwindSafe(|| ReadGuard::share(&last))).is_err());
    assert_eq!(lock.readers(), MAX_READERS);
    drop(last);
    assert_eq!(lock.readers(), MAX_READERS - 1);
}
