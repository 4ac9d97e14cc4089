//! Queues between two runtimes.

use std::sync::Arc;

use anywake::{Keyed, Queue, Runtime, StaticPriorityQueue, blocking, channel};

use crate::ROUNDS;

/// The queue has one slot, so that both sides wait again and again.
pub(crate) fn queue<W: Runtime, O: Runtime>() {
    let queue = Arc::new(Queue::with_capacity(1).expect("there is memory for one item"));
    let consumer = W::default().spawn({
        let queue = Arc::clone(&queue);
        async move {
            let mut items = Vec::new();
            while let Ok(item) = queue.pop().await {
                items.push(item);
                queue.task_done().expect("one per item");
            }
            items
        }
    });
    let producer = O::default().spawn({
        let queue = Arc::clone(&queue);
        async move {
            for item in 0..ROUNDS {
                queue.push(item).await.expect("the queue is open");
            }
            queue.join().await;
            queue.close();
        }
    });
    blocking::wait(producer).expect("the task completes");
    let items = blocking::wait(consumer).expect("the consumer ends when the queue is closed");
    assert!(items.into_iter().eq(0..ROUNDS));
}

/// One slot, and one of slack: the pusher goes on while the consumer has still to run.
pub(crate) fn queue_with_slack<W: Runtime, O: Runtime>() {
    let (sender, receiver) = channel::over(Arc::new(Queue::with_slack(1, 1).expect("there is memory")));
    let consumer = W::default().spawn(async move {
        let mut items = Vec::new();
        while let Ok(item) = receiver.recv().await {
            items.push(item);
        }
        items
    });
    let producer = O::default().spawn(async move {
        for item in 0..ROUNDS {
            sender.send(item).await.expect("there is a receiver");
        }
    });
    blocking::wait(producer).expect("the task completes");
    let items = blocking::wait(consumer).expect("the consumer ends with its last sender");
    assert!(items.into_iter().eq(0..ROUNDS));
}

/// Two slots, in the order of keys: nothing is lost, and equal keys come out in their order.
pub(crate) fn queue_by_key<W: Runtime, O: Runtime>() {
    let queue = Arc::new(StaticPriorityQueue::<usize, 2>::new());
    let consumer = W::default().spawn({
        let queue = Arc::clone(&queue);
        async move {
            let mut items = Vec::new();
            while let Ok(Keyed { key, item }) = queue.pop().await {
                assert_eq!(key as usize, item % 3);
                items.push(item);
            }
            items
        }
    });
    let producer = O::default().spawn(async move {
        for item in 0..ROUNDS {
            queue.push_at(item, item as u32 % 3).await.expect("the queue is open");
        }
        queue.close();
    });
    blocking::wait(producer).expect("the task completes");
    let mut items = blocking::wait(consumer).expect("the consumer ends when the queue is closed");
    for (place, item) in items.iter().enumerate() {
        let earlier_of_its_key = items[place + 1..].iter().any(|later| later < item && later % 3 == item % 3);
        assert!(!earlier_of_its_key, "equal keys come out in their order");
    }
    items.sort_unstable();
    assert!(items.into_iter().eq(0..ROUNDS));
}

/// One runtime closes the queue while a push and a join of the other wait. The push returns its item.
pub(crate) fn queue_closed<W: Runtime, O: Runtime>() {
    for _ in 0..ROUNDS / 10 {
        let queue = Arc::new(Queue::with_capacity(1).expect("there is memory for one item"));
        queue.try_push(0).expect("there is room");
        let pusher = W::default().spawn({
            let queue = Arc::clone(&queue);
            async move { queue.push(1).await.map_err(anywake::PushError::into_inner) }
        });
        let joiner = W::default().spawn({
            let queue = Arc::clone(&queue);
            async move { queue.join().await }
        });
        let closer = O::default().spawn({
            let queue = Arc::clone(&queue);
            async move {
                while queue.waiters() < 2 {
                    O::default().yield_now().await;
                }
                queue.close_now();
            }
        });
        blocking::wait(closer).expect("the task completes");
        blocking::wait(joiner).expect("no work is unfinished");
        assert_eq!(blocking::wait(pusher).expect("the task completes"), Err(1));
    }
}
