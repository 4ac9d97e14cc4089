//! `close`: the items in the queue can still be popped.

use super::*;

#[test]
fn close_lets_nothing_in_and_the_rest_out() {
    let queue = full::<2>();
    queue.try_pop().unwrap();
    queue.close();
    assert_eq!(
        queue.try_push(7),
        Err(TryPushError::Closed(7)),
        "the queue is closed, although there is room"
    );
    assert_eq!(queue.force_push(7), Err(TryPushError::Closed(7)));
    assert_eq!(Task::new(queue.push(7)).ready(), Err(PushError(7)));
    assert_eq!(state(&queue), (1, 2, 0, true));
    assert_eq!(Task::new(queue.pop()).ready(), Ok(1));
    assert_eq!(queue.try_pop(), Err(TryPopError::Closed));
    assert_eq!(Task::new(queue.pop()).ready(), Err(Closed));
}

#[test]
fn close_gives_pushes_that_wait_their_items_back() {
    let queue = full::<1>();
    let mut pushes: Vec<_> = (1..41).map(|item| queued(queue.push(item))).collect();
    queue.close();
    for (push, item) in pushes.iter_mut().zip(1..) {
        assert!(push.is_woken());
        assert_eq!(push.ready(), Err(PushError(item)));
    }
    assert_eq!(state(&queue), (1, 1, 0, true));
}

#[test]
fn close_ends_pops_that_wait() {
    let queue = StaticQueue::<u8, 1>::new();
    let mut pops = queue_up(40, || queue.pop());
    queue.close();
    assert!(pops.iter_mut().all(|pop| pop.is_woken() && pop.ready() == Err(Closed)));
}

#[test]
fn close_keeps_the_promise_to_a_pop_that_has_not_run() {
    let queue = StaticQueue::<u8, 2>::new();
    let mut pops = queue_up(2, || queue.pop());
    queue.try_push(1).unwrap();
    queue.close();
    assert!(pops[1].poll().is_pending());
    assert_eq!(
        queue.try_pop(),
        Err(TryPopError::Empty),
        "the item is claimed, and free again if that pop is dropped"
    );
    assert_eq!(pops[0].ready(), Ok(1));
    assert!(pops[1].is_woken(), "the queue is drained");
    assert_eq!(pops[1].ready(), Err(Closed));
    assert_eq!(queue.try_pop(), Err(TryPopError::Closed));
}

#[test]
fn an_item_promised_before_close_goes_to_the_next_if_its_pop_is_dropped() {
    let queue = StaticQueue::<u8, 2>::new();
    let first = queued(queue.pop());
    queue.try_push(1).unwrap();
    queue.close();
    let mut next = queued(queue.pop());
    let mut last = queued(queue.pop());
    first.cancel();
    assert!(next.is_woken() && !last.is_woken());
    assert_eq!(next.ready(), Ok(1));
    assert!(last.is_woken());
    assert_eq!(last.ready(), Err(Closed));
    assert_eq!(queue.waiters(), 0);
}

#[test]
fn an_item_promised_before_close_can_be_drained_if_its_pop_is_dropped() {
    let queue = StaticQueue::<u8, 2>::new();
    let pop = queued(queue.pop());
    queue.try_push(1).unwrap();
    queue.close();
    assert_eq!(queue.try_pop(), Err(TryPopError::Empty), "the item is claimed");
    pop.cancel();
    assert_eq!(queue.try_pop(), Ok(1));
}

#[test]
fn close_is_idempotent() {
    let queue = full::<1>();
    queue.close();
    queue.close();
    assert_eq!(state(&queue), (1, 1, 0, true));
    assert_eq!(drain(&queue), [0]);
}

#[test]
fn a_push_that_got_in_before_close_was_pushed() {
    let queue = full::<1>();
    let mut push = queued(queue.push(1));
    queue.try_pop().unwrap();
    queue.close();
    assert_eq!(push.ready(), Ok(()));
    assert_eq!(drain(&queue), [1]);
}
