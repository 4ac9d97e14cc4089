//! Futures that hold waits for a condition.

use core::future::{pending, ready};
use core::time::Duration;
use std::sync::Arc;

use anywake::{Condition, Event, Tokio, Wait};

use crate::{spawned, text};

#[test]
fn condition_waits_across_an_await() {
    spawned(async {
        let (lock, condition) = (text(), Condition::new());
        let guard = condition.wait_for(lock.lock().await, |text| !text.is_empty()).await;
        let (guard, notified) = condition.wait_until(guard, ready(())).await;
        assert!(!notified);
        let elapsed = condition.wait(guard).until(ready(())).await;
        assert!(elapsed.is_err());
        let owned = Arc::clone(&lock).lock_owned().await;
        assert!(condition.wait(owned).within(Tokio, Duration::ZERO).await.is_err());
        let guard = lock.lock().await;
        let never = condition.wait_until(guard, pending::<()>()).within(Tokio, Duration::ZERO);
        assert!(never.await.is_err());
    });
}

#[test]
fn condition_waits_in_two_tasks() {
    let shared = Arc::new((text(), Condition::new(), Event::new()));
    let waiter = Arc::clone(&shared);
    let task = Tokio.spawn(async move {
        let (lock, condition, event) = &*waiter;
        let guard = lock.lock().await;
        event.set();
        let guard = condition.wait_for(guard, |text| *text == "after").await;
        *guard
    });
    spawned(async move {
        let (lock, condition, event) = &*shared;
        event.wait().await;
        *lock.lock().await = "after";
        condition.notify_all();
    });
    assert_eq!(Tokio.block_on(task).unwrap(), "after");
}
