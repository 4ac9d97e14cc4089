//! Oneshots from one runtime to another.

use anywake::oneshot::channel;
use anywake::{Closed, Runtime, blocking};

use crate::ROUNDS;

/// A question from one runtime, and its answer from another.
pub(crate) fn oneshot<W: Runtime, O: Runtime>() {
    for round in 0..ROUNDS {
        let (sender, receiver) = channel();
        let asks = W::default().spawn(async move { receiver.await });
        let answers = O::default().spawn(async move { sender.send(round).is_ok() });
        assert!(blocking::wait(answers).expect("the task completes"), "the receiver waits");
        assert_eq!(blocking::wait(asks).expect("the task completes"), Ok(round));
    }
}

/// Either end is dropped on one runtime, while a task of another waits for that.
pub(crate) fn oneshot_left_alone<W: Runtime, O: Runtime>() {
    for _ in 0..ROUNDS / 10 {
        let (sender, receiver) = channel::<()>();
        let waits = W::default().spawn(async move { receiver.await });
        let leaves = O::default().spawn(async move { drop(sender) });
        blocking::wait(leaves).expect("the task completes");
        assert_eq!(blocking::wait(waits).expect("the task completes"), Err(Closed));

        let (sender, receiver) = channel::<()>();
        let waits = W::default().spawn(async move { sender.closed().await });
        let leaves = O::default().spawn(async move { drop(receiver) });
        blocking::wait(leaves).expect("the task completes");
        blocking::wait(waits).expect("the sender learns of it");
    }
}
