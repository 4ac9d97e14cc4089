//! The behaviour of each method, without contention.

use super::*;

#[test]
fn a_new_queue_is_empty() {
    let queue = Queue::<u8>::with_capacity(3).unwrap();
    assert_eq!((queue.len(), queue.capacity(), queue.unfinished()), (0, 3, 0));
    assert!(queue.is_empty() && !queue.is_full() && !queue.is_closed());
    assert_eq!(StaticQueue::<u8, 3>::default().capacity(), 3);
    assert_eq!(state(&StaticQueue::<u8, 3>::new()), (0, 0, 0, false));
}

#[cfg(not(feature = "local"))]
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
    fn check<S: Slots<usize>>(queue: &QueueOf<usize, S>) {
        // The ring wraps several times, at each fill level.
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
    assert_eq!(queue.len(), 2, "the item of the waiting push entered at once");
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
