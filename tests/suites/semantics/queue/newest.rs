//! A queue whose newest item is the first.

use super::*;

fn filled(capacity: usize) -> LifoQueue<usize> {
    let queue = LifoQueue::with_capacity(capacity).unwrap();
    (0..capacity).for_each(|item| queue.try_push(item).unwrap());
    queue
}

#[test]
fn the_newest_item_comes_first() {
    let queue = filled(3);
    assert_eq!((queue.capacity(), queue.is_full(), queue.peek()), (3, true, Some(2)));
    assert_eq!(queue.try_pop(), Ok(2));
    queue.try_push(9).unwrap();
    assert_eq!(drain(&queue), [9, 1, 0]);
    assert_eq!(queue.peek(), None);
    assert_eq!(LifoQueue::<u8>::with_capacity(0).unwrap_err(), CapacityError::Zero);
    assert_eq!(LifoQueue::<u64>::with_capacity(usize::MAX).unwrap_err(), CapacityError::TooLarge);
}

#[test]
fn waiters_are_served_in_their_order_whatever_that_of_the_items() {
    let queue = filled(1);
    let mut pushes = [queued(queue.push(1)), queued(queue.push(2))];
    assert_eq!(queue.try_pop(), Ok(0));
    assert!(pushes[0].is_woken() && !pushes[1].is_woken());
    assert_eq!(drain(&queue), [1, 2]);
    pushes.iter_mut().for_each(|push| push.ready().unwrap());
    let mut pops = queue_up(2, || queue.pop());
    queue.try_push(3).unwrap();
    assert_eq!((pops[0].ready(), pops[1].is_woken()), (Ok(3), false));
}

#[test]
fn a_pop_that_was_promised_an_item_takes_the_newest_when_it_runs() {
    let queue = LifoQueue::with_capacity(4).unwrap();
    let mut pop = queued(queue.pop());
    queue.try_push("old").unwrap();
    queue.try_push("new").unwrap();
    assert_eq!(pop.ready(), Ok("new"));
    assert_eq!(queue.try_pop(), Ok("old"));
}

#[test]
fn a_forced_push_displaces_the_oldest() {
    let queue = filled(3);
    assert_eq!(queue.force_push(9), Ok(Some(0)));
    assert_eq!(queue.unfinished(), 3);
    assert_eq!(drain(&queue), [9, 2, 1]);
    let _slots = [(); 3].map(|()| queue.try_reserve().unwrap());
    assert_eq!(queue.force_push(9), Err(TryPushError::Full(9)));
}

#[test]
fn close_now_keeps_the_newest_for_those_who_were_promised() {
    let drops = Drops::new();
    let queue = LifoQueue::<Item>::with_capacity(8).unwrap();
    let mut pop = queued(queue.pop());
    (0..3).for_each(|id| queue.try_push(drops.item(id)).unwrap());
    queue.close_now();
    assert_eq!(drops.count(), 2);
    assert_eq!(pop.ready().unwrap().id, 2);
}
