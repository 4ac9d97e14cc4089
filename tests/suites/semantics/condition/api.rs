//! Waits, notifications, and what can be seen of them.

use super::*;

#[cfg(not(feature = "local"))]
#[test]
fn conditions_live_in_statics() {
    static CONDITION: Condition = Condition::new();
    static LOCK: Lock<u8> = Lock::new(1);
    let mut task = queued(CONDITION.wait(LOCK.try_lock().unwrap()));
    assert_eq!(CONDITION.notify_one(), 1);
    assert_eq!(*task.ready(), 1);
    assert_eq!(Condition::default().waiters(), 0);
}

#[test]
fn a_wait_releases_the_lock_and_owns_it_again_when_it_returns() {
    let (lock, condition) = (Lock::new(1), Condition::new());
    let mut tasks = waiting(&lock, &condition, 1);
    *lock.try_lock().expect("the wait released the lock") += 1;
    condition.notify_one();
    let guard = tasks[0].ready();
    assert_eq!(*guard, 2);
    assert!(lock.is_locked());
    drop(guard);
    assert!(!lock.is_locked());
}

#[test]
fn a_wait_owns_the_lock_until_it_is_polled() {
    let (lock, condition) = (Lock::new(()), Condition::new());
    let mut next = Task::new(lock.lock());
    let wait = condition.wait(lock.try_lock().unwrap());
    assert_pending!(next.poll());
    assert_eq!(condition.waiters(), 0);
    drop(wait);
    assert!(next.is_woken(), "an unpolled wait that is dropped releases the lock");
    drop(next.ready());
    assert!(!lock.is_locked());
}

#[test]
fn a_wait_has_begun_before_the_next_owner_can_notify() {
    let (lock, condition) = (Lock::new(()), Condition::new());
    let guard = lock.try_lock().unwrap();
    let mut next = queued(lock.lock());
    let mut wait = queued(condition.wait(guard));
    drop(next.ready());
    assert_eq!(condition.notify_one(), 1);
    drop(wait.ready());
}

#[test]
fn a_wait_has_begun_before_the_lock_is_released() {
    let (lock, condition) = (leak(Lock::new(())), leak(Condition::new()));
    // The next owner notifies as soon as it is woken, which is inside the poll that releases the lock.
    let waker = CountingWaker::reentrant(Call::Wake, || assert_eq!(condition.notify_one(), 1));
    let guard = lock.try_lock().unwrap();
    let mut next = Task::with_waker(lock.lock(), waker);
    assert_pending!(next.poll());
    let mut wait = queued(condition.wait(guard));
    assert!(wait.is_woken());
    drop(next.ready());
    drop(wait.ready());
}

#[test]
fn a_wait_ends_only_by_a_notification() {
    let (lock, condition) = (Lock::new(()), Condition::new());
    let mut tasks = waiting(&lock, &condition, 1);
    for _ in 0..3 {
        drop(lock.try_lock().unwrap());
        assert!(!tasks[0].is_woken());
        assert_pending!(tasks[0].poll());
    }
    assert_eq!(condition.waiters(), 1);
}

#[test]
fn notifications_are_not_stored() {
    let (lock, condition) = (Lock::new(()), Condition::new());
    assert_eq!((condition.notify_one(), condition.notify(3), condition.notify_all()), (0, 0, 0));
    let tasks = waiting(&lock, &condition, 1);
    assert_eq!(woken(&tasks), []);
}

#[test]
fn notify_returns_the_number_of_waiters_reached() {
    let (lock, condition) = (Lock::new(()), Condition::new());
    let mut tasks = waiting(&lock, &condition, 6);
    assert_eq!(condition.notify(0), 0);
    assert_eq!(condition.notify_one(), 1);
    assert_eq!(condition.notify(2), 2);
    assert_eq!(condition.notify(9), 3);
    assert_eq!(condition.notify_all(), 0);
    run_woken(&mut tasks, drop);
    assert!(tasks.is_empty());
}

#[test]
fn notify_all_returns_the_number_of_waiters_reached_also_beyond_a_batch() {
    let (lock, condition) = (Lock::new(()), Condition::new());
    let _tasks = waiting(&lock, &condition, CROWD);
    assert_eq!(condition.notify_all(), CROWD);
}

#[test]
fn the_lock_need_not_be_owned_to_notify() {
    let (lock, condition) = (Lock::new(()), Condition::new());
    let mut tasks = waiting(&lock, &condition, 2);
    assert!(!lock.is_locked());
    assert_eq!(condition.notify_one(), 1);
    drop(tasks[0].ready());
    let owner = lock.try_lock().unwrap();
    assert_eq!(condition.notify_one(), 1, "the notifier need not be the owner");
    drop(owner);
    drop(tasks[1].ready());
}

#[test]
fn waiters_counts_those_that_are_not_notified() {
    let (lock, condition) = (Lock::new(()), Condition::new());
    let mut tasks = waiting(&lock, &condition, 4);
    condition.notify_one();
    assert_eq!(condition.waiters(), 3);
    drop(tasks.remove(0).ready());
    tasks.remove(0).cancel();
    assert_eq!(condition.waiters(), 2);
    let guard = lock.try_lock().unwrap();
    condition.notify_one_with(&guard);
    assert_eq!((condition.waiters(), lock.waiters()), (1, 1), "the requeued wait waits for the lock now");
}

#[test]
fn notify_all_with_the_lock_free_wastes_no_wake() {
    let (lock, condition) = (Lock::new(()), Condition::new());
    let mut tasks = waiting(&lock, &condition, CROWD);
    condition.notify_all();
    for task in &mut tasks {
        assert!(task.is_woken());
        drop(task.ready());
        assert_eq!(task.wakes(), 1);
    }
}

#[test]
fn conditions_may_share_a_lock() {
    let lock = Lock::new(());
    let (full, empty) = (Condition::new(), Condition::new());
    let mut on_full = waiting(&lock, &full, 1);
    let mut on_empty = waiting(&lock, &empty, 1);
    assert_eq!(full.notify_all(), 1);
    drop(on_full[0].ready());
    assert!(!on_empty[0].is_woken());
    assert_eq!(empty.notify_all(), 1);
    drop(on_empty[0].ready());
}

#[test]
fn waits_with_different_locks_may_share_a_condition() {
    let locks = [Lock::new(0), Lock::new(1)];
    let condition = Condition::new();
    let mut tasks: Vec<_> =
        (0..6).map(|name| queued(condition.wait(locks[name % 2].try_lock().unwrap()))).collect();
    condition.notify_all();
    let mut seen = Vec::new();
    run_woken(&mut tasks, |guard| seen.push(*guard));
    assert!(tasks.is_empty());
    seen.sort_unstable();
    assert_eq!(seen, [0, 0, 0, 1, 1, 1]);
    assert!(locks.iter().all(|lock| !lock.is_locked() && lock.waiters() == 0));
}

#[test]
fn waits_with_owned_and_with_bypassing_locks_work_alike() {
    let condition = Condition::new();
    let owned = Arc::new(Lock::new(1));
    let fast = Lock::with_bypass(2, 3);
    let mut first = queued(condition.wait(owned.clone().try_lock_owned().unwrap()));
    let mut second = queued(condition.wait(fast.try_lock().unwrap()));
    let overtaking = fast.try_lock().unwrap();
    assert_eq!(condition.notify_all(), 2);
    assert_eq!(*first.ready(), 1);
    assert!(second.is_woken());
    assert_pending!(second.poll());
    drop(overtaking);
    assert!(second.is_woken() && !fast.is_locked(), "the wait may still be overtaken");
    assert_eq!(*second.ready(), 2);
    drop((first, second));
    assert_eq!(Arc::strong_count(&owned), 1);
}

#[test]
fn a_future_knows_when_it_is_terminated() {
    let (lock, condition) = (Lock::new(()), Condition::new());
    let mut tasks = waiting(&lock, &condition, 1);
    condition.notify_one();
    assert!(!tasks[0].future().is_terminated());
    drop(tasks[0].ready());
    assert!(tasks[0].future().is_terminated());
}
