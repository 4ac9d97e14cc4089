// A notify can be a static, and its waits move before they are pinned, also to another thread.

use std::pin::pin;
use std::sync::Arc;
use std::thread;

use anywake_core::Notify;

static NOTIFY: Notify = Notify::new();

fn main() {
    let (wait, owned) = (NOTIFY.notified(), Arc::new(Notify::new()).notified_owned());
    thread::spawn(move || {
        assert!(!pin!(owned).enable());
        let mut wait = pin!(wait);
        wait.as_mut().enable();
        NOTIFY.notify_waiters();
        assert!(wait.is_decided());
    })
    .join()
    .unwrap();
}
