//! What becomes of notification and lock when a wait is dropped.

use super::*;

#[test]
fn promise_1_a_notification_goes_on_when_its_waiter_is_dropped() {
    let (lock, condition) = (Lock::new(()), Condition::new());
    let mut tasks = waiting(&lock, &condition, 3);
    condition.notify_one();
    for _ in 0..2 {
        assert_eq!(woken(&tasks), [0]);
        tasks.remove(0).cancel();
    }
    drop(tasks[0].ready());
    assert!(!lock.is_locked());
}

#[test]
fn promise_1_a_notification_goes_on_when_its_waiter_is_dropped_in_the_locks_queue() {
    let (lock, condition) = (Lock::new(()), Condition::new());
    let mut tasks = waiting(&lock, &condition, 2);
    let owner = lock.try_lock().unwrap();
    condition.notify_one();
    assert_pending!(tasks[0].poll());
    assert_eq!((lock.waiters(), condition.waiters()), (1, 1));
    tasks.remove(0).cancel();
    assert_eq!(lock.waiters(), 0);
    assert_eq!(woken(&tasks), [0]);
    drop(owner);
    drop(tasks[0].ready());
}

#[test]
fn promise_1_both_go_on_when_a_notified_waiter_is_dropped_that_owns_the_lock() {
    let (lock, condition) = (Lock::new(()), Condition::new());
    let mut tasks = waiting(&lock, &condition, 2);
    let owner = lock.try_lock().unwrap();
    condition.notify_one();
    assert_pending!(tasks[0].poll());
    let mut behind = queued(lock.lock());
    drop(owner);
    assert!(tasks[0].is_woken(), "the lock was handed to the waiter");
    tasks.remove(0).cancel();
    assert!(behind.is_woken());
    assert_eq!(woken(&tasks), [0]);
    drop(behind.ready());
    drop(tasks[0].ready());
    assert!(!lock.is_locked());
}

#[test]
fn promise_1_each_of_several_notifications_goes_on() {
    let (lock, condition) = (Lock::new(()), Condition::new());
    let mut tasks = waiting(&lock, &condition, 5);
    assert_eq!(condition.notify(2), 2);
    drop(tasks.drain(..2));
    run_woken(&mut tasks, drop);
    assert_eq!(tasks.len(), 1, "two of three waits were notified");
}

#[test]
fn a_wait_that_was_not_notified_wakes_nobody_when_it_is_dropped() {
    let (lock, condition) = (Lock::new(()), Condition::new());
    let mut tasks = waiting(&lock, &condition, 3);
    tasks.remove(1).cancel();
    tasks.remove(0).cancel();
    assert_eq!(woken(&tasks), []);
    assert_eq!((condition.waiters(), lock.is_locked()), (1, false));
    assert_pending!(tasks[0].poll());
}

#[test]
fn a_wait_that_is_dropped_leaves_the_lock_to_its_owner() {
    let (lock, condition) = (Lock::new(()), Condition::new());
    let mut tasks = waiting(&lock, &condition, 2);
    let owner = lock.try_lock().unwrap();
    tasks.remove(1).cancel();
    assert!(lock.is_locked());
    let mut next = queued(lock.lock());
    condition.notify_one();
    assert_pending!(tasks[0].poll());
    tasks.remove(0).cancel();
    assert!(!next.is_woken(), "the lock is not free");
    drop(owner);
    drop(next.ready());
    assert!(!lock.is_locked());
}

#[test]
fn promise_4_cancelling_takes_the_same_time_however_many_wait() {
    cost::cancelling_is_constant(|| {
        let condition: &'static Condition = leak(Condition::new());
        let lock: &'static Lock<()> = leak(Lock::new(()));
        // The lock is taken at the first poll, since all waits are made before the first one is polled.
        move || async move {
            let guard = lock.lock().await;
            drop(condition.wait(guard).await);
        }
    });
}

#[test]
fn promise_6_notify_all_does_not_reach_those_who_come_later() {
    let (lock, condition) = (Lock::new(()), Condition::new());
    let mut early = waiting(&lock, &condition, CROWD);
    condition.notify_all();
    let mut late = waiting(&lock, &condition, 1);
    run_woken(&mut early, drop);
    assert!(early.is_empty());
    assert_eq!(woken(&late), []);
    assert_pending!(late[0].poll());
}

#[test]
fn promise_6_a_dropped_share_of_notify_all_does_not_go_to_those_who_come_later() {
    let (lock, condition) = (Lock::new(()), Condition::new());
    let mut early = waiting(&lock, &condition, 3);
    condition.notify_all();
    let late = waiting(&lock, &condition, 1);
    early.remove(0).cancel();
    run_woken(&mut early, drop);
    assert!(early.is_empty(), "the other notifications are kept");
    assert_eq!(woken(&late), []);
}

#[test]
fn promise_7_a_wait_may_be_dropped_in_any_state() {
    let (lock, condition) = (Lock::new(()), Condition::new());
    drop(condition.wait(lock.try_lock().unwrap()));
    drop(waiting(&lock, &condition, 1));
    let notified = waiting(&lock, &condition, 1);
    condition.notify_all();
    drop(notified);
    let mut at_lock = waiting(&lock, &condition, 2);
    let owner = lock.try_lock().unwrap();
    condition.notify_all();
    assert_pending!(at_lock[0].poll());
    drop(at_lock.pop());
    drop(owner);
    drop(at_lock);
    let mut done = waiting(&lock, &condition, 1);
    condition.notify_all();
    let guard = done[0].ready();
    drop(done);
    assert!(lock.is_locked(), "the guard outlives the future that returned it");
    drop(guard);
    assert_eq!((lock.is_locked(), lock.waiters(), condition.waiters()), (false, 0, 0));
}
