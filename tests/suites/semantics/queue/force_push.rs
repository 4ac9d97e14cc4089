//! `force_push` displaces the oldest item.

use super::*;

#[test]
fn force_push_displaces_the_first_item_of_a_full_queue() {
    let queue = full::<2>();
    assert_eq!(queue.force_push(2), Ok(Some(0)));
    assert_eq!(queue.unfinished(), 2, "the displaced item does not count any more");
    assert_eq!(drain(&queue), [1, 2]);
    assert_eq!(queue.force_push(3), Ok(None), "there was room");
    assert_eq!(queue.unfinished(), 3);
    assert_eq!(drain(&queue), [3]);
}

#[test]
fn force_push_serves_a_pop_that_waits() {
    let queue = StaticQueue::<u8, 1>::new();
    let mut pop = queued(queue.pop());
    assert_eq!(queue.force_push(1), Ok(None));
    assert_eq!(pop.ready(), Ok(1));
}

#[test]
fn force_push_goes_before_pushes_that_wait() {
    let queue = full::<1>();
    let mut push = queued(queue.push(1));
    assert_eq!(queue.force_push(9), Ok(Some(0)));
    assert!(!push.is_woken());
    assert_eq!(drain(&queue), [9, 1]);
    push.ready().unwrap();
}

#[test]
fn force_push_keeps_the_promise_to_a_pop_with_another_item() {
    let queue = StaticQueue::<u8, 1>::new();
    let mut pop = queued(queue.pop());
    queue.try_push(1).unwrap();
    assert_eq!(queue.force_push(2), Ok(Some(1)));
    assert_eq!(queue.try_pop(), Err(TryPopError::Empty));
    assert_eq!(pop.ready(), Ok(2));
}
