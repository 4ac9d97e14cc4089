//! Futures that hold guards of a lock.

use core::future::ready;
use std::sync::Arc;

use anywake::{LockGuard, OwnedLockGuard, Tokio, Wait};

use crate::{LONG, spawned, text};

#[test]
fn lock_guards_across_an_await() {
    spawned(async {
        let lock = text();
        let guard = lock.lock().await;
        ready(()).await;
        drop(guard);
        let mapped = LockGuard::map(lock.lock().await, |text| text);
        ready(()).await;
        drop(mapped);
        let owned = Arc::clone(&lock).lock_owned().await;
        ready(()).await;
        drop(OwnedLockGuard::map(owned, |text| text));
        assert!(lock.lock().within(Tokio, LONG).await.is_ok());
        assert!(lock.lock_owned().within(Tokio, LONG).await.is_ok());
    });
}
