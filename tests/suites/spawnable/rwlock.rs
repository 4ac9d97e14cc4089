//! Guards and waits of a reader-writer lock, across an `await`.

use core::future::ready;
use std::sync::Arc;

use anywake::Tokio;
use anywake::rwlock::{Guard, UpgradableGuard};
use anywake::{
    ArcPart, MappedReadGuard, MappedWriteGuard, OwnedReadGuard, ReadGuard, RwLock, Wait, WriteGuard,
};

use crate::{LONG, soon, spawned};

fn text() -> Arc<RwLock<&'static str>> {
    Arc::new(RwLock::new("text"))
}

#[test]
fn rwlock_guards_across_an_await() {
    spawned(async {
        let lock = text();
        let reader = lock.read().await;
        let shared = ReadGuard::share(&reader);
        ready(()).await;
        drop((reader, shared));
        let mut writer = lock.write().await;
        *writer = "written";
        ready(()).await;
        let reader = WriteGuard::downgrade(writer);
        ready(()).await;
        drop(reader);
        let upgradable = lock.upgradable_read().await;
        ready(()).await;
        let upgraded = UpgradableGuard::upgrade(upgradable).await;
        ready(()).await;
        let again = WriteGuard::downgrade_to_upgradable(upgraded);
        ready(()).await;
        let reader = UpgradableGuard::downgrade(again);
        ready(()).await;
        assert_eq!(*reader, "written");
    });
}

#[test]
fn mapped_rwlock_guards_across_an_await() {
    spawned(async {
        let lock = text();
        let part: MappedReadGuard<'_, str> = ReadGuard::map(lock.read().await, |text| *text);
        ready(()).await;
        drop(part);
        let mut part: MappedWriteGuard<'_, &str> = WriteGuard::map(lock.write().await, |text| text);
        ready(()).await;
        *part = "part";
        drop(part);
        let part = OwnedReadGuard::map(lock.read_owned().await, |text| text);
        ready(()).await;
        assert_eq!(*part, "part");
    });
}

#[test]
fn owned_rwlock_guards_across_an_await() {
    spawned(async {
        let lock = text();
        let reader = Arc::clone(&lock).read_owned().await;
        let upgradable = Arc::clone(&lock).upgradable_read_owned().await;
        ready(()).await;
        drop(reader);
        let mut writer = Guard::upgrade(upgradable).await;
        ready(()).await;
        *writer = "owned";
        drop(writer);
        let writer = lock.write_owned().await;
        ready(()).await;
        assert_eq!(*writer, "owned");
    });
}

#[test]
fn rwlocks_in_larger_values_across_an_await() {
    spawned(async {
        let app = Arc::new((RwLock::new("text"), "name"));
        let names = || ArcPart::new(Arc::clone(&app), |app| &app.0);
        let reader = names().read().await;
        ready(()).await;
        drop(reader);
        let upgradable = names().upgradable_read().await;
        ready(()).await;
        drop(upgradable);
        let writer = names().write().await;
        ready(()).await;
        drop(writer);
    });
}

#[test]
fn rwlock_waits_with_deadlines() {
    spawned(async {
        let lock = text();
        drop(soon(lock.read()).await);
        drop(soon(lock.write()).await);
        drop(soon(lock.upgradable_read()).await);
        drop(soon(Arc::clone(&lock).read_owned()).await);
        drop(soon(Arc::clone(&lock).write_owned()).await);
        let upgradable = soon(Arc::clone(&lock).upgradable_read_owned()).await;
        assert!(Guard::upgrade(upgradable).within(Tokio, LONG).await.is_ok());
    });
}
