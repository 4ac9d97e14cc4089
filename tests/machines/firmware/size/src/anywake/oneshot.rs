//! The step of a oneshot.

use core::future::IntoFuture as _;

use anywake_core::Oneshot;

use crate::{black_box, pin, poll};

/// `split`, `send`, an awaited receiver, `closed`, and the end of each side. The slot is on the stack, so that no lock is weighed
/// besides.
pub fn oneshot() {
    let mut slot = black_box(Oneshot::<u32>::new());
    {
        let (sender, receiver) = slot.split();
        let mut task = pin!(async { _ = black_box(receiver.into_future().await) });
        poll(task.as_mut());
        poll(pin!(async { sender.closed().await }));
        let _ = black_box(sender.send(1));
        poll(task.as_mut());
    }
    drop(black_box(slot.split()));
}
