//! The step of a broadcast.

use anywake_core::Broadcast;

use crate::{black_box, pin, poll};

static NEWS: Broadcast<u32, 8> = Broadcast::new();

/// `receiver`, `publish`, `recv`, `publish_now`, `try_recv`.
pub fn broadcast() {
    let (mut receiver, mut other) = (NEWS.receiver(), NEWS.receiver());
    let mut task = pin!(async {
        let value = receiver.recv().await.unwrap_or(0);
        let _ = NEWS.publish(value).await;
    });
    poll(task.as_mut());
    let _ = black_box(NEWS.publish_now(1));
    poll(task.as_mut());
    let _ = black_box(other.try_recv());
}
