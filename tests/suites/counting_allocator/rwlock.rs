//! The reader-writer lock.

use core::pin::pin;
use std::sync::Arc;

use anywake_core::rwlock::{Guard, ReadGuard, RwLock, UpgradableGuard, WriteGuard};
use anywake_tests::assert_ready;

use crate::{CROWD, Crowd, Report, now, poll, wakes};

pub(crate) fn scenarios(report: &mut Report) {
    report.scenario("RwLock: read, write, try_, share, map, downgrade, upgrade", || {
        let lock = RwLock::new((1, 2));
        now(lock.write()).0 = 3;
        let reader = now(lock.read());
        let shared = ReadGuard::share(&reader);
        assert!(lock.try_write().is_none() && lock.try_read().is_some());
        drop((reader, shared));
        let upgradable = now(lock.upgradable_read());
        let upgraded = now(UpgradableGuard::upgrade(upgradable));
        let upgradable = WriteGuard::downgrade_to_upgradable(upgraded);
        let reader = UpgradableGuard::downgrade(upgradable);
        drop(ReadGuard::map(reader, |pair| &pair.0));
        let mut part = WriteGuard::map(lock.try_write().unwrap(), |pair| &mut pair.1);
        *part = 4;
        drop(part);
        drop(WriteGuard::downgrade(now(lock.write())));
        assert_eq!((lock.waiters(), lock.into_inner()), (0, (3, 4)));
    });
    report.scenario("RwLock: writers take turns", || {
        let lock = RwLock::new(());
        let inside = lock.try_read();
        let mut waits = pin!(Crowd::new(|_| lock.write()));
        waits.as_mut().wait();
        drop(inside);
        waits.finish(drop);
        assert!(!lock.is_locked());
    });
    report.scenario("RwLock: a phase of readers", || {
        let lock = RwLock::new(());
        let inside = lock.try_write();
        let mut waits = pin!(Crowd::new(|_| lock.read()));
        waits.as_mut().wait();
        assert_eq!(wakes(|| drop(inside)), CROWD);
        waits.finish(drop);
        assert!(!lock.is_locked());
    });
    report.scenario("RwLock: a writer gives up, and lets the readers behind it in", || {
        let lock = RwLock::new(());
        let _inside = lock.try_read();
        let mut writers = pin!(Crowd::new(|_| lock.write()));
        writers.as_mut().wait();
        let mut readers = pin!(Crowd::new(|_| lock.read()));
        readers.as_mut().wait();
        (1..CROWD).for_each(|place| writers.as_mut().cancel(place));
        assert_eq!(wakes(|| writers.as_mut().cancel(0)), CROWD);
        readers.finish(drop);
        assert_eq!((lock.readers(), lock.waiters()), (1, 0));
    });
    report.scenario("RwLock: cancelling before and after the grant", || {
        let lock = RwLock::new(());
        let inside = lock.try_write();
        let mut readers = pin!(Crowd::new(|_| lock.read()));
        readers.as_mut().wait();
        let mut writers = pin!(Crowd::new(|_| lock.write()));
        writers.as_mut().wait();
        (10..30).for_each(|place| readers.as_mut().cancel(place));
        drop(inside);
        (0..10).chain(30..CROWD).for_each(|place| readers.as_mut().cancel(place));
        (0..CROWD).for_each(|place| writers.as_mut().cancel(place));
        assert!(!lock.is_locked() && lock.waiters() == 0);
    });
    report.scenario("RwLock: waiting to upgrade, and cancelling that", || {
        let lock = RwLock::new(());
        let reader = lock.try_read();
        let mut upgrade = pin!(UpgradableGuard::upgrade(lock.try_upgradable_read().unwrap()));
        assert!(poll(upgrade.as_mut()).is_pending());
        let guard = upgrade.cancel().unwrap();
        let mut upgrade = pin!(UpgradableGuard::upgrade(guard));
        assert!(poll(upgrade.as_mut()).is_pending());
        drop(reader);
        drop(assert_ready!(poll(upgrade)));
    });
    let shared = Arc::new(RwLock::new(0));
    report.scenario("RwLock: owned guards and waits", || {
        let owner = Arc::clone(&shared).try_write_owned().unwrap();
        let mut wait = pin!(Arc::clone(&shared).upgradable_read_owned());
        assert!(poll(wait.as_mut()).is_pending());
        drop(owner);
        *now(Guard::upgrade(assert_ready!(poll(wait)))) += 1;
    });
}
