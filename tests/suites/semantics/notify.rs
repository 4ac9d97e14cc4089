//! [`Notify`]: the stored notification, and when a wait begins. Cancelled waits and broadcasts are in the parts.

use anywake_tests::Arc;

use anywake_core::{ArcPart, Notify};
use anywake_tests::{Call, CountingWaker, Task, assert_pending, leak, panic_of, queue_up, queued};
use futures_util::future::FusedFuture;

use crate::cost;

mod broadcast;
mod cancel;

/// Whether a notification is stored. Takes it.
fn takes_stored(notify: &Notify) -> bool {
    Task::new(notify.notified()).poll().is_ready()
}

#[test]
fn a_new_notify_stores_nothing_and_has_no_waiters() {
    for notify in [Notify::new(), Notify::default()] {
        assert_eq!(notify.waiters(), 0);
        assert!(!takes_stored(&notify));
    }
}

#[cfg(not(feature = "local"))]
#[test]
fn notifies_live_in_statics() {
    static NOTIFY: Notify = Notify::new();
    let mut task = queued(NOTIFY.notified());
    std::thread::spawn(|| NOTIFY.notify_one()).join().unwrap();
    task.ready();
}

#[test]
fn a_wait_for_a_notify_in_a_larger_value_keeps_the_whole_value() {
    let whole = Arc::new((Notify::new(), "name"));
    let mut wait = queued(ArcPart::new(Arc::clone(&whole), |whole| &whole.0).notified());
    assert_eq!((whole.0.waiters(), Arc::strong_count(&whole)), (1, 2));
    whole.0.notify_one();
    wait.ready();
    assert_eq!(Arc::strong_count(&whole), 1);
}

#[test]
fn a_notification_is_stored_for_one_wait_that_comes_later() {
    let notify = Notify::new();
    notify.notify_one();
    Task::new(notify.notified()).ready();
    assert_pending!(Task::new(notify.notified()).poll());
}

#[test]
fn at_most_one_notification_is_stored() {
    let notify = Notify::new();
    for _ in 0..300 {
        notify.notify_one();
    }
    assert!(takes_stored(&notify));
    assert!(!takes_stored(&notify));
}

#[test]
fn a_wait_that_takes_a_stored_notification_does_not_touch_the_waker() {
    let notify = Notify::new();
    notify.notify_one();
    let waker = CountingWaker::new();
    Task::with_waker(notify.notified(), waker.clone()).ready();
    assert_eq!(waker.count(Call::Clone), 0);
}

#[test]
fn notify_one_wakes_one_task_and_stores_nothing() {
    let notify = Notify::new();
    let mut tasks = queue_up(3, || notify.notified());
    notify.notify_one();
    assert_eq!(tasks.iter().map(Task::wakes).collect::<Vec<_>>(), [1, 0, 0]);
    assert_eq!(notify.waiters(), 2);
    tasks[0].ready();
    assert_pending!(tasks[1].poll());
    assert!(!takes_stored(&notify));
}

#[test]
fn promise_2_each_notification_goes_to_the_longest_waiter() {
    let notify = Notify::new();
    let mut tasks = queue_up(4, || notify.notified());
    tasks.remove(1).cancel();
    for first in 0..3 {
        notify.notify_one();
        let woken: Vec<_> = tasks.iter().map(Task::wakes).collect();
        assert_eq!(woken.iter().sum::<usize>(), first + 1);
        assert_eq!(woken[first], 1);
    }
    tasks.iter_mut().for_each(Task::ready);
    assert!(!takes_stored(&notify));
}

#[test]
fn as_many_notifications_as_waiters_wake_all_of_them_before_any_has_run() {
    let notify = Notify::new();
    let mut tasks = queue_up(20, || notify.notified());
    for _ in 0..20 {
        notify.notify_one();
    }
    tasks.iter_mut().for_each(|task| {
        assert_eq!(task.wakes(), 1);
        task.ready();
    });
    assert!(!takes_stored(&notify), "every notification had a waiter");
}

#[test]
fn one_notification_more_than_waiters_is_stored() {
    let notify = Notify::new();
    let mut tasks = queue_up(2, || notify.notified());
    for _ in 0..5 {
        notify.notify_one();
    }
    tasks.iter_mut().for_each(Task::ready);
    assert!(takes_stored(&notify));
    assert!(!takes_stored(&notify));
}

#[test]
fn promise_2_a_wait_that_begins_does_not_take_the_notification_of_a_task_that_waits() {
    let notify = Notify::new();
    let mut first = queued(notify.notified());
    notify.notify_one();
    assert_pending!(Task::new(notify.notified()).poll(), "the notification is the first task's");
    first.ready();
}

#[test]
fn a_notified_wait_that_is_not_polled_does_not_take_the_next_notification() {
    let notify = Notify::new();
    let first = queued(notify.notified());
    notify.notify_one();
    let mut second = queued(notify.notified());
    notify.notify_one();
    assert_eq!((first.wakes(), second.wakes()), (1, 1));
    second.ready();
}

#[test]
fn notify_waiters_wakes_all_that_wait_and_stores_nothing() {
    let notify = Notify::new();
    let mut tasks = queue_up(5, || notify.notified());
    notify.notify_waiters();
    assert_eq!(notify.waiters(), 0);
    for task in &mut tasks {
        assert_eq!(task.wakes(), 1);
        task.ready();
    }
    assert!(!takes_stored(&notify));
}

#[test]
fn notify_waiters_without_waiters_stores_nothing() {
    let notify = Notify::new();
    notify.notify_waiters();
    assert!(!takes_stored(&notify));
}

#[test]
fn notify_waiters_leaves_a_stored_notification_as_it_is() {
    let notify = Notify::new();
    notify.notify_one();
    notify.notify_waiters();
    assert!(takes_stored(&notify));
    assert!(!takes_stored(&notify));
}

#[test]
fn a_notification_after_notify_waiters_is_stored_although_nobody_has_run_yet() {
    let notify = Notify::new();
    let mut tasks = queue_up(2, || notify.notified());
    notify.notify_waiters();
    notify.notify_one();
    assert!(takes_stored(&notify));
    tasks.iter_mut().for_each(Task::ready);
}

// When a wait begins: the same for both kinds of notification.

/// tokio #7965, #5396, #4618: a future that was made before a broadcast took part in it, although it had asked for nothing.
#[test]
fn a_wait_that_was_made_and_not_polled_has_not_begun_for_either_kind() {
    let notify = Notify::new();
    let mut made = Task::new(notify.notified());
    notify.notify_waiters();
    assert_pending!(made.poll(), "it began after the broadcast");
    made.cancel();

    let made = Task::new(notify.notified());
    notify.notify_one();
    assert!(takes_stored(&notify), "another wait takes it first");
    drop(made);
    assert!(!takes_stored(&notify), "the wait that was not polled had nothing to pass on");
}

/// tokio #7965: a wait that had been reached by a broadcast took a stored notification besides.
#[test]
fn a_wait_that_notify_waiters_has_ended_takes_no_stored_notification() {
    let notify = Notify::new();
    let mut waits = Task::new(notify.notified());
    waits.pinned().enable();
    notify.notify_waiters();
    notify.notify_one();
    waits.ready();
    assert!(takes_stored(&notify), "it is there for the next wait");
}

#[test]
fn an_enabled_wait_has_begun_for_either_kind() {
    let notify = Notify::new();
    for notification in [Notify::notify_one, Notify::notify_waiters] {
        let mut wait = Task::new(notify.notified());
        assert!(!wait.pinned().enable());
        assert_eq!(notify.waiters(), 1);
        notification(&notify);
        assert!(wait.future().is_decided());
        assert!(wait.pinned().enable());
        wait.ready();
        assert!(!takes_stored(&notify));
    }
}

#[test]
fn an_enabled_wait_keeps_its_place_when_it_is_polled() {
    let notify = Notify::new();
    let mut enabled = Task::new(notify.notified());
    enabled.pinned().enable();
    let polled = queued(notify.notified());
    assert_pending!(enabled.poll());
    notify.notify_one();
    assert_eq!((enabled.wakes(), polled.wakes()), (1, 0));
}

#[test]
fn enable_takes_a_stored_notification_once() {
    let notify = Notify::new();
    notify.notify_one();
    let mut wait = Task::new(notify.notified());
    assert!(wait.pinned().enable());
    assert!(wait.pinned().enable(), "it takes nothing the second time");
    assert_eq!(notify.waiters(), 0);
    assert!(!takes_stored(&notify));
    wait.ready();
    assert!(!takes_stored(&notify));
}

#[test]
fn enable_after_the_end_panics_and_a_future_knows_that_it_is_terminated() {
    let notify = Notify::new();
    let mut task = Task::new(notify.notified());
    assert!(!task.future().is_terminated());
    assert_pending!(task.poll());
    notify.notify_one();
    assert!(!task.future().is_terminated());
    task.ready();
    assert!(task.future().is_terminated() && !task.future().is_decided());
    assert!(panic_of(|| task.poll()).contains("polled after it had completed"));
    assert!(panic_of(|| task.pinned().enable()).contains("polled after it had completed"));
}

/// The pattern that every user writes: enable, look, wait. Nothing that happens after `enable` is missed.
#[test]
fn what_happens_between_enable_and_the_first_poll_is_not_missed() {
    for notification in [Notify::notify_one, Notify::notify_waiters] {
        let notify: &'static Notify = leak(Notify::new());
        let mut wait = Task::with_waker(
            notify.notified(),
            CountingWaker::reentrant(Call::Clone, move || notification(notify)),
        );
        wait.pinned().enable();
        wait.ready();
    }
}

#[test]
fn a_notification_while_the_waker_is_cloned_ends_the_wait() {
    let notify: &'static Notify = leak(Notify::new());
    let waker = CountingWaker::reentrant(Call::Clone, || notify.notify_one());
    Task::with_waker(notify.notified(), waker).ready();
    assert!(!takes_stored(notify), "the wait took it");
}

#[test]
fn an_owned_wait_keeps_the_notify_alive() {
    let notify = Arc::new(Notify::new());
    let mut wait = queued(Arc::clone(&notify).notified_owned());
    notify.notify_one();
    let weak = Arc::downgrade(&notify);
    drop(notify);
    assert_eq!(weak.strong_count(), 1);
    wait.ready();
    assert_eq!(weak.strong_count(), 0, "it lets go of it when it ends");
}

#[test]
fn promise_4_cancelling_takes_the_same_time_however_many_wait() {
    cost::cancelling_is_constant(|| {
        let notify: &'static Notify = leak(Notify::new());
        move || notify.notified()
    });
}
