//! Oneshots of values with a lifetime, and their ends.

use core::future::{IntoFuture as _, ready};

use anywake::oneshot::channel;
use anywake::{Oneshot, Tokio, Wait};

use crate::{LONG, soon, spawned};

#[test]
fn ends_on_the_heap_across_an_await() {
    spawned(async {
        let (sender, receiver) = channel::<&'static str>();
        ready(()).await;
        sender.send("text").unwrap();
        assert_eq!(receiver.await, Ok("text"));

        let (sender, mut receiver) = channel::<&'static str>();
        sender.send("text").unwrap();
        assert_eq!(receiver.recv().within(Tokio, LONG).await, Ok(Ok("text")));

        let (sender, receiver) = channel::<&'static str>();
        drop(receiver);
        soon(sender.closed()).await;
        assert!(sender.is_closed());
    });
}

#[test]
fn borrowed_ends_across_an_await() {
    spawned(async {
        let mut slot = Oneshot::<&'static str>::new();
        for _ in 0..2 {
            let (sender, mut receiver) = slot.split();
            ready(()).await;
            sender.send("text").unwrap();
            assert_eq!(soon(receiver.recv()).await, Ok("text"));
            assert!(receiver.into_future().await.is_err());
        }
        let (sender, receiver) = slot.split();
        sender.send("text").unwrap();
        assert_eq!(soon(receiver.into_future()).await, Ok("text"));
    });
}
