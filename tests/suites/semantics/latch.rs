//! [`Latch`]: counts that only fall, guards that hold one, and the cohort that the last one wakes.

use anywake_tests::Arc;
use std::sync::Mutex;

use anywake_core::{ArcPart, CountTooHigh, Latch, LatchError, LatchGuard};
use anywake_tests::{
    Call, CountingWaker, Task, assert_pending, block_on, forget, leak, panic_of, queue_up, queued,
};
use futures_util::future::FusedFuture;

use crate::cost;

mod guards;

/// The number of counts that an error says could have been counted down.
fn left(refused: Result<(), LatchError>) -> usize {
    refused.expect_err("that is too many").remaining()
}

#[test]
fn a_latch_counts_down_by_as_much_as_is_asked() {
    let latch = Latch::new(6);
    assert_eq!((latch.remaining(), latch.waiters()), (6, 0));
    latch.count_down(1).unwrap();
    latch.count_down(3).unwrap();
    latch.count_down(0).unwrap();
    assert_eq!(latch.remaining(), 2);
    latch.count_down(2).unwrap();
    latch.count_down(0).unwrap();
    assert_eq!(latch.remaining(), 0);
}

#[cfg(not(feature = "local"))]
#[test]
fn latches_live_in_statics() {
    static LATCH: Latch = Latch::new(2);
    let mut task = queued(LATCH.wait());
    std::thread::spawn(|| LATCH.count_down(2)).join().unwrap().unwrap();
    task.ready();
}

#[test]
fn a_latch_of_zero_is_open_from_the_beginning() {
    let latch = Latch::new(0);
    Task::new(latch.wait()).ready();
    assert_eq!(left(latch.count_down(1)), 0);
}

#[test]
fn a_wait_for_an_open_latch_ends_at_once_and_does_not_touch_the_waker() {
    let latch = Latch::new(1);
    latch.count_down(1).unwrap();
    for _ in 0..3 {
        let waker = CountingWaker::new();
        Task::with_waker(latch.wait(), waker.clone()).ready();
        assert_eq!(waker.count(Call::Clone), 0);
    }
}

/// In asyncband and in Java, a count too many is ignored. In C++ it is undefined behaviour. The wait groups of other
/// languages have gone below zero by it, and then ended the next wait too early.
#[test]
fn counting_below_zero_is_an_error_that_says_how_many_remain_and_changes_nothing() {
    let latch = Latch::new(3);
    for too_many in [4, 5, Latch::MAX_COUNT, Latch::MAX_COUNT + 1, usize::MAX / 4 + 1, usize::MAX] {
        assert_eq!(left(latch.count_down(too_many)), 3, "{too_many}");
        assert_eq!(latch.remaining(), 3);
    }
    latch.count_down(3).unwrap();
    for too_many in [1, usize::MAX] {
        assert_eq!(left(latch.count_down(too_many)), 0);
    }
    assert_eq!(latch.remaining(), 0);
}

#[test]
fn counting_below_zero_wakes_nobody_and_leaves_the_rest_to_be_counted() {
    let latch = Latch::new(2);
    let mut task = queued(latch.wait());
    assert_eq!(left(latch.count_down(3)), 2);
    assert!(!task.is_woken());
    assert_pending!(task.poll());
    latch.count_down(2).unwrap();
    task.ready();
}

#[test]
fn a_count_too_high_is_refused_at_once() {
    assert_eq!(Latch::new(Latch::MAX_COUNT).remaining(), Latch::MAX_COUNT);
    assert!(panic_of(|| Latch::new(Latch::MAX_COUNT + 1)).contains("MAX_COUNT"));
    assert!(panic_of(|| Latch::new(usize::MAX)).contains("MAX_COUNT"));
}

#[test]
fn only_the_last_count_wakes_and_it_wakes_each_waiter_once() {
    let latch = Latch::new(3);
    let mut tasks = queue_up(5, || latch.wait());
    latch.count_down(1).unwrap();
    latch.count_down(1).unwrap();
    assert_eq!(latch.waiters(), 5);
    assert!(tasks.iter().all(|task| !task.is_woken()));
    latch.count_down(1).unwrap();
    assert_eq!(latch.waiters(), 0);
    assert_eq!(left(latch.count_down(1)), 0);
    for task in &mut tasks {
        assert_eq!(task.wakes(), 1);
        task.ready();
    }
}

#[test]
fn a_wait_may_be_made_before_the_last_count_and_polled_after_it() {
    let latch = Latch::new(1);
    let mut task = Task::new(latch.wait());
    latch.count_down(1).unwrap();
    task.ready();
}

#[test]
fn the_last_count_while_the_waker_is_cloned_ends_the_wait() {
    let latch: &'static Latch = leak(Latch::new(1));
    let waker = CountingWaker::reentrant(Call::Clone, || latch.count_down(1).unwrap());
    Task::with_waker(latch.wait(), waker).ready();
    assert_eq!(latch.waiters(), 0);
}

#[test]
fn a_count_too_many_from_a_waker_of_the_last_one_is_still_an_error() {
    let latch: &'static Latch = leak(Latch::new(1));
    let seen = Arc::new(Mutex::new(Vec::new()));
    let mut tasks: Vec<_> = (0..40)
        .map(|_| {
            let seen = seen.clone();
            let hook = move || seen.lock().unwrap().push(left(latch.count_down(1)));
            let mut task = Task::with_waker(latch.wait(), CountingWaker::reentrant(Call::Wake, hook));
            assert_pending!(task.poll());
            task
        })
        .collect();
    latch.count_down(1).unwrap();
    assert_eq!(*seen.lock().unwrap(), [0; 40]);
    tasks.iter_mut().for_each(Task::ready);
}

#[test]
fn a_wait_that_begins_between_two_batches_is_ready_at_once() {
    let latch: &'static Latch = leak(Latch::new(1));
    let hook = || Task::new(latch.wait()).ready();
    let mut first = Task::with_waker(latch.wait(), CountingWaker::reentrant(Call::Wake, hook));
    assert_pending!(first.poll());
    let mut tasks = queue_up(40, || latch.wait());
    latch.count_down(1).unwrap();
    first.ready();
    tasks.iter_mut().for_each(Task::ready);
}

#[test]
fn counting_down_by_zero_between_two_batches_wakes_nobody_twice() {
    let latch: &'static Latch = leak(Latch::new(1));
    let hook = || latch.count_down(0).unwrap();
    let mut first = Task::with_waker(latch.wait(), CountingWaker::reentrant(Call::Wake, hook));
    assert_pending!(first.poll());
    let mut tasks = queue_up(40, || latch.wait());
    latch.count_down(0).unwrap();
    assert!(!first.is_woken(), "one remains");
    latch.count_down(1).unwrap();
    first.ready();
    for task in &mut tasks {
        assert_eq!(task.wakes(), 1);
        task.ready();
    }
}

#[test]
fn an_owned_wait_keeps_the_latch_alive() {
    let latch = Arc::new(Latch::new(1));
    let mut task = queued(Arc::clone(&latch).wait_owned());
    latch.count_down(1).unwrap();
    drop(latch);
    task.ready();
}

#[test]
fn a_future_knows_when_it_is_terminated() {
    let latch = Latch::new(1);
    let mut task = queued(latch.wait());
    assert!(!task.future().is_terminated());
    latch.count_down(1).unwrap();
    assert!(!task.future().is_terminated());
    task.ready();
    assert!(task.future().is_terminated());
    assert!(panic_of(|| task.poll()).contains("polled after it had completed"));
}

#[test]
fn a_latch_shows_its_count_and_its_waiters() {
    let latch = Latch::new(2);
    let guard = latch.guard().unwrap();
    let task = queued(latch.wait());
    assert_eq!(format!("{latch:?}"), "Latch { remaining: 2, waiters: 1 }");
    assert_eq!(format!("{guard:?}"), "Guard { remaining: 2 }");
    assert!(format!("{:?}", task.future()).starts_with("LatchFuture { phase: Queued"));
    let error = latch.count_down(2).unwrap_err();
    assert_eq!(format!("{error:?}, {error}"), "LatchError { remaining: 1 }, the latch has fewer counts left");
}

#[test]
fn promise_1_a_cancelled_wait_takes_nobodys_wake() {
    for dropped in 0..3 {
        let latch = Latch::new(1);
        let mut tasks = queue_up(3, || latch.wait());
        latch.count_down(1).unwrap();
        tasks.remove(dropped).cancel();
        tasks.iter_mut().for_each(Task::ready);
    }
}

#[test]
fn promise_1_cancelling_before_the_last_count_leaves_the_others() {
    let latch = Latch::new(1);
    let mut tasks = queue_up(3, || latch.wait());
    tasks.remove(1).cancel();
    assert_eq!((latch.waiters(), latch.remaining()), (2, 1));
    latch.count_down(1).unwrap();
    tasks.iter_mut().for_each(Task::ready);
}

#[test]
fn promise_2_waiters_are_woken_in_the_order_they_came() {
    let latch = Latch::new(1);
    let order = Arc::new(Mutex::new(Vec::new()));
    let mut tasks: Vec<_> = (0..40)
        .map(|name| {
            let order = order.clone();
            let waker = CountingWaker::reentrant(Call::Wake, move || order.lock().unwrap().push(name));
            Task::with_waker(latch.wait(), waker)
        })
        .collect();
    for task in &mut tasks {
        assert_pending!(task.poll());
    }
    latch.count_down(1).unwrap();
    let order = core::mem::take(&mut *order.lock().unwrap());
    assert_eq!(order, Vec::from_iter(0..40));
}

#[test]
fn promise_4_cancelling_takes_the_same_time_however_many_wait() {
    cost::cancelling_is_constant(|| {
        let latch: &'static Latch = leak(Latch::new(1));
        move || latch.wait()
    });
}

#[test]
fn promise_7_a_future_may_be_dropped_in_any_state() {
    let latch = Latch::new(1);
    drop(latch.wait());
    queued(latch.wait()).cancel();
    let woken = queued(latch.wait());
    latch.count_down(1).unwrap();
    woken.cancel();
    let mut done = Task::new(latch.wait());
    done.ready();
    done.cancel();
    assert_eq!(latch.waiters(), 0);
}

#[test]
fn promise_11_a_panicking_waker_leaves_the_latch_open_and_the_others_woken() {
    let latch = Latch::new(1);
    let mut tasks = queue_up(2, || latch.wait());
    let mut bad = Task::with_waker(latch.wait(), CountingWaker::panicking(Call::Wake));
    assert_pending!(bad.poll());
    let mut last = queued(latch.wait());
    panic_of(|| latch.count_down(1));
    assert_eq!(latch.remaining(), 0);
    tasks.iter_mut().for_each(Task::ready);
    bad.ready();
    last.ready();
}

#[test]
fn a_latch_of_a_count_that_is_too_high_is_not_made() {
    assert_eq!(Latch::try_new(Latch::MAX_COUNT + 1).unwrap_err(), CountTooHigh);
    assert_eq!(Latch::try_new(usize::MAX).unwrap_err(), CountTooHigh);
    assert_eq!(Latch::try_new(Latch::MAX_COUNT).unwrap().remaining(), Latch::MAX_COUNT);
    let latch = Latch::try_new(1).unwrap();
    assert_eq!(left(latch.count_down(2)), 1);
    latch.count_down(1).unwrap();
    assert_eq!(Latch::try_new(0).unwrap().remaining(), 0);
}
