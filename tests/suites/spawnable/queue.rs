//! Futures that hold queues and their items.

use core::time::Duration;
use std::sync::Arc;

use anywake::{Queue, StaticQueue, Tokio, Wait};

use crate::{LONG, spawned, text};

#[test]
fn queues_of_items_with_a_lifetime_across_an_await() {
    spawned(async {
        let queue = Arc::new(Queue::<&'static str>::with_capacity(1).unwrap());
        queue.push("item").await.unwrap();
        assert_eq!(queue.push("late").within::<Tokio>(Duration::ZERO).await.unwrap_err().0, "late");
        assert_eq!(queue.pop().within::<Tokio>(LONG).await.unwrap(), Ok("item"));
        queue.task_done().unwrap();
        queue.join().within::<Tokio>(LONG).await.unwrap();

        static STATIC: StaticQueue<&str, 1> = StaticQueue::new();
        STATIC.push("item").await.unwrap();
        assert_eq!(STATIC.pop().await, Ok("item"));

        // Guards and permits can be items too.
        let guards = Queue::with_capacity(1).unwrap();
        guards.push(text().lock_owned().await).await.unwrap();
        assert_eq!(*guards.pop().await.unwrap(), "text");
    });
}
