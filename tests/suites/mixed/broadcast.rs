//! Broadcasts from one runtime to receivers of another.

use anywake::broadcast::{RecvError, channel};
use anywake::{Runtime, blocking};

use crate::ROUNDS;

/// Room for one value, so that the publisher waits for the receivers again and again, and they for it.
pub(crate) fn broadcast<W: Runtime, O: Runtime>() {
    let (sender, receiver) = channel(1);
    let receivers = [receiver.clone(), receiver].map(|mut receiver| {
        W::default().spawn(async move {
            let mut values = Vec::new();
            while let Ok(value) = receiver.recv().await {
                values.push(value);
            }
            values
        })
    });
    let publisher = O::default().spawn(async move {
        for value in 0..ROUNDS {
            sender.publish(value).await.expect("nobody closes it");
        }
    });
    blocking::wait(publisher).expect("the task completes");
    for receiver in receivers {
        let values = blocking::wait(receiver).expect("the loop ends with the last sender");
        assert!(values.into_iter().eq(0..ROUNDS));
    }
}

/// Values are displaced. What is received and what is missed is all that was published.
pub(crate) fn broadcast_displaced<W: Runtime, O: Runtime>() {
    let (sender, mut receiver) = channel(2);
    let receiver = W::default().spawn(async move {
        let mut next = 0;
        loop {
            match receiver.recv().await {
                Ok(value) => {
                    assert_eq!(value, next);
                    next += 1;
                }
                Err(RecvError::Lagged(missed)) => next += missed,
                Err(RecvError::Closed) => return next,
            }
        }
    });
    let publisher = O::default().spawn(async move {
        for value in 0..ROUNDS as u64 {
            sender.publish_now(value).expect("nobody closes it");
            if value % 4 == 0 {
                O::default().yield_now().await;
            }
        }
    });
    blocking::wait(publisher).expect("the task completes");
    assert_eq!(blocking::wait(receiver).expect("the loop ends with the sender"), ROUNDS as u64);
}
