//! Futures that hold waits for a notification.

use std::sync::Arc;

use anywake::{Notify, Tokio, Wait};

use crate::{LONG, spawned};

#[test]
fn notifies_across_an_await() {
    spawned(async {
        let notify = Arc::new(Notify::new());
        notify.notify_one();
        notify.notified().within(Tokio, LONG).await.unwrap();
        notify.notify_one();
        Arc::clone(&notify).notified_owned().await;
    });
}
