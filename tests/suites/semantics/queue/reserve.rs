//! Room that is reserved before there is an item for it.

use super::*;

#[test]
fn a_reserved_slot_is_room_for_nobody_else() {
    let queue = StaticQueue::<u8, 2>::new();
    let slot = queue.try_reserve().unwrap();
    queue.try_push(1).unwrap();
    assert!(queue.is_full() && queue.len() == 1, "one place is taken, and one is reserved");
    assert_eq!(queue.try_push(2), Err(TryPushError::Full(2)));
    assert_eq!(queue.try_reserve().unwrap_err(), TryPushError::Full(()));
    let mut push = queued(queue.push(3));
    slot.send(2).unwrap();
    assert!(!push.is_woken());
    assert_eq!(drain(&queue), [1, 2, 3], "the item of a slot goes to the end when it is sent");
    push.ready().unwrap();
}

#[test]
fn reservations_and_pushes_stand_in_one_line() {
    let queue = full::<1>();
    let mut first = queued(queue.reserve());
    let mut second = queued(queue.push(1));
    let mut third = queued(queue.reserve());
    assert_eq!(queue.try_pop(), Ok(0));
    assert!(first.is_woken() && !second.is_woken() && !third.is_woken());
    let slot = first.ready().unwrap();
    slot.send(5).unwrap();
    assert_eq!(queue.try_pop(), Ok(5));
    second.ready().unwrap();
    assert_eq!(queue.try_pop(), Ok(1));
    drop(third.ready().unwrap());
    assert!(queue.is_empty() && !queue.is_full());
}

#[test]
fn promise_1_room_goes_on_when_a_slot_is_dropped() {
    let queue = StaticQueue::<u8, 1>::new();
    let slot = queue.try_reserve().unwrap();
    let mut push = queued(queue.push(1));
    drop(slot);
    assert!(push.is_woken());
    push.ready().unwrap();
    assert_eq!(queue.try_pop(), Ok(1));
}

#[test]
fn promise_1_room_goes_on_when_a_granted_reservation_is_dropped() {
    let queue = full::<1>();
    let granted = queued(queue.reserve());
    let mut push = queued(queue.push(1));
    queue.try_pop().unwrap();
    assert!(granted.is_woken() && !push.is_woken());
    granted.cancel();
    assert!(push.is_woken());
    push.ready().unwrap();
}

/// tokio #8260 and #8075: a permit that was given back woke nobody who waited for the end of a closed channel.
#[test]
fn a_receiver_of_a_closed_queue_hears_of_the_last_slot_that_is_given_back() {
    let queue = StaticQueue::<u8, 2>::new();
    let (one, other) = (queue.try_reserve().unwrap(), queue.try_reserve().unwrap());
    queue.close();
    let mut pops = queue_up(2, || queue.pop());
    drop(one);
    assert!(pops.iter().all(|pop| !pop.is_woken()), "an item may still come");
    drop(other);
    pops.iter_mut().for_each(|pop| assert_eq!(pop.ready(), Err(Closed)));
}

#[test]
fn a_receiver_of_a_closed_queue_hears_of_the_last_reservation_that_is_cancelled() {
    let queue = full::<1>();
    let granted = queued(queue.reserve());
    queue.try_pop().unwrap();
    queue.close();
    let mut pop = queued(queue.pop());
    granted.cancel();
    assert_eq!(pop.ready(), Err(Closed));
}

#[test]
fn a_closed_queue_takes_what_was_reserved_in_time() {
    let queue = StaticQueue::<u8, 1>::new();
    let slot = queue.try_reserve().unwrap();
    queue.close();
    assert_eq!(queue.try_reserve().unwrap_err(), TryPushError::Closed(()));
    assert_eq!(queue.try_pop(), Err(TryPopError::Empty));
    let mut pop = queued(queue.pop());
    slot.send(1).unwrap();
    assert_eq!(pop.ready(), Ok(1));
    assert_eq!(queue.try_pop(), Err(TryPopError::Closed));
}

#[test]
fn a_queue_that_discards_takes_no_item_and_gives_it_back() {
    let queue = StaticQueue::<u8, 1>::new();
    let slot = queue.try_reserve().unwrap();
    let mut waiting = queued(queue.reserve());
    queue.close_now();
    assert_eq!(waiting.ready().unwrap_err(), Closed);
    assert_eq!(slot.send(1), Err(PushError(1)));
    assert_eq!((queue.len(), queue.unfinished()), (0, 0));
}

#[test]
fn a_reservation_is_no_unfinished_work_until_its_item_comes() {
    let queue = StaticQueue::<u8, 1>::new();
    let slot = queue.try_reserve().unwrap();
    assert_eq!(Task::new(queue.join()).ready(), ());
    slot.send(1).unwrap();
    assert_eq!(queue.unfinished(), 1);
}

#[test]
fn force_push_displaces_items_and_no_reservations() {
    let queue = StaticQueue::<u8, 2>::new();
    let one = queue.try_reserve().unwrap();
    assert_eq!(queue.force_push(1), Ok(None));
    assert_eq!(queue.force_push(2), Ok(Some(1)));
    queue.try_pop().unwrap();
    let other = queue.try_reserve().unwrap();
    assert_eq!(queue.force_push(3), Err(TryPushError::Full(3)));
    one.send(4).unwrap();
    other.send(5).unwrap();
    assert_eq!(drain(&queue), [4, 5]);
}

#[test]
fn a_reservation_that_was_granted_before_the_close_is_a_slot() {
    let queue = full::<1>();
    let mut granted = queued(queue.reserve());
    queue.try_pop().unwrap();
    queue.close();
    granted.ready().unwrap().send(1).unwrap();
    assert_eq!(queue.try_pop(), Ok(1));
}

#[test]
fn promise_7_a_forgotten_slot_keeps_its_room_and_no_more() {
    let queue = StaticQueue::<u8, 2>::new();
    core::mem::forget(queue.try_reserve().unwrap());
    queue.try_push(1).unwrap();
    assert_eq!(queue.try_push(2), Err(TryPushError::Full(2)));
    assert_eq!(queue.try_pop(), Ok(1));
}

#[test]
fn an_owned_slot_keeps_its_queue_alive_and_lets_it_go() {
    let queue = anywake_tests::Arc::new(Queue::with_capacity(1).unwrap());
    let slot = Task::new(queue.clone().reserve_owned()).ready().unwrap();
    slot.send(1).unwrap();
    assert_eq!(anywake_tests::Arc::strong_count(&queue), 1);
    drop(queue.clone().try_reserve_owned());
    assert_eq!((anywake_tests::Arc::strong_count(&queue), queue.try_pop()), (1, Ok(1)));
}

#[test]
fn clear_takes_what_is_not_promised_and_lets_pushes_in() {
    let queue = full::<2>();
    let push = queued(queue.push(2));
    assert_eq!(queue.clear(), 3);
    assert!(push.is_woken() && queue.is_empty() && !queue.is_closed());

    let pop = queued(queue.pop());
    queue.try_push(3).unwrap();
    queue.try_push(4).unwrap();
    assert_eq!(queue.peek(), Some(3));
    assert_eq!(queue.clear(), 1, "one of the two is promised");
    assert_eq!(queue.peek(), None);
    drop(pop);
    assert_eq!(queue.peek(), Some(4));
}
