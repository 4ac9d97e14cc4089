//! Panics in the drop of an item and in the waker of another task.

use anywake_core::queue::PushFuture;
use anywake_tests::{Call, CountingWaker};

use super::*;

#[test]
fn promise_11_a_panic_in_the_drop_of_an_item_loses_neither_items_nor_waiters() {
    for bomb in 0..4 {
        let drops = Drops::new();
        let queue = StaticQueue::<Item, 4>::new();
        for id in 0..4 {
            let item = if id == bomb { drops.bomb(id) } else { drops.item(id) };
            queue.try_push(item).unwrap();
        }
        let mut push = queued(queue.push(drops.item(4)));
        let mut join = queued(queue.join());
        assert!(panic_of(|| queue.close_now()).contains("panics in its drop"));
        assert_eq!(drops.count(), 4, "all queued items are dropped");
        assert_eq!(push.ready().unwrap_err().into_inner().id, 4);
        join.ready();
        assert_eq!(state(&queue), (0, 0, 0, true));
    }
}

#[test]
fn promise_11_a_panic_in_the_drop_of_an_item_does_not_keep_a_queue_from_dropping_the_rest() {
    let drops = Drops::new();
    let queue = StaticQueue::<Item, 3>::new();
    queue.try_push(drops.item(0)).unwrap();
    queue.try_push(drops.bomb(1)).unwrap();
    queue.try_push(drops.item(2)).unwrap();
    panic_of(|| drop(queue));
    assert_eq!(drops.count(), 3);
}

#[test]
fn promise_11_a_panic_in_the_drop_of_the_item_of_a_cancelled_push_leaves_the_queue_usable() {
    let drops = Drops::new();
    let queue = StaticQueue::<Item, 1>::new();
    queue.try_push(drops.item(0)).unwrap();
    let push = queued(queue.push(drops.bomb(1)));
    let mut behind = queued(queue.push(drops.item(2)));
    panic_of(|| push.cancel());
    assert_eq!(queue.waiters(), 1);
    drop(queue.try_pop().unwrap());
    behind.ready().unwrap();
}

/// A push that waits in a full queue, with a waker that panics.
fn broken_push(queue: &StaticQueue<u8, 1>) -> Task<PushFuture<'_, StaticQueue<u8, 1>>> {
    let mut push = Task::with_waker(queue.push(2), CountingWaker::panicking(Call::Wake));
    assert_pending!(push.poll());
    push
}

#[test]
fn promise_5_the_waker_of_a_stranger_that_panics_costs_a_try_pop_nothing() {
    let queue = StaticQueue::new();
    queue.try_push(1).unwrap();
    let mut push = broken_push(&queue);
    assert_eq!(queue.try_pop(), Ok(1));
    push.ready().unwrap();
    assert_eq!(queue.try_pop(), Ok(2));
}

#[test]
fn promise_5_the_waker_of_a_stranger_that_panics_costs_a_granted_pop_nothing() {
    let queue = StaticQueue::new();
    let mut pop = queued(queue.pop());
    queue.try_push(1).unwrap();
    let mut push = broken_push(&queue);
    assert_eq!(pop.ready(), Ok(1));
    push.ready().unwrap();
    assert_eq!(queue.try_pop(), Ok(2));
}
