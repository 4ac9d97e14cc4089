//! Waits that are dropped: what reached them goes on, or not.

use core::mem::ManuallyDrop;

use anywake_core::Notify;
use anywake_tests::{Call, CountingWaker, Task, assert_pending, leak, panic_of, queue_up, queued};

use super::takes_stored;

#[test]
fn promise_1_a_notification_goes_on_when_its_wait_is_dropped() {
    let notify = Notify::new();
    let mut tasks = queue_up(3, || notify.notified());
    notify.notify_one();
    tasks.remove(0).cancel();
    assert_eq!((tasks[0].wakes(), tasks[1].wakes()), (1, 0));
    // And again, from the one that it went on to.
    tasks.remove(0).cancel();
    tasks[0].ready();
    assert!(!takes_stored(&notify));
}

#[test]
fn promise_1_a_notification_is_stored_when_its_wait_is_dropped_and_nobody_waits() {
    let notify = Notify::new();
    let task = queued(notify.notified());
    notify.notify_one();
    assert!(!takes_stored(&notify));
    task.cancel();
    assert!(takes_stored(&notify));
    assert!(!takes_stored(&notify));
}

#[test]
fn promise_1_a_notification_goes_on_to_a_wait_that_began_after_it() {
    let notify = Notify::new();
    let first = queued(notify.notified());
    notify.notify_one();
    let mut late = queued(notify.notified());
    first.cancel();
    late.ready();
}

#[test]
fn a_notification_that_goes_on_joins_the_stored_one() {
    let notify = Notify::new();
    let first = queued(notify.notified());
    notify.notify_one();
    notify.notify_one();
    first.cancel();
    assert!(takes_stored(&notify));
    assert!(!takes_stored(&notify), "one is stored at most");
}

#[test]
fn a_broadcast_is_not_passed_on_by_a_wait_that_is_dropped() {
    let notify = Notify::new();
    let mut tasks = queue_up(3, || notify.notified());
    notify.notify_waiters();
    let late = queued(notify.notified());
    tasks.remove(1).cancel();
    assert!(!late.is_woken());
    late.cancel();
    assert!(!takes_stored(&notify));
    tasks.iter_mut().for_each(Task::ready);
}

#[test]
fn a_wait_that_is_dropped_undecided_passes_nothing_on() {
    let notify = Notify::new();
    let mut tasks = queue_up(3, || notify.notified());
    tasks.remove(1).cancel();
    assert_eq!(notify.waiters(), 2);
    assert!(tasks.iter().all(|task| !task.is_woken()));
    tasks.into_iter().for_each(Task::cancel);
    assert_eq!(notify.waiters(), 0);
    assert!(!takes_stored(&notify));
}

/// The list is empty then, and the word must say so: otherwise the next notification is for nobody.
#[test]
fn a_notification_after_the_last_waiter_left_is_stored() {
    let notify = Notify::new();
    queued(notify.notified()).cancel();
    notify.notify_one();
    assert!(takes_stored(&notify));
}

#[test]
fn a_stored_notification_that_enable_took_is_stored_again_when_the_wait_is_dropped() {
    let notify = Notify::new();
    notify.notify_one();
    let mut wait = Task::new(notify.notified());
    assert!(wait.pinned().enable());
    wait.cancel();
    assert!(takes_stored(&notify));
    assert!(!takes_stored(&notify));
}

#[test]
fn a_stored_notification_that_enable_took_goes_to_who_waits_when_the_wait_is_dropped() {
    let notify = Notify::new();
    notify.notify_one();
    let mut wait = Task::new(notify.notified());
    assert!(wait.pinned().enable());
    let mut other = queued(notify.notified());
    wait.cancel();
    other.ready();
    assert!(!takes_stored(&notify));
}

#[test]
fn dropping_a_wait_that_has_ended_passes_nothing_on() {
    let notify = Notify::new();
    notify.notify_one();
    let mut done = Task::new(notify.notified());
    done.ready();
    let other = queued(notify.notified());
    done.cancel();
    assert!(!other.is_woken());
}

#[test]
fn promise_7_a_forgotten_wait_keeps_one_notification_and_no_more() {
    let notify = leak(Notify::new());
    queued(notify.notified()).forget();
    let mut behind = queued(notify.notified());
    notify.notify_one();
    assert!(!behind.is_woken());
    notify.notify_one();
    behind.ready();
    queued(notify.notified()).forget();
    notify.notify_waiters();
    assert_eq!(notify.waiters(), 0);
}

#[test]
fn promise_11_a_panic_between_a_notification_and_the_poll_loses_no_wake() {
    let notify = Notify::new();
    let mut behind = None;
    panic_of(|| {
        let _dropped = queued(notify.notified());
        behind = Some(queued(notify.notified()));
        notify.notify_one();
        panic!("a panic between the notification and the poll");
    });
    behind.expect("it was queued").ready();
    assert_eq!(notify.waiters(), 0);
}

#[test]
fn a_notification_goes_on_although_the_waker_of_its_wait_panics() {
    let notify = Notify::new();
    let mut first = Task::with_waker(notify.notified(), CountingWaker::panicking(Call::Wake));
    assert_pending!(first.poll());
    let mut second = queued(notify.notified());
    panic_of(|| notify.notify_one());
    first.cancel();
    second.ready();
}

/// The drop of a waker calls back: the wait that it belonged to has left the list by then, and the next is reached.
#[test]
fn a_waker_whose_drop_notifies_reaches_the_next_wait() {
    let notify: &'static Notify = leak(Notify::new());
    let notifying = CountingWaker::reentrant(Call::Drop, || notify.notify_one());
    let waker = ManuallyDrop::new(notifying.waker());
    let mut first = Task::new(notify.notified());
    assert_pending!(first.poll_with(&waker));
    let mut second = queued(notify.notified());
    first.cancel();
    second.ready();
    assert!(!takes_stored(notify));
}
