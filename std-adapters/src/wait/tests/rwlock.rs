//! Deadlines for the waits of a reader-writer lock.

use anywake_core::rwlock::{RwLock, UpgradableGuard};
use core::future::ready;

use crate::{Wait, blocking};

#[test]
fn an_upgrade_that_elapses_returns_the_guard_of_the_upgradable_reader() {
    let lock = RwLock::new(1);
    let reader = lock.try_read();
    let guard = lock.try_upgradable_read().unwrap();
    let elapsed = blocking::wait(UpgradableGuard::upgrade(guard).until(ready(()))).unwrap_err();
    assert_eq!((*elapsed.0, lock.readers(), lock.waiters()), (1, 2, 0));
    drop(reader);
    let writer = blocking::wait(UpgradableGuard::upgrade(elapsed.0).until(ready(())));
    assert!(writer.is_ok(), "a grant wins over a deadline");
}

#[test]
fn reads_and_writes_have_deadlines() {
    let lock = RwLock::new(());
    let inside = lock.try_write();
    assert!(blocking::wait(lock.read().until(ready(()))).is_err());
    assert!(blocking::wait(lock.write().until(ready(()))).is_err());
    assert!(blocking::wait(lock.upgradable_read().until(ready(()))).is_err());
    assert_eq!(lock.waiters(), 0);
    drop(inside);
    assert!(blocking::wait(lock.write().until(ready(()))).is_ok());
}
