//! The order in which waits are granted.

use super::*;

#[test]
fn promise_2_pushes_enter_in_the_order_they_waited() {
    let queue = full::<1>();
    let mut pushes: Vec<_> = (1..6).map(|item| queued(queue.push(item))).collect();
    for (item, place) in (0..5).zip(0..) {
        assert_eq!(queue.try_pop(), Ok(item));
        let woken: Vec<bool> = pushes.iter().map(Task::is_woken).collect();
        assert_eq!(woken.iter().filter(|woken| **woken).count(), place + 1, "{woken:?}");
        assert!(woken[..=place].iter().all(|woken| *woken));
    }
    assert_eq!(queue.try_pop(), Ok(5));
    pushes.iter_mut().for_each(|push| push.ready().unwrap());
}

#[test]
fn promise_2_pops_are_served_in_the_order_they_waited() {
    let queue = StaticQueue::<usize, 2>::new();
    let mut pops = queue_up(3, || queue.pop());
    queue.try_push(0).unwrap();
    queue.try_push(1).unwrap();
    assert!(pops[0].is_woken() && pops[1].is_woken() && !pops[2].is_woken());
    assert_eq!((pops[0].ready(), pops[1].ready()), (Ok(0), Ok(1)));
    queue.try_push(2).unwrap();
    assert_eq!(pops[2].ready(), Ok(2));
}

#[test]
fn promise_2_nobody_overtakes_a_pop_that_was_promised_an_item() {
    let queue = StaticQueue::<u8, 2>::new();
    let mut pop = queued(queue.pop());
    queue.try_push(1).unwrap();
    assert_eq!(queue.len(), 1);
    assert_eq!(queue.try_pop(), Err(TryPopError::Empty), "the item is claimed");
    let mut late = queued(queue.pop());
    queue.try_push(2).unwrap();
    assert_eq!(late.ready(), Ok(1), "items keep their order, whichever pop is polled first");
    assert_eq!(pop.ready(), Ok(2));
}

#[test]
fn promise_2_nobody_overtakes_a_push_that_waits() {
    let queue = full::<1>();
    let mut push = queued(queue.push(1));
    assert_eq!(queue.try_pop(), Ok(0));
    assert_eq!(queue.try_push(9), Err(TryPushError::Full(9)));
    let mut late = queued(queue.push(2));
    assert_eq!(queue.try_pop(), Ok(1));
    push.ready().unwrap();
    assert_eq!(queue.try_pop(), Ok(2));
    late.ready().unwrap();
}

#[test]
fn one_pop_and_one_push_at_capacity_one_hand_over_a_hundred_items() {
    let queue = StaticQueue::<usize, 1>::new();
    for item in 0..100 {
        let mut pop = queued(queue.pop());
        Task::new(queue.push(item)).ready().unwrap();
        let mut ahead = queued(queue.push(item + 1000));
        assert_eq!(pop.ready(), Ok(item));
        ahead.ready().unwrap();
        assert_eq!(Task::new(queue.pop()).ready(), Ok(item + 1000));
    }
    assert_eq!(queue.waiters(), 0);
}

#[test]
fn a_spurious_poll_keeps_a_place() {
    let queue = StaticQueue::<u8, 1>::new();
    let mut pops = queue_up(2, || queue.pop());
    assert_pending!(pops[1].poll());
    assert_pending!(pops[0].poll());
    queue.try_push(1).unwrap();
    assert!(pops[0].is_woken() && !pops[1].is_woken());
}
