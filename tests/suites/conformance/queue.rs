//! Queues: every item is popped exactly once and in order, also with cancelled waits and with a close at any time.

use core::pin::pin;
use std::sync::Arc;

use anywake::queue::UnboundedQueue;
use anywake::{Closed, Keyed, Queue, QueueExt, Runtime, StaticPriorityQueue, StaticQueue, TaskError, Wait};
use anywake_tests::runtimes::RUNTIMES;
use anywake_tests::{Drops, Item, on_every_runtime};
use futures_util::{SinkExt, StreamExt, stream};

use crate::{LONG, SHORT, cancel, outputs, queue_up, spawn_all};

const ITEMS: usize = 60;

fn queue<T>(capacity: usize) -> Arc<Queue<T>> {
    Arc::new(Queue::with_capacity(capacity).expect("there is memory for a few items"))
}

/// Asserts that the consumers got `0..ITEMS` of each producer, each item once, and in order.
fn assert_conserved(producers: usize, consumed: &[Vec<(usize, usize)>]) {
    for items in consumed {
        for producer in 0..producers {
            let numbers: Vec<_> = items.iter().filter(|item| item.0 == producer).map(|item| item.1).collect();
            assert!(numbers.is_sorted(), "the items of producer {producer} came out as {numbers:?}");
        }
    }
    let mut all = consumed.concat();
    all.sort_unstable();
    let expected = (0..producers).flat_map(|producer| (0..ITEMS).map(move |number| (producer, number)));
    assert!(all.into_iter().eq(expected), "each item is popped exactly once");
}

async fn many_producers_and_consumers<R: Runtime>() {
    for capacity in [1, 4, 64] {
        let queue = queue(capacity);
        let producers = spawn_all::<R, _>(4, |producer| {
            let queue = Arc::clone(&queue);
            async move {
                for number in 0..ITEMS {
                    queue.push((producer, number)).await.expect("the queue is open");
                }
            }
        });
        let consumers = spawn_all::<R, _>(4, |_| {
            let queue = Arc::clone(&queue);
            async move {
                let mut items = Vec::new();
                while let Ok(item) = queue.pop().await {
                    assert!(queue.len() <= capacity);
                    items.push(item);
                }
                items
            }
        });
        outputs(producers).await;
        queue.close();
        assert_conserved(4, &outputs(consumers).await);
    }
}

/// Items of eight keys: each is popped exactly once, and equal keys of one producer in their order.
async fn a_queue_in_the_order_of_keys<R: Runtime>() {
    let queue = Arc::new(StaticPriorityQueue::<_, 4>::new());
    let producers = spawn_all::<R, _>(4, |producer| {
        let queue = Arc::clone(&queue);
        async move {
            for number in 0..ITEMS {
                queue.push_at((producer, number), number as u32 / 8).await.expect("the queue is open");
            }
        }
    });
    let consumers = spawn_all::<R, _>(2, |_| {
        let queue = Arc::clone(&queue);
        async move {
            let mut items = Vec::new();
            while let Ok(Keyed { key, item }) = queue.pop().await {
                assert_eq!(key as usize, item.1 / 8);
                items.push(item);
            }
            items
        }
    });
    outputs(producers).await;
    queue.close();
    // A producer's keys never sink, so the order of its items is that of its pushes.
    assert_conserved(4, &outputs(consumers).await);
}

/// With a deadline: the item and its key come back, or are in the queue.
async fn a_push_by_key_that_is_late_returns_its_item<R: Runtime>() {
    let queue = StaticPriorityQueue::<_, 1>::new();
    queue.try_push_at("first", 3).expect("there is room");
    let late = queue.push_at("late", 1).within(R::default(), SHORT).await.expect_err("there is no room");
    assert_eq!(late.0, Keyed { key: 1, item: "late" });
    assert_eq!(queue.pop().await.expect("the queue is open").item, "first");
}

async fn a_queue_in_a_static<R: Runtime>() {
    // One queue per runtime, since all instances of a generic function share its statics.
    static QUEUES: [StaticQueue<usize, 3>; RUNTIMES.len()] = [const { StaticQueue::new() }; RUNTIMES.len()];
    let at = RUNTIMES.iter().position(|name| *name == R::default().name()).expect("the runtime has a queue");
    let queue = &QUEUES[at];
    let producer = R::default().spawn(async move {
        for number in 0..ITEMS {
            queue.push(number).await.expect("the queue is open");
        }
        queue.close();
    });
    assert!(queue.stream().collect::<Vec<_>>().await.into_iter().eq(0..ITEMS));
    producer.await.expect("the task completes");
}

/// Tasks are `Send` for the compiler although the type of the items has a lifetime, also with deadlines.
async fn items_may_have_a_lifetime<R: Runtime>() {
    let queue = queue::<Option<&'static str>>(1);
    let producer = R::default().spawn({
        let queue = Arc::clone(&queue);
        async move {
            for word in ["to", "and", "fro"] {
                queue
                    .push(Some(word))
                    .within(R::default(), LONG)
                    .await
                    .expect("the wait is granted in time")
                    .expect("the queue is open");
            }
            queue.join().await;
        }
    });
    let consumer = R::default().spawn(async move {
        let mut words = Vec::new();
        for _ in 0..3 {
            words.extend(
                queue
                    .pop()
                    .within(R::default(), LONG)
                    .await
                    .expect("the wait is granted in time")
                    .expect("the queue is open"),
            );
            queue.task_done().expect("one per item");
        }
        words
    });
    assert_eq!(consumer.await.expect("the task completes"), ["to", "and", "fro"]);
    producer.await.expect("the task completes");
}

async fn waiting_pushes_are_served_in_order<R: Runtime>() {
    let queue = queue(1);
    queue.push(0).await.expect("the queue is open");
    let tasks = queue_up::<R, _>(
        8,
        || queue.waiters(),
        |number| {
            let queue = Arc::clone(&queue);
            async move { queue.push(number + 1).await }
        },
    )
    .await;
    assert!(queue.try_push(100).is_err(), "no attempt overtakes a waiter");
    for number in 0..9 {
        assert_eq!(queue.pop().await, Ok(number));
    }
    outputs(tasks).await;
}

async fn waiting_pops_are_served_in_order<R: Runtime>() {
    let queue = queue(8);
    let tasks = queue_up::<R, _>(
        8,
        || queue.waiters(),
        |_| {
            let queue = Arc::clone(&queue);
            async move { queue.pop().await.is_ok() }
        },
    )
    .await;
    for number in 0..8_usize {
        assert!(tasks.iter().filter(|task| task.is_finished()).count() <= number);
        queue.try_push(number).expect("there is room");
        assert_eq!(queue.waiters(), 7 - number, "the item is granted at once");
        assert!(queue.try_pop().is_err(), "no attempt overtakes a waiter");
    }
    assert_eq!(outputs(tasks).await, [true; 8]);
    assert!(queue.is_empty());
}

async fn a_closed_queue_drains_and_then_ends<R: Runtime>() {
    let queue = queue(3);
    let waiting_to_pop = queue_up::<R, _>(
        2,
        || queue.waiters(),
        |_| {
            let queue = Arc::clone(&queue);
            async move { queue.pop().await }
        },
    )
    .await;
    for number in 0..5 {
        queue.push(number).await.expect("the queue is open");
    }
    let popped = outputs(waiting_to_pop).await;
    assert_eq!(popped.iter().map(|popped| popped.expect("each pop gets an item")).sum::<usize>(), 1);
    let waiting_to_push = queue_up::<R, _>(
        2,
        || queue.waiters(),
        |number| {
            let queue = Arc::clone(&queue);
            async move { queue.push(10 + number).await.map_err(|error| error.into_inner()) }
        },
    )
    .await;
    queue.close();
    assert_eq!(outputs(waiting_to_push).await, [Err(10), Err(11)], "the errors return the items");
    for number in 2..5 {
        assert_eq!(queue.pop().await, Ok(number));
    }
    assert_eq!(queue.pop().await, Err(Closed));
    assert_eq!(queue.push(12).await.map_err(|error| error.into_inner()), Err(12));
}

async fn closing_wakes_all_who_wait_to_pop<R: Runtime>() {
    let queue = queue::<usize>(1);
    let tasks = queue_up::<R, _>(
        20,
        || queue.waiters(),
        |_| {
            let queue = Arc::clone(&queue);
            async move { queue.pop().await }
        },
    )
    .await;
    queue.close();
    assert_eq!(outputs(tasks).await, [Err(Closed); 20]);
}

async fn closing_now_drops_what_is_queued<R: Runtime>() {
    let (queue, drops) = (queue(4), Drops::new());
    for id in 0..4 {
        assert!(queue.push(drops.item(id)).await.is_ok());
    }
    let tasks = queue_up::<R, _>(
        2,
        || queue.waiters(),
        |number| {
            let (queue, item) = (Arc::clone(&queue), drops.item(4 + number as u32));
            async move { queue.push(item).await.map_err(|error| error.into_inner().id) }
        },
    )
    .await;
    let joiner = queue_up::<R, _>(
        1,
        || queue.waiters(),
        |_| {
            let queue = Arc::clone(&queue);
            async move { queue.join().await }
        },
    )
    .await;
    queue.close_now();
    assert_eq!((queue.len(), queue.unfinished()), (0, 0));
    assert!(drops.count() >= 4, "`close_now` drops the queued items before it returns");
    assert_eq!(outputs(tasks).await, [Err(4), Err(5)], "waiting pushes return their items");
    assert_eq!(drops.count(), 6);
    outputs(joiner).await;
}

async fn join_waits_until_all_work_is_done<R: Runtime>() {
    let queue = queue(3);
    let done = Arc::new(anywake::Lock::new(0));
    queue.join().await;
    let workers = spawn_all::<R, _>(3, |_| {
        let (queue, done) = (Arc::clone(&queue), Arc::clone(&done));
        async move {
            while queue.pop().await.is_ok() {
                R::default().yield_now().await;
                *done.lock().await += 1;
                queue.task_done().expect("one per item");
            }
        }
    });
    for round in 1..=5 {
        for number in 0..ITEMS {
            queue.push(number).await.expect("the queue is open");
        }
        queue.join().await;
        assert_eq!(*done.lock().await, round * ITEMS);
        assert_eq!(queue.unfinished(), 0);
    }
    assert!(queue.task_done().is_err(), "every item was reported already");
    queue.close();
    outputs(workers).await;
}

/// Pops are cancelled while they wait and while an item is granted to them. No item is lost.
async fn cancelled_pops_lose_no_item<R: Runtime>() {
    let queue = queue(2);
    let keeper = R::default().spawn({
        let queue = Arc::clone(&queue);
        async move {
            let mut items = Vec::new();
            while let Ok(item) = queue.pop().await {
                items.push(item);
            }
            items
        }
    });
    let mut taken = Vec::new();
    for number in 0..ITEMS {
        let fickle = R::default().spawn({
            let queue = Arc::clone(&queue);
            async move { queue.pop().await }
        });
        queue.push((0, number)).await.expect("the queue is open");
        fickle.cancel();
        match fickle.await {
            Ok(item) => taken.push(item.expect("the queue is open")),
            Err(TaskError::Cancelled) => {}
            Err(error) => panic!("{error}"),
        }
    }
    queue.close();
    assert_conserved(1, &[keeper.await.expect("the task ends when the queue is closed"), taken]);
}

/// A push that is cancelled has either pushed its item or dropped it.
async fn cancelled_pushes_push_or_drop_their_item<R: Runtime>() {
    let (queue, drops) = (queue::<Item>(2), Drops::new());
    let consumer = R::default().spawn({
        let queue = Arc::clone(&queue);
        async move {
            let mut ids = Vec::new();
            while let Ok(item) = queue.pop().await {
                ids.push(item.id);
                R::default().yield_now().await;
            }
            ids
        }
    });
    let mut pushed = Vec::new();
    for id in 0..ITEMS as u32 {
        let (item, queue) = (drops.item(id), Arc::clone(&queue));
        let task = R::default().spawn(async move { queue.push(item).await.is_ok() });
        if id % 3 == 0 {
            task.cancel();
        }
        match task.await {
            Ok(true) => pushed.push(id),
            Ok(false) => panic!("the queue is open"),
            Err(TaskError::Cancelled) => {}
            Err(error) => panic!("{error}"),
        }
    }
    queue.close();
    let popped = consumer.await.expect("the task ends when the queue is closed");
    assert_eq!(drops.count(), ITEMS, "every item is dropped once");
    // A cancelled task may have pushed its item in the poll before it was stopped.
    let beyond: Vec<_> = popped.iter().filter(|id| !pushed.contains(id)).collect();
    assert!(beyond.iter().all(|id| **id % 3 == 0), "{beyond:?} were neither pushed nor cancelled");
    assert!(pushed.iter().all(|id| popped.contains(id)), "no pushed item is lost");
    assert!(popped.is_sorted() && popped.windows(2).all(|pair| pair[0] != pair[1]), "{popped:?}");
}

async fn a_push_cancelled_in_the_queue_makes_room_for_the_next<R: Runtime>() {
    let (queue, drops) = (queue(1), Drops::new());
    assert!(queue.try_push(drops.item(0)).is_ok());
    let mut tasks = queue_up::<R, _>(
        3,
        || queue.waiters(),
        |number| {
            let (queue, item) = (Arc::clone(&queue), drops.item(1 + number as u32));
            async move { queue.push(item).await.is_ok() }
        },
    )
    .await;
    cancel(tasks.remove(1)).await;
    assert_eq!((drops.count(), queue.waiters()), (1, 2));
    for expected in [0, 1, 3] {
        assert_eq!(queue.pop().await.map(|item| item.id), Ok(expected));
    }
    assert_eq!(outputs(tasks).await, [true; 2]);
}

async fn streams_share_a_queue<R: Runtime>() {
    let queue = queue(2);
    let consumers = spawn_all::<R, _>(3, |_| {
        let queue = Arc::clone(&queue);
        async move { queue.stream().collect::<Vec<_>>().await }
    });
    for number in 0..ITEMS {
        queue.push((0, number)).await.expect("the queue is open");
    }
    queue.close();
    assert_conserved(1, &outputs(consumers).await);
}

async fn sinks_share_a_queue<R: Runtime>() {
    let queue = queue(2);
    let producers = spawn_all::<R, _>(3, |producer| {
        let queue = Arc::clone(&queue);
        async move {
            let mut items = stream::iter((0..ITEMS).map(|number| Ok((producer, number))));
            pin!(queue.sink()).send_all(&mut items).await.expect("the queue is open");
        }
    });
    let consumer = R::default().spawn({
        let queue = Arc::clone(&queue);
        async move { queue.stream().collect::<Vec<_>>().await }
    });
    outputs(producers).await;
    pin!(queue.sink()).close().await.expect("nothing is left to push");
    assert!(queue.is_closed());
    assert_conserved(3, &[consumer.await.expect("the task ends when the queue is closed")]);
}

async fn slack_takes_what_is_promised<R: Runtime>() {
    let (capacity, slack) = (1, 3);
    let queue = Arc::new(Queue::with_slack(capacity, slack).expect("there is memory for a few items"));
    let producers = spawn_all::<R, _>(3, |producer| {
        let queue = Arc::clone(&queue);
        async move {
            for number in 0..ITEMS {
                queue.push((producer, number)).await.expect("the queue is open");
            }
        }
    });
    let consumers = spawn_all::<R, _>(3, |_| {
        let queue = Arc::clone(&queue);
        async move {
            let mut items = Vec::new();
            loop {
                assert!(queue.len() <= capacity + slack);
                // A wait that is given up again and again leaves its item in the queue.
                let Ok(popped) = queue.pop().within(R::default(), SHORT / 100).await else { continue };
                let Ok(item) = popped else { return items };
                items.push(item);
            }
        }
    });
    outputs(producers).await;
    queue.close();
    assert_conserved(3, &outputs(consumers).await);
}

async fn a_queue_without_a_bound<R: Runtime>() {
    let queue = Arc::new(UnboundedQueue::default());
    let producers = spawn_all::<R, _>(3, |producer| {
        let queue = Arc::clone(&queue);
        async move {
            for number in 0..ITEMS {
                queue.push_now((producer, number)).expect("the queue is open");
                if number % 20 == 0 {
                    R::default().yield_now().await;
                }
            }
        }
    });
    let consumers = spawn_all::<R, _>(3, |_| {
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
    outputs(producers).await;
    queue.join().await;
    queue.close();
    assert_conserved(3, &outputs(consumers).await);
}

on_every_runtime! {
    many_producers_and_consumers,
    slack_takes_what_is_promised,
    a_queue_without_a_bound,
    a_queue_in_the_order_of_keys,
    a_push_by_key_that_is_late_returns_its_item,
    a_queue_in_a_static,
    items_may_have_a_lifetime,
    waiting_pushes_are_served_in_order,
    waiting_pops_are_served_in_order,
    a_closed_queue_drains_and_then_ends,
    closing_wakes_all_who_wait_to_pop,
    closing_now_drops_what_is_queued,
    join_waits_until_all_work_is_done,
    cancelled_pops_lose_no_item,
    cancelled_pushes_push_or_drop_their_item,
    a_push_cancelled_in_the_queue_makes_room_for_the_next,
    streams_share_a_queue,
    sinks_share_a_queue,
}
