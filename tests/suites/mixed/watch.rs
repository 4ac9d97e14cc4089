//! A receiver on one runtime, and a sender on another.

use anywake::watch::channel;
use anywake::{Closed, Runtime, blocking};

use crate::ROUNDS;

/// Each side waits for the value of the other one.
pub(crate) fn watch<W: Runtime, O: Runtime>() {
    let (ping, mut hears_ping) = channel(0);
    let (pong, mut hears_pong) = channel(0);
    let receiver = W::default().spawn(async move {
        for round in 1..=ROUNDS {
            assert_eq!(*hears_ping.wait_for(|value| *value >= round).await.unwrap(), round);
            pong.send(round).unwrap();
        }
        hears_ping.changed().await
    });
    let sender = O::default().spawn(async move {
        for round in 1..=ROUNDS {
            ping.send(round).unwrap();
            hears_pong.changed().await.unwrap();
            assert_eq!(*hears_pong.borrow_and_update(), round);
        }
    });
    blocking::wait(sender).expect("the task completes");
    assert_eq!(blocking::wait(receiver).expect("the task completes"), Err(Closed));
}

/// A borrow is dropped on one runtime, and makes a value visible for a receiver on the other one.
pub(crate) fn watch_borrowed<W: Runtime, O: Runtime>() {
    for _ in 0..ROUNDS / 10 {
        let (sender, mut receiver) = channel(1);
        let one = receiver.borrow_owned();
        sender.send(2).unwrap();
        let two = receiver.borrow_owned();
        receiver.mark_unchanged();
        sender.send(3).unwrap();
        let waiter = W::default().spawn(async move {
            receiver.changed().await.unwrap();
            *receiver.borrow()
        });
        let leaver = O::default().spawn(async move { drop(one) });
        assert_eq!(blocking::wait(waiter).expect("the task completes"), 3);
        blocking::wait(leaver).expect("the task completes");
        assert_eq!(*two, 2);
    }
}
