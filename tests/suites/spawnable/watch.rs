//! Futures that hold receivers, values that are read, and waits for a change.

use std::sync::Arc;

use anywake::watch::channel;
use anywake::{Tokio, Wait, Watch};

use crate::{LONG, soon, spawned};

#[test]
fn watches_across_an_await() {
    spawned(async {
        let (sender, mut receiver) = channel("first");
        let first = receiver.borrow();
        sender.send("second").unwrap();
        tokio::task::yield_now().await;
        assert_eq!(*first, "first");
        drop(first);
        receiver.changed().within(Tokio, LONG).await.unwrap().unwrap();
        let second = receiver.wait_for(|value| *value == "second").await.unwrap();
        tokio::task::yield_now().await;
        assert_eq!(*second, "second");
        drop(second);
        receiver.mark_changed();
        let (receiver, changed) = soon(receiver.changed_owned()).await;
        changed.unwrap();
        let value = receiver.borrow_owned();
        drop(receiver);
        soon(sender.closed()).await;
        assert_eq!(*value, "second");
    });
}

#[test]
fn watches_of_values_with_a_lifetime() {
    static TEXT: Watch<&str> = Watch::new("text");
    spawned(async {
        let mut receiver = TEXT.receiver();
        receiver.mark_changed();
        soon(receiver.changed()).await.unwrap();
        drop(soon(receiver.wait_for(|text| text.len() == 4)).await.unwrap());
        let watch = Arc::new(Watch::new("text"));
        soon(Arc::clone(&watch).closed_owned()).await;
        let mut receiver = watch.receiver_owned();
        drop(receiver.wait_for(|text| text.len() == 4).await.unwrap());
    });
}
