//! `wait_until`.

use super::*;

#[test]
fn wait_until_returns_whether_it_was_notified() {
    let (lock, condition) = (Lock::new(()), Condition::new());
    let mut task = queued(condition.wait_until(lock.try_lock().unwrap(), pending::<()>()));
    assert!(!lock.is_locked());
    condition.notify_one();
    let (_guard, notified) = task.ready();
    assert!(notified && lock.is_locked());
}

#[test]
fn wait_until_has_the_lock_again_when_it_is_cancelled() {
    let (lock, condition, stop) = (Lock::new(()), Condition::new(), Event::new());
    let mut task = queued(condition.wait_until(lock.try_lock().unwrap(), stop.wait()));
    stop.set();
    assert!(task.is_woken());
    let (_guard, notified) = task.ready();
    assert!(!notified && lock.is_locked());
    assert_eq!(condition.waiters(), 0);
}

#[test]
fn wait_until_that_is_cancelled_waits_for_the_lock() {
    let (lock, condition, stop) = (Lock::new(()), Condition::new(), Event::new());
    let mut task = queued(condition.wait_until(lock.try_lock().unwrap(), stop.wait()));
    let owner = lock.try_lock().unwrap();
    stop.set();
    for _ in 0..3 {
        assert_pending!(task.poll());
    }
    assert_eq!((condition.waiters(), lock.waiters()), (0, 1));
    drop(owner);
    assert!(task.is_woken());
    assert!(!task.ready().1);
}

#[test]
fn wait_until_with_a_cancel_that_is_ready_at_once_still_releases_the_lock_in_between() {
    let (lock, condition) = (Lock::new(()), Condition::new());
    let guard = lock.try_lock().unwrap();
    let mut next = queued(lock.lock());
    let mut task = queued(condition.wait_until(guard, ready(())));
    drop(next.ready());
    assert!(!task.ready().1);
}

#[test]
fn wait_until_counts_a_notification_that_came_before_the_cancel_was_seen() {
    let (lock, condition, stop) = (Lock::new(()), Condition::new(), Event::new());
    let mut task = queued(condition.wait_until(lock.try_lock().unwrap(), stop.wait()));
    let others = waiting(&lock, &condition, 1);
    condition.notify_one();
    stop.set();
    let (guard, notified) = task.ready();
    assert!(notified);
    drop((guard, task));
    assert_eq!(woken(&others), [], "the notification was not forwarded");
}

#[test]
fn wait_until_counts_a_notification_that_requeued_it() {
    let (lock, condition, stop) = (Lock::new(()), Condition::new(), Event::new());
    let mut task = queued(condition.wait_until(lock.try_lock().unwrap(), stop.wait()));
    let owner = lock.try_lock().unwrap();
    condition.notify_one_with(&owner);
    stop.set();
    assert_pending!(task.poll());
    drop(owner);
    assert!(task.ready().1);
}

#[test]
fn wait_until_is_notified_although_it_is_cancelled_while_it_waits_for_the_lock() {
    let (lock, condition, stop) = (Lock::new(()), Condition::new(), Event::new());
    let mut task = queued(condition.wait_until(lock.try_lock().unwrap(), stop.wait()));
    let owner = lock.try_lock().unwrap();
    condition.notify_one();
    assert_pending!(task.poll());
    stop.set();
    for _ in 0..2 {
        assert_pending!(task.poll(), "the lock is not free");
    }
    drop(owner);
    assert!(task.ready().1);
}

#[test]
fn wait_until_that_is_cancelled_without_a_notification_wakes_nobody() {
    let (lock, condition, stop) = (Lock::new(()), Condition::new(), Event::new());
    let mut task = queued(condition.wait_until(lock.try_lock().unwrap(), stop.wait()));
    let others = waiting(&lock, &condition, 1);
    stop.set();
    drop(task.ready());
    assert_eq!(woken(&others), []);
}

#[test]
fn wait_until_does_not_poll_its_cancel_again_after_it_was_ready() {
    let (lock, condition) = (Lock::new(()), Condition::new());
    let mut polls = 0;
    let once = poll_fn(|_| {
        polls += 1;
        Poll::Ready(())
    });
    let mut task = Task::new(condition.wait_until(lock.try_lock().unwrap(), once));
    let mut next = Task::new(lock.lock());
    assert_pending!(next.poll());
    assert_pending!(task.poll());
    assert_pending!(task.poll());
    drop(next.ready());
    drop(task.ready());
    drop(task);
    assert_eq!(polls, 1);
}

#[test]
fn wait_until_dropped_forwards_its_notification() {
    let (lock, condition) = (Lock::new(()), Condition::new());
    let task = queued(condition.wait_until(lock.try_lock().unwrap(), pending::<()>()));
    let others = waiting(&lock, &condition, 1);
    condition.notify_one();
    task.cancel();
    assert_eq!(woken(&others), [0]);
}

#[test]
fn wait_until_dropped_on_its_way_back_to_the_lock_leaves_it_to_others() {
    let (lock, condition) = (Lock::new(()), Condition::new());
    let guard = lock.try_lock().unwrap();
    let mut next = queued(lock.lock());
    let task = queued(condition.wait_until(guard, ready(())));
    let mut behind = queued(lock.lock());
    drop(next.ready());
    assert!(task.is_woken() && lock.is_locked());
    task.cancel();
    drop(behind.ready());
    assert_eq!((lock.is_locked(), lock.waiters(), condition.waiters()), (false, 0, 0));
}

#[test]
fn wait_until_dropped_unpolled_unlocks() {
    let (lock, condition) = (Lock::new(()), Condition::new());
    drop(condition.wait_until(lock.try_lock().unwrap(), pending::<()>()));
    assert!(!lock.is_locked());
}

#[test]
fn promise_11_a_cancel_future_that_panics_leaves_the_wait_in_order() {
    let (lock, condition) = (Lock::new(()), Condition::new());
    let broken = poll_fn(|_| -> Poll<()> { panic!("the cancel panics") });
    let mut task = Task::new(condition.wait_until(lock.try_lock().unwrap(), broken));
    assert_eq!(panic_of(|| task.poll()), "the cancel panics");
    assert_eq!((lock.is_locked(), condition.waiters()), (false, 1));
    condition.notify_one();
    assert!(task.ready().1);
}
