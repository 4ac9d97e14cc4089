//! The step of a reader-writer lock.

use anywake_core::RwLock;

use crate::{pin, poll};

static LOCK: RwLock<u32> = RwLock::new(0);

/// `read`, `write`, `try_write`.
pub fn rwlock() {
    let owner = LOCK.try_write();
    let mut task = pin!(async {
        let value = *LOCK.read().await;
        *LOCK.write().await += value;
    });
    poll(task.as_mut());
    drop(owner);
    poll(task.as_mut());
}
