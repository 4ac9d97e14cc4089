//! [`SlackQueue`](anywake_core::queue::SlackQueue): promised items lie in slack and do not count against the capacity.

use anywake_core::queue::SlackQueue;

use super::*;

fn with_slack<T>(capacity: usize, slack: usize) -> SlackQueue<T> {
    Queue::with_slack(capacity, slack).unwrap()
}

#[test]
fn a_push_goes_on_at_once_while_a_pop_waits() {
    let queue = with_slack(1, 1);
    let mut pop = queued(queue.pop());
    assert_eq!(Task::new(queue.push(1)).ready(), Ok(()));
    assert_eq!(Task::new(queue.push(2)).ready(), Ok(()), "the first item is promised");
    assert!(queue.is_full());
    assert_pending!(Task::new(queue.push(3)).poll());
    assert_eq!(pop.ready(), Ok(1));
    assert_eq!(queue.try_pop(), Ok(2));
}

#[test]
fn without_a_pop_that_waits_the_capacity_is_all_there_is() {
    let queue = with_slack(2, 3);
    queue.try_push(1).unwrap();
    queue.try_push(2).unwrap();
    assert_eq!(queue.try_push(3), Err(TryPushError::Full(3)));
    assert_eq!(state(&queue), (2, 2, 0, false));
    assert_eq!(drain(&queue), [1, 2]);
}

#[test]
fn never_more_than_capacity_and_slack() {
    for (capacity, slack) in [(1, 0), (1, 1), (1, 3), (2, 1), (3, 2)] {
        let queue = with_slack(capacity, slack);
        let mut pops = queue_up(slack + 2, || queue.pop());
        let mut pushed = 0;
        while queue.try_push(pushed).is_ok() {
            pushed += 1;
        }
        assert_eq!((pushed, queue.len()), (capacity + slack, capacity + slack));
        // All items that were promised are free again, and fill the slack.
        pops.clear();
        assert_eq!(queue.try_push(99), Err(TryPushError::Full(99)));
        assert!(queue.is_full());
        let mut push = queued(queue.push(99));
        for item in 0..slack {
            assert_eq!(queue.try_pop(), Ok(item));
            assert!(!push.is_woken(), "there are still as many items as the capacity");
        }
        assert_eq!(queue.try_pop(), Ok(slack));
        assert_eq!(push.ready(), Ok(()));
    }
}

#[test]
fn a_drop_loses_no_item() {
    let drops = Drops::new();
    let queue = with_slack::<Item>(1, 2);
    let mut pops = queue_up(2, || queue.pop());
    (0..3).for_each(|id| queue.try_push(drops.item(id)).unwrap());
    pops.clear();
    assert_eq!(drops.count(), 0);
    let ids: Vec<_> = drain(&queue).iter().map(|item| item.id).collect();
    assert_eq!(ids, [0, 1, 2]);
}

#[test]
fn order_is_kept_whoever_is_dropped() {
    for dropped in 0..3 {
        let queue = with_slack(1, 3);
        let mut pops = queue_up(3, || queue.pop());
        (0..4).for_each(|item| queue.try_push(item).unwrap());
        pops.remove(dropped).cancel();
        let mut popped: Vec<_> = pops.iter_mut().map(|pop| pop.ready().unwrap()).collect();
        popped.extend(drain(&queue));
        assert_eq!(popped, [0, 1, 2, 3]);
    }
}

#[test]
fn promise_1_an_item_in_slack_goes_on_when_its_pop_is_dropped() {
    let queue = with_slack(1, 1);
    let mut pops = queue_up(2, || queue.pop());
    queue.try_push(1).unwrap();
    let first = pops.remove(0);
    assert!(first.is_woken() && !pops[0].is_woken());
    first.cancel();
    assert_eq!(pops[0].ready(), Ok(1));
}

#[test]
fn a_push_that_waits_gets_in_when_an_item_is_promised() {
    let queue = with_slack(1, 1);
    queue.try_push(1).unwrap();
    let mut push = queued(queue.push(2));
    // The item is promised to a wait that is not polled yet.
    let mut pop = Task::new(queue.pop());
    assert!(pop.pinned().enable());
    assert!(push.is_woken(), "the promise made room");
    assert_eq!(push.ready(), Ok(()));
    assert_eq!(queue.len(), 2);
    assert_eq!(pop.ready(), Ok(1));
    assert_eq!(queue.try_pop(), Ok(2));
}

#[test]
fn a_waker_that_panics_when_a_promise_makes_room_costs_no_item() {
    let queue = with_slack(1, 1);
    queue.try_push(1).unwrap();
    let mut push = Task::with_waker(queue.push(2), CountingWaker::panicking(Call::Wake));
    assert_pending!(push.poll());
    let mut pop = Task::new(queue.pop());
    assert!(pop.pinned().enable());
    assert_eq!(pop.ready(), Ok(1));
    assert_eq!((queue.try_pop(), queue.try_pop()), (Ok(2), Err(TryPopError::Empty)));
}

#[test]
fn a_push_that_waits_is_not_overtaken_by_one_that_finds_slack() {
    let queue = with_slack(1, 1);
    queue.try_push(1).unwrap();
    let mut push = queued(queue.push(2));
    assert_eq!(queue.try_push(3), Err(TryPushError::Full(3)));
    let mut pop = Task::new(queue.pop());
    assert!(pop.pinned().enable());
    assert_eq!(queue.try_push(3), Err(TryPushError::Full(3)), "the push that waited has the room");
    assert_eq!((push.ready(), pop.ready()), (Ok(()), Ok(1)));
    assert_eq!(drain(&queue), [2]);
}

#[test]
fn len_counts_promised_items_and_may_exceed_the_capacity() {
    let queue = with_slack(1, 2);
    let _pops = queue_up(2, || queue.pop());
    (0..3).for_each(|item| queue.try_push(item).unwrap());
    assert_eq!((queue.len(), queue.capacity(), queue.slack()), (3, 1, 2));
    assert_eq!(queue.try_pop(), Ok(0), "two of three are promised, and one is free");
    assert_eq!(queue.try_pop(), Err(TryPopError::Empty));
}

#[test]
fn an_item_for_a_reserved_slot_has_its_place_beyond_the_capacity() {
    let queue = with_slack(1, 1);
    let pop = queued(queue.pop());
    queue.try_push(1).unwrap();
    let slot = queue.try_reserve().unwrap();
    pop.cancel();
    assert!(queue.is_full() && queue.try_push(9).is_err());
    slot.send(2).unwrap();
    assert_eq!((queue.len(), queue.unfinished()), (2, 2));
    assert_eq!(drain(&queue), [1, 2]);
}

#[test]
fn a_displacing_push_into_a_queue_that_is_full_beyond_its_capacity() {
    let queue = with_slack(1, 2);
    let pops = queue_up(2, || queue.pop());
    (0..3).for_each(|item| queue.try_push(item).unwrap());
    drop(pops);
    assert_eq!(queue.force_push(3), Ok(Some(0)));
    assert_eq!(queue.len(), 3, "one item for one");
    assert_eq!(drain(&queue), [1, 2, 3]);
    let slot = queue.try_reserve().unwrap();
    assert_eq!(queue.force_push(4), Err(TryPushError::Full(4)), "slack is not for what nobody waits for");
    drop(slot);
    assert_eq!(queue.force_push(4), Ok(None));
}

#[test]
fn close_now_delivers_what_lies_in_slack() {
    let queue = with_slack(1, 2);
    let mut pops = queue_up(2, || queue.pop());
    (0..3).for_each(|item| queue.try_push(item).unwrap());
    assert!(queue.close_now());
    assert_eq!(queue.len(), 2, "the item that nobody was promised is dropped");
    assert_eq!((pops[0].ready(), pops[1].ready()), (Ok(0), Ok(1)));
    assert!(queue.try_pop().is_err());
}

#[test]
fn a_channel_over_a_queue_with_slack() {
    let (sender, receiver) = anywake_core::channel::over(anywake_tests::Arc::new(with_slack(1, 1)));
    let mut recv = queued(receiver.recv());
    sender.try_send(1).unwrap();
    sender.try_send(2).unwrap();
    assert!(sender.try_send(3).is_err());
    assert_eq!(recv.ready(), Ok(1));
    drop(sender);
    assert_eq!(receiver.try_recv(), Ok(2));
    assert_eq!(receiver.try_recv(), Err(TryPopError::Closed));
}

#[test]
fn a_capacity_of_none_is_refused_whatever_the_slack() {
    assert_eq!(Queue::<u8>::with_slack(0, 4).unwrap_err(), CapacityError::Zero);
    assert_eq!(Queue::<u8>::with_slack(1, usize::MAX).unwrap_err(), CapacityError::TooLarge);
    assert_eq!(Queue::<u64>::with_slack(1, isize::MAX as usize).unwrap_err(), CapacityError::TooLarge);
}
