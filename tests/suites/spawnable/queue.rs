//! Futures that hold queues and their items.

use core::pin::pin;
use core::time::Duration;
use std::sync::Arc;

use anywake::channel::{bounded, unbounded};
use anywake::{Closed, Queue, SenderExt, StaticQueue, Tokio, Wait};
use futures_util::SinkExt;

use crate::{LONG, soon, spawned, text};

#[test]
fn queues_of_items_with_a_lifetime_across_an_await() {
    spawned(async {
        let queue = Arc::new(Queue::<&'static str>::with_capacity(1).unwrap());
        queue.push("item").await.unwrap();
        assert_eq!(queue.push("late").within(Tokio, Duration::ZERO).await.unwrap_err().0, "late");
        assert_eq!(queue.pop().within(Tokio, LONG).await.unwrap(), Ok("item"));
        queue.task_done().unwrap();
        queue.join().within(Tokio, LONG).await.unwrap();

        static STATIC: StaticQueue<&str, 1> = StaticQueue::new();
        STATIC.push("item").await.unwrap();
        assert_eq!(STATIC.pop().await, Ok("item"));

        // Guards and permits can be items too.
        let guards = Queue::with_capacity(1).unwrap();
        guards.push(text().lock_owned().await).await.unwrap();
        assert_eq!(*guards.pop().await.unwrap(), "text");
    });
}

#[test]
fn ends_of_items_with_a_lifetime_across_an_await() {
    spawned(async {
        let (sender, receiver) = bounded::<&'static str>(2);
        let slot = sender.reserve().within(Tokio, LONG).await.unwrap().unwrap();
        tokio::task::yield_now().await;
        slot.send("one").unwrap();
        sender.send("two").await.unwrap();
        let mut items = Vec::new();
        assert_eq!(soon(receiver.recv_many(&mut items, 2)).await, 2);
        let mut sink = Box::pin(sender.clone().into_sink());
        sink.send("three").await.unwrap();
        tokio::task::yield_now().await;
        assert_eq!(receiver.recv().await, Ok("three"));

        static STATIC: StaticQueue<&str, 1> = StaticQueue::new();
        let (end, last) = STATIC.split();
        let mut sink = pin!(end.into_sink());
        sink.send("four").await.unwrap();
        tokio::task::yield_now().await;
        sink.close().await.unwrap();
        assert_eq!((last.recv().await, last.recv().await), (Ok("four"), Err(Closed)));
        drop(receiver);
        sender.closed().within(Tokio, LONG).await.unwrap();
    });
}

#[test]
fn queues_without_a_bound_and_with_slack_across_an_await() {
    spawned(async {
        let (sender, receiver) = unbounded::<&'static str>();
        sender.send_now("one").unwrap();
        assert_eq!(receiver.recv().within(Tokio, LONG).await.unwrap(), Ok("one"));
        let (sender, receiver) = anywake::channel::over(Arc::new(Queue::with_slack(1, 1).unwrap()));
        sender.send("two").await.unwrap();
        assert_eq!(receiver.recv().await, Ok("two"));
        tokio::task::yield_now().await;
        drop((sender, receiver));
    });
}
