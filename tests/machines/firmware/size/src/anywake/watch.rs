//! The step of a watch.

use anywake_core::Watch;

use crate::{black_box, pin, poll};

static WATCH: Watch<u32> = Watch::new(0);

/// `changed`, `send`, `borrow_and_update`, `borrow`.
pub fn watch() {
    let mut receiver = WATCH.receiver();
    let mut task = pin!(async {
        let _ = black_box(receiver.changed().await);
        black_box(*receiver.borrow_and_update());
    });
    poll(task.as_mut());
    let _ = black_box(WATCH.send(1));
    poll(task.as_mut());
    black_box(*WATCH.borrow());
}
