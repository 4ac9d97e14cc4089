//! `wait_for`.

use super::*;

#[test]
fn wait_for_returns_at_once_if_the_predicate_holds() {
    let (lock, condition) = (Lock::new(5), Condition::new());
    let mut task = Task::new(condition.wait_for(lock.try_lock().unwrap(), |value| *value == 5));
    let guard = task.ready();
    assert_eq!((*guard, lock.is_locked(), condition.waiters()), (5, true, 0));
}

#[test]
fn wait_for_checks_at_first_and_after_each_notification_and_not_between() {
    let (lock, condition) = (Lock::new(0), Condition::new());
    let mut looked = 0;
    let mut task = queued(condition.wait_for(lock.try_lock().unwrap(), |value| {
        looked += 1;
        *value == 2
    }));
    for value in 1..3 {
        assert_pending!(task.poll());
        *lock.try_lock().unwrap() = value;
        assert_eq!(condition.notify_one(), 1);
        if value == 1 {
            assert_pending!(task.poll());
        }
    }
    assert_eq!(*task.ready(), 2);
    drop(task);
    assert_eq!(looked, 3);
}

#[test]
fn wait_for_may_change_the_value() {
    let (lock, condition) = (Lock::new(vec![1]), Condition::new());
    let mut task = queued(condition.wait_for(lock.try_lock().unwrap(), |items| {
        items.push(0);
        items.len() > 2
    }));
    condition.notify_one();
    assert_eq!(*task.ready(), [1, 0, 0]);
}

#[test]
fn wait_for_dropped_in_any_state_releases_the_lock() {
    let (lock, condition) = (Lock::new(()), Condition::new());
    drop(condition.wait_for(lock.try_lock().unwrap(), |()| false));
    assert!(!lock.is_locked());
    let mut task = queued(condition.wait_for(lock.try_lock().unwrap(), |()| false));
    condition.notify_one();
    assert_pending!(task.poll());
    condition.notify_one();
    let behind = waiting(&lock, &condition, 1);
    task.cancel();
    assert_eq!(woken(&behind), [0], "the notification is forwarded");
    assert_eq!((lock.is_locked(), condition.waiters()), (false, 0));
}

#[test]
fn promise_11_a_predicate_that_panics_at_first_unlocks() {
    let (lock, condition) = (Lock::new(()), Condition::new());
    let mut task = Task::new(condition.wait_for(lock.try_lock().unwrap(), |()| panic!("at first")));
    assert_eq!(panic_of(|| task.poll()), "at first");
    assert!(!lock.is_locked(), "the lock is released before the future is dropped");
    drop(task);
    assert!(lock.try_lock().is_some());
}

#[test]
fn promise_11_a_predicate_that_panics_later_unlocks_and_loses_no_waiter() {
    let (lock, condition) = (Lock::new(0), Condition::new());
    let mut task = queued(condition.wait_for(lock.try_lock().unwrap(), |value| {
        assert_eq!(*value, 0, "later");
        false
    }));
    let mut others = waiting(&lock, &condition, 2);
    *lock.try_lock().unwrap() = 1;
    condition.notify_all();
    assert!(panic_of(|| task.poll()).contains("later"));
    run_woken(&mut others, drop);
    assert!(others.is_empty());
    drop(task);
    assert_eq!((lock.is_locked(), condition.waiters()), (false, 0));
}
