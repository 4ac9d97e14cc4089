//! Futures that hold broadcasts and their ends.

use std::sync::Arc;

use anywake::broadcast::{channel, over};
use anywake::{Broadcast, Tokio, Wait};

use crate::{LONG, spawned, text};

#[test]
fn broadcasts_of_values_with_a_lifetime_across_an_await() {
    spawned(async {
        let (sender, mut receiver) = channel::<&'static str>(1);
        sender.publish("one").within(Tokio, LONG).await.unwrap().unwrap();
        assert_eq!(receiver.recv().within(Tokio, LONG).await.unwrap(), Ok("one"));
        let mut clone = receiver.clone();
        sender.publish("two").await.unwrap();
        assert_eq!((receiver.recv().await, clone.recv().await), (Ok("two"), Ok("two")));
        receiver.close();
        sender.closed().within(Tokio, LONG).await.unwrap();
    });
}

#[test]
fn static_and_owned_broadcasts_across_an_await() {
    spawned(async {
        static NEWS: Broadcast<&str, 1> = Broadcast::new();
        let mut receiver = NEWS.receiver();
        NEWS.publish("news").await.unwrap();
        assert_eq!(receiver.recv().await, Ok("news"));

        // Values that are shared behind a lock.
        let news = Arc::new(Broadcast::<_, 1>::new());
        let (sender, mut receiver) = over(Arc::clone(&news));
        sender.publish(text()).await.unwrap();
        Arc::clone(&news).publish_owned(text()).within(Tokio, core::time::Duration::ZERO).await.unwrap_err();
        assert_eq!(*receiver.recv().await.unwrap().lock().await, "text");
        drop(sender);
        news.closed_owned().await;
    });
}
