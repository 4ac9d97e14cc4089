//! [`Event`]: the flag, and the cohort that a `set` wakes.

use anywake_core::Event;
use anywake_tests::{Call, CountingWaker, Task, assert_pending, leak, panic_of, queue_up, queued};
use futures_util::future::FusedFuture;

use crate::cost;

#[test]
fn a_new_event_is_clear() {
    assert!(!Event::new().is_set());
    assert!(!Event::default().is_set());
    assert_eq!(Event::new().waiters(), 0);
}

#[test]
fn set_and_clear_change_the_flag_and_may_be_repeated() {
    let event = Event::new();
    event.set();
    event.set();
    assert!(event.is_set());
    event.clear();
    event.clear();
    assert!(!event.is_set());
}

#[cfg(not(feature = "local"))]
#[test]
fn events_live_in_statics() {
    static EVENT: Event = Event::new();
    let mut task = queued(EVENT.wait());
    std::thread::spawn(|| EVENT.set()).join().unwrap();
    task.ready();
}

#[test]
fn a_wait_for_an_event_that_is_set_ends_at_once_and_does_not_touch_the_waker() {
    let event = Event::new();
    event.set();
    let waker = CountingWaker::new();
    Task::with_waker(event.wait(), waker.clone()).ready();
    assert_eq!(waker.count(Call::Clone), 0);
    assert!(event.is_set(), "the event stays set for other waits");
}

#[test]
fn set_wakes_each_waiter_once() {
    let event = Event::new();
    let mut tasks = queue_up(5, || event.wait());
    assert_eq!(event.waiters(), 5);
    event.set();
    event.set();
    assert_eq!(event.waiters(), 0);
    for task in &mut tasks {
        assert_eq!(task.wakes(), 1);
        task.ready();
    }
}

#[test]
fn a_wait_may_be_made_before_the_set_and_polled_after_it() {
    let event = Event::new();
    let mut task = Task::new(event.wait());
    event.set();
    task.ready();
}

#[test]
fn a_set_while_the_waker_is_cloned_ends_the_wait_and_stays() {
    let event: &'static Event = leak(Event::new());
    let waker = CountingWaker::reentrant(Call::Clone, || event.set());
    Task::with_waker(event.wait(), waker).ready();
    assert!(event.is_set());
}

#[test]
fn a_wait_that_was_not_polled_before_set_and_clear_has_not_begun() {
    let event = Event::new();
    let mut task = Task::new(event.wait());
    event.set();
    event.clear();
    assert_pending!(task.poll());
}

#[test]
fn a_woken_wait_is_not_woken_again_by_the_next_set() {
    let event = Event::new();
    let mut task = queued(event.wait());
    event.set();
    event.clear();
    event.set();
    assert_eq!(task.wakes(), 1);
    task.ready();
}

#[test]
fn clear_alone_wakes_nobody() {
    let event = Event::new();
    let mut task = queued(event.wait());
    event.clear();
    assert!(!task.is_woken());
    assert_pending!(task.poll());
    assert_eq!(event.waiters(), 1);
}

#[test]
fn a_future_knows_when_it_is_terminated() {
    let event = Event::new();
    let mut task = Task::new(event.wait());
    assert!(!task.future().is_terminated());
    assert_pending!(task.poll());
    event.set();
    assert!(!task.future().is_terminated());
    task.ready();
    assert!(task.future().is_terminated());
    assert!(panic_of(|| task.poll()).contains("polled after it had completed"));
}

#[test]
fn promise_1_a_cancelled_wait_takes_nobodys_wake() {
    for dropped in 0..3 {
        let event = Event::new();
        let mut tasks = queue_up(3, || event.wait());
        event.set();
        tasks.remove(dropped).cancel();
        tasks.iter_mut().for_each(|task| task.ready());
        assert!(event.is_set());
    }
}

#[test]
fn promise_1_cancelling_before_the_set_leaves_the_others() {
    let event = Event::new();
    let mut tasks = queue_up(3, || event.wait());
    tasks.remove(1).cancel();
    assert_eq!(event.waiters(), 2);
    event.set();
    tasks.iter_mut().for_each(|task| task.ready());
}

#[test]
fn promise_2_waiters_are_woken_in_the_order_they_came() {
    use anywake_tests::Arc;
    use std::sync::Mutex;

    let event = Event::new();
    let order = Arc::new(Mutex::new(Vec::new()));
    let mut tasks: Vec<_> = (0..40)
        .map(|name| {
            let order = order.clone();
            let waker = CountingWaker::reentrant(Call::Wake, move || order.lock().unwrap().push(name));
            Task::with_waker(event.wait(), waker)
        })
        .collect();
    for task in &mut tasks {
        assert_pending!(task.poll());
    }
    event.set();
    let order = core::mem::take(&mut *order.lock().unwrap());
    assert_eq!(order, Vec::from_iter(0..40));
}

#[test]
fn promise_4_cancelling_takes_the_same_time_however_many_wait() {
    cost::cancelling_is_constant(|| {
        let event: &'static Event = leak(Event::new());
        move || event.wait()
    });
}

#[test]
fn promise_6_set_then_clear_wakes_exactly_the_queued_waiters() {
    let event = Event::new();
    let mut early = queue_up(40, || event.wait());
    event.set();
    event.clear();
    let late = queued(event.wait());
    for task in &mut early {
        assert!(task.is_woken());
        task.ready();
        assert!(!event.is_set());
    }
    assert!(!late.is_woken());
    assert_eq!(event.waiters(), 1);
}

#[test]
fn promise_6_each_set_reaches_its_own_cohort() {
    let event = Event::new();
    for _ in 0..5 {
        let mut tasks = queue_up(3, || event.wait());
        event.set();
        event.clear();
        tasks.iter_mut().for_each(|task| task.ready());
    }
    assert_eq!(event.waiters(), 0);
}

#[test]
fn promise_7_a_future_may_be_dropped_in_any_state() {
    let event = Event::new();
    drop(event.wait());
    queued(event.wait()).cancel();
    let woken = queued(event.wait());
    event.set();
    woken.cancel();
    let mut done = Task::new(event.wait());
    done.ready();
    done.cancel();
    assert_eq!(event.waiters(), 0);
}

#[test]
fn promise_11_a_panic_between_set_and_poll_loses_no_wake() {
    let event = Event::new();
    let mut task = queued(event.wait());
    panic_of(|| {
        let _dropped = queued(event.wait());
        event.set();
        panic!("a panic between the set and the poll");
    });
    task.ready();
    assert_eq!(event.waiters(), 0);
}
