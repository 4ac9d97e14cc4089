//! The step of a signal.

use anywake_core::Signal;

use crate::{black_box, pin, poll};

static SIGNAL: Signal<u32> = Signal::new();

/// `wait`, `signal`, `try_take`.
pub fn signal() {
    let mut task = pin!(async { _ = black_box(SIGNAL.wait().await) });
    poll(task.as_mut());
    let _ = black_box(SIGNAL.signal(1));
    poll(task.as_mut());
    let _ = black_box(SIGNAL.try_take());
}
