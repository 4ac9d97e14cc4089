//! [`StaticQueue`] and [`Queue`]: items, waits on both sides, closing, and unfinished work.

use core::num::NonZeroU8;
use core::pin::pin;

use anywake_core::{
    CapacityError, Closed, PushError, Queue, StaticQueue, TaskDoneError, TryPopError, TryPushError,
    queue::{BoundedQueue, Slots},
};
use anywake_tests::{
    Call, CountingWaker, Drops, Item, Task, assert_pending, leak, panic_of, queue_up, queued, run_woken,
};
use futures_util::future::FusedFuture;
use futures_util::stream::{FusedStream, StreamExt};

use crate::cost;

/// A queue that is full of `0..N`.
fn full<const N: usize>() -> StaticQueue<usize, N> {
    let queue = StaticQueue::new();
    for item in 0..N {
        queue.try_push(item).unwrap();
    }
    queue
}

/// What can be taken out now.
fn drain<T, S: Slots>(queue: &BoundedQueue<T, S>) -> Vec<T> {
    core::iter::from_fn(|| queue.try_pop().ok()).collect()
}

/// What can be seen of a queue, to show that something changed nothing.
fn state<T, S: Slots>(queue: &BoundedQueue<T, S>) -> (usize, usize, usize, bool) {
    (queue.len(), queue.unfinished(), queue.waiters(), queue.is_closed())
}

#[test]
fn a_new_queue_is_empty() {
    let queue = Queue::<u8>::with_capacity(3).unwrap();
    assert_eq!((queue.len(), queue.capacity(), queue.unfinished()), (0, 3, 0));
    assert!(queue.is_empty() && !queue.is_full() && !queue.is_closed());
    assert_eq!(StaticQueue::<u8, 3>::default().capacity(), 3);
    assert_eq!(state(&StaticQueue::<u8, 3>::new()), (0, 0, 0, false));
}

#[test]
fn queues_live_in_statics() {
    static QUEUE: StaticQueue<u8, 2> = StaticQueue::new();
    let mut task = queued(QUEUE.pop());
    std::thread::spawn(|| QUEUE.try_push(1).unwrap()).join().unwrap();
    assert_eq!(task.ready(), Ok(1));
}

#[test]
fn a_queue_without_capacity_is_not_made() {
    assert_eq!(Queue::<u8>::with_capacity(0).unwrap_err(), CapacityError::Zero);
}

#[test]
fn a_queue_that_there_is_no_memory_for_is_not_made() {
    assert_eq!(Queue::<u64>::with_capacity(usize::MAX).unwrap_err(), CapacityError::TooLarge);
    assert_eq!(Queue::<u64>::with_capacity(isize::MAX as usize).unwrap_err(), CapacityError::TooLarge);
    assert_eq!(Queue::<()>::with_capacity(usize::MAX).unwrap_err(), CapacityError::TooLarge);
    let queue = Queue::<()>::with_capacity(isize::MAX as usize).unwrap();
    assert_eq!(queue.try_push(()), Ok(()));
}

#[test]
fn items_come_out_in_the_order_they_went_in() {
    fn check<S: Slots>(queue: &BoundedQueue<usize, S>) {
        // Round the end of the ring several times, at each fill level.
        for item in 0..20 {
            queue.try_push(item).unwrap();
            queue.try_push(item + 100).unwrap();
            assert_eq!((queue.try_pop(), queue.try_pop()), (Ok(item), Ok(item + 100)));
            queue.try_push(item).unwrap();
            assert_eq!(queue.try_pop(), Ok(item));
        }
        for item in 0..3 {
            queue.try_push(item).unwrap();
        }
        assert!(queue.is_full());
        assert_eq!(drain(queue), [0, 1, 2]);
    }
    check(&StaticQueue::<usize, 3>::new());
    check(&Queue::with_capacity(3).unwrap());
}

#[test]
fn push_and_pop_end_at_once_if_they_can_and_do_not_touch_the_waker() {
    let queue = StaticQueue::<u8, 1>::new();
    let waker = CountingWaker::new();
    assert_eq!(Task::with_waker(queue.push(1), waker.clone()).ready(), Ok(()));
    assert_eq!(Task::with_waker(queue.pop(), waker.clone()).ready(), Ok(1));
    Task::with_waker(StaticQueue::<u8, 1>::new().join(), waker.clone()).ready();
    assert_eq!(waker.count(Call::Clone), 0);
}

#[test]
fn len_and_is_full_follow_the_items() {
    let queue = StaticQueue::<u8, 2>::new();
    for len in 0..2 {
        assert_eq!((queue.len(), queue.is_empty(), queue.is_full()), (len, len == 0, false));
        queue.try_push(7).unwrap();
    }
    assert_eq!((queue.len(), queue.is_empty(), queue.is_full()), (2, false, true));
}

#[test]
fn a_full_queue_gives_the_item_back_and_changes_nothing() {
    let queue = full::<2>();
    assert_eq!(queue.try_push(9), Err(TryPushError::Full(9)));
    assert_eq!(state(&queue), (2, 2, 0, false));
    assert_eq!(drain(&queue), [0, 1]);
}

#[test]
fn an_empty_queue_says_so() {
    let queue = StaticQueue::<u8, 2>::new();
    assert_eq!(queue.try_pop(), Err(TryPopError::Empty));
    assert_eq!(state(&queue), (0, 0, 0, false));
}

#[test]
fn a_push_waits_until_there_is_room() {
    let queue = full::<2>();
    let mut push = queued(queue.push(2));
    assert_eq!(queue.try_pop(), Ok(0));
    assert!(push.is_woken());
    assert_eq!(queue.len(), 2, "the item was taken over at once");
    assert_eq!(drain(&queue), [1, 2]);
    assert_eq!(push.ready(), Ok(()));
}

#[test]
fn a_pop_waits_until_there_is_an_item() {
    let queue = StaticQueue::<u8, 2>::new();
    let mut pop = queued(queue.pop());
    queue.try_push(1).unwrap();
    assert!(pop.is_woken());
    assert_eq!(pop.ready(), Ok(1));
    assert!(queue.is_empty());
}

#[test]
fn items_may_be_of_any_type() {
    let text = String::from("text");
    let references = StaticQueue::<&str, 2>::new();
    references.try_push(&text).unwrap();
    assert_eq!(references.try_pop(), Ok("text"));
    let niches = StaticQueue::<NonZeroU8, 2>::new();
    let mut pop = queued(niches.pop());
    niches.try_push(NonZeroU8::MIN).unwrap();
    assert_eq!(pop.ready(), Ok(NonZeroU8::MIN));
    let boxes = Queue::<Box<dyn Fn() -> u8>>::with_capacity(1).unwrap();
    assert!(boxes.try_push(Box::new(|| 5)).is_ok());
    assert_eq!(boxes.try_pop().map(|make| make()), Ok(5));
    let nothing = StaticQueue::<(), 3>::new();
    for _ in 0..3 {
        nothing.try_push(()).unwrap();
    }
    assert_eq!(nothing.try_push(()), Err(TryPushError::Full(())));
    assert_eq!(drain(&nothing).len(), 3);
}

#[test]
fn waiters_counts_pushes_pops_and_joins() {
    let queue = full::<1>();
    let push = queued(queue.push(1));
    let join = queued(queue.join());
    assert_eq!(queue.waiters(), 2);
    drop(push);
    assert_eq!(queue.waiters(), 1);
    queue.try_pop().unwrap();
    let _pop = queued(queue.pop());
    assert_eq!(queue.waiters(), 2);
    drop(join);
    assert_eq!(queue.waiters(), 1);
}

#[test]
fn futures_know_when_they_are_terminated() {
    let queue = full::<1>();
    let mut push = queued(queue.push(1));
    assert!(!push.future().is_terminated());
    queue.try_pop().unwrap();
    assert!(!push.future().is_terminated());
    push.ready().unwrap();
    assert!(push.future().is_terminated());
    assert!(panic_of(|| push.poll()).contains("polled after it had completed"));
    let mut pop = Task::new(queue.pop());
    pop.ready().unwrap();
    assert!(pop.future().is_terminated());
    let mut join = queued(queue.join());
    assert!(!join.future().is_terminated());
    queue.close_now();
    (0..queue.unfinished()).for_each(|_| queue.task_done().unwrap());
    join.ready();
    assert!(join.future().is_terminated());
}

// Fairness.

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
    assert_eq!(queue.try_pop(), Err(TryPopError::Empty), "it is promised");
    let mut late = queued(queue.pop());
    queue.try_push(2).unwrap();
    assert_eq!(late.ready(), Ok(1), "items keep their order, whoever runs first");
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
fn one_pop_and_one_push_at_capacity_one_pass_items_on_for_ever() {
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

// Cancelling.

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
    assert_eq!(drain(&queue), [1, 2], "in its old place");
}

#[test]
fn promise_1_room_goes_on_when_a_push_is_dropped_after_it_got_in() {
    let queue = full::<1>();
    let first = queued(queue.push(1));
    let second = queued(queue.push(2));
    assert_eq!(queue.try_pop(), Ok(0));
    first.cancel();
    assert!(!second.is_woken(), "the item of the first is in the queue, which is full");
    assert_eq!(queue.try_pop(), Ok(1));
    assert!(second.is_woken());
    assert_eq!(queue.try_pop(), Ok(2));
}

#[test]
fn promise_1_cancelling_leaves_the_others_their_places() {
    for gone in 0..3 {
        let queue = full::<1>();
        let mut pushes: Vec<_> = (1..4).map(|item| queued(queue.push(item))).collect();
        pushes.remove(gone).cancel();
        let expected: Vec<usize> = (0..4).filter(|item| *item != gone + 1).collect();
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
    assert_eq!(waiting.pinned().cancel(), None, "once");
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

// Forcing.

#[test]
fn force_push_displaces_the_first_item_of_a_full_queue() {
    let queue = full::<2>();
    assert_eq!(queue.force_push(2), Ok(Some(0)));
    assert_eq!(queue.unfinished(), 2, "the displaced one does not count any more");
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

// Closing.

#[test]
fn close_lets_nothing_in_and_the_rest_out() {
    let queue = full::<2>();
    queue.try_pop().unwrap();
    queue.close();
    assert_eq!(queue.try_push(7), Err(TryPushError::Closed(7)), "although there is room");
    assert_eq!(queue.force_push(7), Err(PushError(7)));
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
    assert_eq!(queue.try_pop(), Err(TryPopError::Empty), "promised, and it may come back");
    assert_eq!(pops[0].ready(), Ok(1));
    assert!(pops[1].is_woken(), "now it is drained");
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
    assert_eq!(queue.try_pop(), Err(TryPopError::Empty), "promised");
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

#[test]
fn close_now_drops_what_is_queued_and_counts_it_as_done() {
    let drops = Drops::new();
    let queue = StaticQueue::<Item, 3>::new();
    for id in 0..3 {
        queue.try_push(drops.item(id)).unwrap();
    }
    let in_work = queue.try_pop().unwrap();
    let mut join = queued(queue.join());
    queue.close_now();
    assert_eq!((drops.count(), queue.len(), queue.unfinished()), (2, 0, 1));
    assert!(!join.is_woken());
    assert_eq!(queue.try_pop(), Err(TryPopError::Closed));
    assert_eq!(queue.try_push(in_work).unwrap_err().into_inner().id, 0);
    queue.task_done().unwrap();
    join.ready();
}

#[test]
fn close_now_ends_a_join_if_nothing_is_in_work() {
    let queue = full::<2>();
    let mut join = queued(queue.join());
    queue.close_now();
    join.ready();
    assert_eq!(state(&queue), (0, 0, 0, true));
}

#[test]
fn close_now_gives_pushes_that_wait_their_items_back() {
    let queue = full::<1>();
    let mut pushes = [queued(queue.push(1)), queued(queue.push(2))];
    queue.close_now();
    assert_eq!(pushes[0].ready(), Err(PushError(1)));
    assert_eq!(pushes[1].ready(), Err(PushError(2)));
    assert_eq!(state(&queue), (0, 0, 0, true));
}

#[test]
fn close_now_ends_pops_that_wait() {
    let queue = StaticQueue::<u8, 1>::new();
    let mut pops = queue_up(40, || queue.pop());
    queue.close_now();
    assert!(pops.iter_mut().all(|pop| pop.is_woken() && pop.ready() == Err(Closed)));
}

#[test]
fn close_now_keeps_the_promise_to_a_pop_that_has_not_run() {
    let queue = full::<3>();
    assert_eq!(drain(&queue), [0, 1, 2]);
    let mut pop = queued(queue.pop());
    for item in 5..8 {
        queue.try_push(item).unwrap();
    }
    queue.close_now();
    assert_eq!(queue.len(), 1);
    assert_eq!(queue.try_pop(), Err(TryPopError::Closed));
    assert_eq!(pop.ready(), Ok(5), "the first, not any other");
}

#[test]
fn an_item_promised_before_close_now_is_dropped_with_its_pop() {
    let drops = Drops::new();
    let queue = StaticQueue::<Item, 1>::new();
    let pop = queued(queue.pop());
    queue.try_push(drops.item(1)).unwrap();
    let mut join = queued(queue.join());
    queue.close_now();
    assert_eq!((drops.count(), queue.unfinished()), (0, 1));
    pop.cancel();
    assert_eq!((drops.count(), queue.unfinished()), (1, 0));
    join.ready();
}

#[test]
fn close_now_after_close_drops_the_rest() {
    let drops = Drops::new();
    let queue = StaticQueue::<Item, 2>::new();
    queue.try_push(drops.item(1)).unwrap();
    queue.close();
    assert_eq!(drops.count(), 0);
    queue.close_now();
    assert_eq!(drops.count(), 1);
    queue.close();
    assert_eq!(queue.try_pop(), Err(TryPopError::Closed));
}

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
        assert_eq!(drops.count(), 4, "all that was queued");
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

// Unfinished work.

#[test]
fn join_waits_until_all_work_is_done() {
    let queue = full::<2>();
    let mut joins = queue_up(3, || queue.join());
    assert_eq!(drain(&queue), [0, 1]);
    queue.task_done().unwrap();
    assert!(joins.iter().all(|join| !join.is_woken()));
    queue.task_done().unwrap();
    assert_eq!(queue.unfinished(), 0);
    joins.iter_mut().for_each(|join| join.ready());
}

#[test]
fn join_ends_at_once_if_nothing_is_unfinished() {
    let queue = StaticQueue::<u8, 1>::new();
    Task::new(queue.join()).ready();
    queue.try_push(1).unwrap();
    queue.try_pop().unwrap();
    queue.task_done().unwrap();
    Task::new(queue.join()).ready();
}

#[test]
fn an_item_that_was_only_taken_is_unfinished() {
    let queue = full::<1>();
    queue.try_pop().unwrap();
    assert_eq!((queue.len(), queue.unfinished()), (0, 1));
    queued(queue.join()).cancel();
}

#[test]
fn a_push_that_waits_is_not_unfinished_work_yet() {
    let queue = full::<1>();
    let _push = queued(queue.push(1));
    assert_eq!(queue.unfinished(), 1);
    queue.try_pop().unwrap();
    assert_eq!(queue.unfinished(), 2);
}

#[test]
fn one_task_done_too_many_is_an_error_and_changes_nothing() {
    let queue = full::<1>();
    queue.task_done().unwrap();
    assert_eq!(queue.task_done(), Err(TaskDoneError));
    assert_eq!(state(&queue), (1, 0, 0, false));
    assert_eq!(StaticQueue::<u8, 1>::new().task_done(), Err(TaskDoneError));
}

#[test]
fn a_displaced_item_whose_work_was_reported_already_does_not_upset_the_count() {
    let queue = full::<1>();
    queue.task_done().unwrap();
    assert_eq!(queue.force_push(1), Ok(Some(0)));
    assert_eq!(queue.unfinished(), 1);
    queue.task_done().unwrap();
    queue.close_now();
    assert_eq!(queue.unfinished(), 0);
}

#[test]
fn promise_6_a_join_that_ended_stays_ended_although_more_is_pushed() {
    let queue = full::<1>();
    let mut early = queued(queue.join());
    queue.try_pop().unwrap();
    queue.task_done().unwrap();
    queue.try_push(1).unwrap();
    let late = queued(queue.join());
    early.ready();
    assert!(!late.is_woken());
}

#[test]
fn promise_6_the_end_of_work_ends_all_joins_beyond_a_batch() {
    let queue = full::<1>();
    let mut joins = queue_up(40, || queue.join());
    queue.task_done().unwrap();
    let mut ended = 0;
    run_woken(&mut joins, |()| ended += 1);
    assert_eq!((ended, queue.waiters()), (40, 0));
}

// Streams.

#[test]
fn a_stream_gives_items_until_the_queue_is_closed_and_drained() {
    let queue = full::<2>();
    let mut stream = pin!(queue.stream());
    assert_eq!(Task::new(stream.next()).ready(), Some(0));
    assert_eq!(Task::new(stream.next()).ready(), Some(1));
    let mut next = queued(stream.next());
    queue.try_push(2).unwrap();
    assert_eq!(next.ready(), Some(2));
    drop(next);
    queue.try_push(3).unwrap();
    queue.close();
    assert_eq!(Task::new(stream.next()).ready(), Some(3));
    assert!(!stream.is_terminated());
    assert_eq!(Task::new(stream.next()).ready(), None);
    assert!(stream.is_terminated());
    assert_eq!(Task::new(stream.next()).ready(), None, "and again");
}

#[test]
fn a_waiting_stream_ends_when_the_queue_is_closed() {
    let queue = StaticQueue::<u8, 1>::new();
    let mut stream = pin!(queue.stream());
    let mut next = queued(stream.next());
    queue.close();
    assert!(next.is_woken());
    assert_eq!(next.ready(), None);
}

#[test]
fn dropping_a_stream_loses_no_item() {
    let queue = StaticQueue::<u8, 2>::new();
    {
        let mut stream = pin!(queue.stream());
        let next = queued(stream.next());
        queue.try_push(1).unwrap();
        assert!(next.is_woken());
    }
    assert_eq!((queue.waiters(), drain(&queue)), (0, vec![1]));
}

#[test]
fn streams_share_a_queue_in_turn() {
    let queue = StaticQueue::<u8, 4>::new();
    let (mut one, mut other) = (pin!(queue.stream()), pin!(queue.stream()));
    let (mut first, mut second) = (queued(one.next()), queued(other.next()));
    queue.try_push(1).unwrap();
    assert!(first.is_woken() && !second.is_woken());
    assert_eq!(first.ready(), Some(1));
    queue.try_push(2).unwrap();
    assert_eq!(second.ready(), Some(2));
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
