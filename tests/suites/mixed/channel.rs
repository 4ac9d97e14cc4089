//! Channels between two runtimes.

use anywake::channel::bounded;
use anywake::{Runtime, blocking};

use crate::ROUNDS;

/// The loop of the receiver ends with the task of the sender.
pub(crate) fn channel<W: Runtime, O: Runtime>() {
    let (sender, receiver) = bounded(1);
    let consumer = W::default().spawn(async move {
        let mut items = Vec::new();
        while let Ok(item) = receiver.recv().await {
            items.push(item);
        }
        items
    });
    let producer = O::default().spawn(async move {
        for item in 0..ROUNDS {
            let slot = sender.reserve().await.expect("there is a receiver");
            slot.send(item).expect("there is a receiver");
        }
    });
    blocking::wait(producer).expect("the task completes");
    let items = blocking::wait(consumer).expect("the consumer ends with its last sender");
    assert!(items.into_iter().eq(0..ROUNDS));
}

/// A sender of one runtime waits until the receiver of the other is gone.
pub(crate) fn receiver_goes<W: Runtime, O: Runtime>() {
    for _ in 0..ROUNDS / 10 {
        let (sender, receiver) = bounded::<()>(1);
        let listener = W::default().spawn(async move { sender.closed().await });
        let leaver = O::default().spawn(async move { drop(receiver) });
        blocking::wait(leaver).expect("the task completes");
        blocking::wait(listener).expect("the sender hears of it");
    }
}
