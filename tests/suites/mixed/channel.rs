//! Channels between two runtimes.

use anywake::channel::{bounded, unbounded};
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

/// The sender of one runtime never waits, and the receiver of the other takes many at once.
pub(crate) fn unbounded_channel<W: Runtime, O: Runtime>() {
    let (sender, receiver) = unbounded();
    let consumer = W::default().spawn(async move {
        let mut items = Vec::new();
        while receiver.recv_many(&mut items, 50).await > 0 {}
        items
    });
    let producer = O::default().spawn(async move {
        for item in 0..10 * ROUNDS {
            sender.send_now(item).expect("there is a receiver");
            if item % 70 == 0 {
                O::default().yield_now().await;
            }
        }
    });
    blocking::wait(producer).expect("the task completes");
    let items = blocking::wait(consumer).expect("the consumer ends with its last sender");
    assert!(items.into_iter().eq(0..10 * ROUNDS));
}
