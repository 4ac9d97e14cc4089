//! Dropped and cancelled waits lose no item and no place.

use super::*;

#[test]
fn promise_1_an_item_goes_on_when_the_pop_it_was_promised_to_is_dropped() {
    let queue = StaticQueue::<u8, 2>::new();
    let mut pops = queue_up(3, || queue.pop());
    queue.try_push(1).unwrap();
    for _ in 0..2 {
        let head = pops.remove(0);
        assert!(head.is_woken() && !pops[0].is_woken());
        head.cancel();
    }
    assert_eq!(pops[0].ready(), Ok(1));
}

#[test]
fn promise_1_an_item_that_nobody_is_left_to_take_is_free_again() {
    let queue = StaticQueue::<u8, 2>::new();
    let pop = queued(queue.pop());
    queue.try_push(1).unwrap();
    queue.try_push(2).unwrap();
    pop.cancel();
    assert_eq!(drain(&queue), [1, 2], "the item of the dropped pop keeps its place");
}

#[test]
fn promise_1_room_goes_on_when_a_push_is_dropped_after_it_got_in() {
    let queue = full::<1>();
    let first = queued(queue.push(1));
    let second = queued(queue.push(2));
    assert_eq!(queue.try_pop(), Ok(0));
    first.cancel();
    assert!(!second.is_woken(), "the queue is full: the item of the dropped push is in it");
    assert_eq!(queue.try_pop(), Ok(1));
    assert!(second.is_woken());
    assert_eq!(queue.try_pop(), Ok(2));
}

#[test]
fn promise_1_cancelling_leaves_the_others_their_places() {
    for dropped in 0..3 {
        let queue = full::<1>();
        let mut pushes: Vec<_> = (1..4).map(|item| queued(queue.push(item))).collect();
        pushes.remove(dropped).cancel();
        let expected: Vec<usize> = (0..4).filter(|item| *item != dropped + 1).collect();
        assert_eq!(drain(&queue), expected);
        pushes.iter_mut().for_each(|push| push.ready().unwrap());
    }
}

#[test]
fn promise_4_cancelling_takes_the_same_time_however_many_wait() {
    cost::cancelling_is_constant(|| {
        let queue: &'static StaticQueue<u8, 1> = leak(StaticQueue::new());
        move || queue.pop()
    });
    cost::cancelling_is_constant(|| {
        let queue: &'static StaticQueue<usize, 1> = leak(full());
        move || queue.push(1)
    });
}

#[test]
fn promise_7_a_dropped_push_takes_its_item_with_it_once() {
    let drops = Drops::new();
    let queue = StaticQueue::<Item, 1>::new();
    drop(queue.push(drops.item(1)));
    assert_eq!(drops.count(), 1);
    queue.try_push(drops.item(2)).unwrap();
    queued(queue.push(drops.item(3))).cancel();
    assert_eq!(drops.count(), 2);
    drop(queue);
    assert_eq!(drops.count(), 3);
}

#[test]
fn promise_7_a_push_that_is_dropped_after_its_item_was_taken_over_neither_loses_nor_doubles_it() {
    let drops = Drops::new();
    let queue = StaticQueue::<Item, 1>::new();
    queue.try_push(drops.item(1)).unwrap();
    let push = queued(queue.push(drops.item(2)));
    drop(queue.try_pop().unwrap());
    push.cancel();
    assert_eq!((drops.count(), queue.len()), (1, 1));
    assert_eq!(queue.try_pop().map(|item| item.id), Ok(2));
    assert_eq!(drops.count(), 2);
}

#[test]
fn promise_7_a_pop_may_be_dropped_in_any_state_and_no_item_is_lost() {
    let queue = full::<2>();
    drop(queue.pop());
    let mut done = Task::new(queue.pop());
    assert_eq!(done.ready(), Ok(0));
    done.cancel();
    assert_eq!(queue.try_pop(), Ok(1));
    queued(queue.pop()).cancel();
    let granted = queued(queue.pop());
    queue.try_push(5).unwrap();
    granted.cancel();
    assert_eq!(drain(&queue), [5]);
}

#[test]
fn promise_7_a_queue_drops_what_is_left_in_it_once() {
    let drops = Drops::new();
    for len in 0..=3 {
        let queue = Queue::with_capacity(3).unwrap();
        queue.try_push(drops.item(0)).unwrap();
        drop(queue.try_pop());
        let before = drops.count();
        for id in 0..len {
            queue.try_push(drops.item(id)).unwrap();
        }
        drop(queue);
        assert_eq!(drops.count() - before, len as usize);
    }
}

#[test]
fn cancel_gives_the_item_of_a_push_back() {
    let queue = full::<1>();
    let mut unpolled = Task::new(queue.push(1));
    assert_eq!(unpolled.pinned().cancel(), Some(1));
    let mut waiting = queued(queue.push(2));
    assert_eq!(waiting.pinned().cancel(), Some(2));
    assert_eq!(waiting.pinned().cancel(), None, "the item is returned once");
    assert!(waiting.future().is_terminated());
    assert_eq!((queue.waiters(), drain(&queue)), (0, vec![0]));
}

#[test]
fn cancel_gives_nothing_back_if_the_item_is_in_the_queue() {
    let queue = full::<1>();
    let mut waiting = queued(queue.push(1));
    assert_eq!(queue.try_pop(), Ok(0));
    assert_eq!(waiting.pinned().cancel(), None);
    let mut done = Task::new(queue.push(2));
    assert_eq!(queue.try_pop(), Ok(1));
    done.ready().unwrap();
    assert_eq!(done.pinned().cancel(), None);
    assert_eq!(drain(&queue), [2]);
}

#[test]
fn cancel_gives_the_item_back_although_the_queue_was_closed() {
    let queue = full::<1>();
    let mut push = queued(queue.push(1));
    queue.close();
    assert_eq!(push.pinned().cancel(), Some(1));
}

#[test]
fn cancel_lets_those_behind_go_on() {
    let queue = full::<1>();
    let mut first = queued(queue.push(1));
    let mut second = queued(queue.push(2));
    assert_eq!(first.pinned().cancel(), Some(1));
    assert_eq!(queue.try_pop(), Ok(0));
    assert_eq!(second.ready(), Ok(()));
}

#[test]
fn a_cancelled_push_panics_when_it_is_polled_again() {
    let queue = StaticQueue::<u8, 1>::new();
    let mut push = Task::new(queue.push(1));
    assert_eq!(push.pinned().cancel(), Some(1));
    assert!(panic_of(|| push.poll()).contains("polled after it had completed"));
    assert!(queue.is_empty());
}
