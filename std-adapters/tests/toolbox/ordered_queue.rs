//! `LifoQueue` and `PriorityQueue`.

use std::sync::Arc;

use anywake::test_util::Probe;
use anywake::{
    CapacityError, Closed, LifoQueue, PriorityQueue, PushError, Runtime, TaskDoneError, TryPopError,
    TryPushError, assert_pending, assert_ready, gather,
};

/// asyncio's `[1, 2, 3] [2, 1, 3]`, and ours.
#[test]
fn least_and_newest_come_first() {
    let (least, newest) = (PriorityQueue::with_capacity(3).unwrap(), LifoQueue::with_capacity(3).unwrap());
    for n in [3, 1, 2] {
        least.try_push(n).unwrap();
        newest.try_push(n).unwrap();
    }
    assert!(least.is_full() && newest.is_full());
    let drain = || [least.try_pop().unwrap(), newest.try_pop().unwrap()];
    assert_eq!([drain(), drain(), drain()], [[1, 2], [2, 1], [3, 3]]);
    assert!(least.is_empty());
    assert_eq!(least.try_pop(), Err(TryPopError::Empty));
}

#[test]
fn capacity_is_kept_and_must_be_something() {
    assert_eq!(LifoQueue::<u8>::with_capacity(0).unwrap_err(), CapacityError::Zero);
    assert_eq!(LifoQueue::<u8>::with_capacity(usize::MAX).unwrap_err(), CapacityError::TooLarge);
    let queue = LifoQueue::with_capacity(1).unwrap();
    queue.try_push(1).unwrap();
    assert_eq!(queue.try_push(2), Err(TryPushError::Full(2)));
    let mut push = Probe::new(queue.push(3));
    assert_pending!(push.poll());
    assert_eq!(queue.try_pop(), Ok(1));
    assert_eq!(push.wakes(), 1);
    assert_eq!(queue.try_push(4), Err(TryPushError::Full(4)), "the room is promised");
    assert_eq!(assert_ready!(push.poll()), Ok(()));
    assert_eq!((queue.len(), queue.capacity()), (1, 1));
}

#[test]
fn waiters_are_served_in_their_order_and_nothing_is_lost_by_a_drop() {
    let queue = PriorityQueue::with_capacity(4).unwrap();
    let mut pops = [Probe::new(queue.pop()), Probe::new(queue.pop()), Probe::new(queue.pop())];
    for pop in &mut pops {
        assert_pending!(pop.poll());
    }
    let [first, mut second, mut third] = pops;
    queue.try_push(7).unwrap();
    assert_eq!((first.wakes(), second.wakes()), (1, 0));
    // Granted and dropped: the next one has it.
    drop(first);
    assert_eq!(second.wakes(), 1);
    assert_eq!(queue.try_pop(), Err(TryPopError::Empty), "it is promised");
    assert_eq!(assert_ready!(second.poll()), Ok(7));
    assert_pending!(third.poll());
}

#[test]
fn dropped_push_leaves_its_room() {
    let queue = PriorityQueue::with_capacity(1).unwrap();
    queue.try_push(1).unwrap();
    let mut dropped = Probe::new(queue.push(2));
    assert_pending!(dropped.poll());
    assert_eq!(queue.try_pop(), Ok(1));
    drop(dropped);
    queue.try_push(3).unwrap();
    assert_eq!(queue.try_pop(), Ok(3));
}

#[test]
fn closed_queue_is_drained() {
    let queue = PriorityQueue::with_capacity(2).unwrap();
    queue.try_push(2).unwrap();
    queue.try_push(1).unwrap();
    let mut late = Probe::new(queue.push(3));
    assert_pending!(late.poll());
    queue.close();
    queue.close();
    assert!(queue.is_closed());
    assert_eq!(assert_ready!(late.poll()), Err(PushError(3)));
    assert_eq!(queue.try_push(4), Err(TryPushError::Closed(4)));
    assert_eq!(assert_ready!(Probe::new(queue.pop()).poll()), Ok(1));
    assert_eq!(queue.try_pop(), Ok(2));
    assert_eq!(queue.try_pop(), Err(TryPopError::Closed));
    assert_eq!(assert_ready!(Probe::new(queue.pop()).poll()), Err(Closed));
}

#[test]
fn closing_wakes_those_who_wait_for_items() {
    let queue = LifoQueue::<u8>::with_capacity(1).unwrap();
    let mut pops = [Probe::new(queue.pop()), Probe::new(queue.pop())];
    pops.iter_mut().for_each(|pop| assert_pending!(pop.poll()));
    queue.close_now();
    pops.iter_mut().for_each(|pop| assert_eq!(assert_ready!(pop.poll()), Err(Closed)));
}

#[test]
fn join_waits_for_the_work_and_task_done_cannot_be_said_too_often() {
    let queue = LifoQueue::with_capacity(2).unwrap();
    assert_ready!(Probe::new(queue.join()).poll());
    assert_eq!(queue.task_done(), Err(TaskDoneError));
    queue.try_push(1).unwrap();
    queue.try_push(2).unwrap();
    let mut joins = [Probe::new(queue.join()), Probe::new(queue.join())];
    joins.iter_mut().for_each(|join| assert_pending!(join.poll()));
    queue.try_pop().unwrap();
    queue.task_done().unwrap();
    joins.iter_mut().for_each(|join| assert_pending!(join.poll()));
    // The rest is dropped, and that counts as done.
    queue.close_now();
    joins.iter_mut().for_each(|join| assert_ready!(join.poll()));
    assert_eq!(queue.task_done(), Err(TaskDoneError));
}

#[test]
fn item_in_work_is_waited_for_after_close_now() {
    let queue = LifoQueue::with_capacity(3).unwrap();
    (0..3).try_for_each(|n| queue.try_push(n)).unwrap();
    queue.try_pop().unwrap();
    queue.close_now();
    let mut join = Probe::new(queue.join());
    assert_pending!(join.poll());
    queue.task_done().unwrap();
    assert_ready!(join.poll());
}

async fn nothing_is_lost_between_many<R: Runtime>(rt: R) {
    let queue = Arc::new(PriorityQueue::with_capacity(3).unwrap());
    let producers = (0..4_u32).map(|producer| {
        let queue = Arc::clone(&queue);
        rt.spawn(async move {
            for n in 0..50 {
                queue.push(producer * 50 + n).await.unwrap();
            }
        })
    });
    let consumers = (0..4).map(|_| {
        let queue = Arc::clone(&queue);
        rt.spawn(async move {
            let mut items = Vec::new();
            while let Ok(item) = queue.pop().await {
                items.push(item);
                queue.task_done().unwrap();
            }
            items
        })
    });
    let consumers = gather(consumers);
    gather(producers).await.unwrap();
    queue.join().await;
    queue.close();
    let mut items = consumers.await.unwrap().concat();
    items.sort_unstable();
    assert_eq!(items, (0..200).collect::<Vec<_>>());
}

on_each_runtime! {
    nothing_is_lost_between_many
}
