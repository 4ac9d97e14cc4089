//! The step of a notify.

use anywake_core::Notify;

use crate::{pin, poll};

static NOTIFY: Notify = Notify::new();

/// `notified`, `notify_one`, `notify_waiters`.
pub fn notify() {
    let mut task = pin!(async { NOTIFY.notified().await });
    poll(task.as_mut());
    NOTIFY.notify_one();
    poll(task.as_mut());
    NOTIFY.notify_waiters();
}
