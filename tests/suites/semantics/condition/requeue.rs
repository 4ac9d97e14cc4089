//! A notifier that owns the lock moves the waiters to it.

use super::*;

#[test]
fn notify_all_with_wakes_each_once_and_only_when_it_owns_the_lock() {
    let (lock, condition) = (Lock::new(()), Condition::new());
    let mut tasks = waiting(&lock, &condition, CROWD);
    let owner = lock.try_lock().unwrap();
    assert_eq!(condition.notify_all_with(&owner), CROWD);
    assert_eq!(woken(&tasks), []);
    assert_eq!((condition.waiters(), lock.waiters()), (0, CROWD));
    drop(owner);
    for task in &mut tasks {
        assert!(task.is_woken());
        drop(task.ready());
        assert_eq!(task.wakes(), 1);
    }
    assert!(!lock.is_locked());
}

#[test]
fn requeued_waiters_queue_behind_those_who_wait_for_the_lock() {
    let (lock, condition) = (Lock::new(()), Condition::new());
    let mut tasks = waiting(&lock, &condition, 1);
    let owner = lock.try_lock().unwrap();
    let mut earlier = queued(lock.lock());
    condition.notify_one_with(&owner);
    let mut later = queued(lock.lock());
    drop(owner);
    drop(earlier.ready());
    drop(tasks[0].ready());
    drop(later.ready());
}

#[test]
fn notify_with_reaches_as_many_as_notify() {
    let (lock, condition) = (Lock::new(()), Condition::new());
    let mut tasks = waiting(&lock, &condition, 5);
    let owner = lock.try_lock().unwrap();
    assert_eq!(condition.notify_with(0, &owner), 0);
    assert_eq!(condition.notify_one_with(&owner), 1);
    assert_eq!(condition.notify_with(2, &owner), 2);
    assert_eq!((condition.waiters(), lock.waiters()), (2, 3));
    drop(owner);
    run_woken(&mut tasks, drop);
    assert_eq!(tasks.len(), 2);
}

#[test]
fn notify_all_with_a_guard_notifies_waits_with_other_locks_directly() {
    let locks = [Lock::new(0), Lock::new(1)];
    let condition = Condition::new();
    let mut tasks: Vec<_> =
        (0..6).map(|name| queued(condition.wait(locks[name % 2].try_lock().unwrap()))).collect();
    let owner = locks[0].try_lock().unwrap();
    assert_eq!(condition.notify_all_with(&owner), 6);
    assert_eq!((locks[0].waiters(), locks[1].waiters()), (3, 0));
    for name in [1, 3, 5] {
        assert_eq!(*tasks[name].ready(), 1);
    }
    drop(owner);
    for name in [0, 2, 4] {
        assert_eq!(*tasks[name].ready(), 0);
    }
}

#[test]
fn a_requeued_wait_that_is_dropped_leaves_the_lock_to_those_behind_it() {
    let (lock, condition) = (Lock::new(()), Condition::new());
    let mut tasks = waiting(&lock, &condition, 3);
    let owner = lock.try_lock().unwrap();
    condition.notify_all_with(&owner);
    tasks.remove(1).cancel();
    drop(owner);
    tasks.remove(0).cancel();
    drop(tasks[0].ready());
    assert_eq!((lock.is_locked(), lock.waiters(), condition.waiters()), (false, 0, 0));
}

#[test]
fn a_requeued_wait_that_is_dropped_forwards_a_notification_of_one() {
    let (lock, condition) = (Lock::new(()), Condition::new());
    for owns in [false, true] {
        let mut tasks = waiting(&lock, &condition, 2);
        let owner = lock.try_lock().unwrap();
        condition.notify_one_with(&owner);
        let owner = (!owns).then_some(owner);
        tasks.remove(0).cancel();
        drop(owner);
        assert!(tasks[0].is_woken());
        drop(tasks[0].ready());
    }
}

#[test]
fn a_dropped_wait_forwards_its_notification_although_its_unlock_panics() {
    let (lock, condition) = (Lock::new(()), Condition::new());
    let mut tasks = waiting(&lock, &condition, 2);
    let owner = lock.try_lock().unwrap();
    condition.notify_one_with(&owner);
    drop(owner);
    // The first wait owns the lock now. Its unlock wakes this one.
    let mut broken = Task::with_waker(lock.lock(), CountingWaker::panicking(Call::Wake));
    assert_pending!(broken.poll());
    let owning = tasks.remove(0);
    assert!(panic_of(|| owning.cancel()).contains("panic"));
    assert!(tasks[0].is_woken());
    drop(broken);
    drop(tasks[0].ready());
}

#[test]
fn a_requeued_wait_is_served_by_a_lock_with_bypass_too() {
    let (lock, condition) = (Lock::with_bypass(0, 1), Condition::new());
    let mut tasks = waiting(&lock, &condition, 2);
    let owner = lock.try_lock().unwrap();
    condition.notify_all_with(&owner);
    drop(owner);
    assert!(!lock.is_locked() && tasks[0].is_woken() && !tasks[1].is_woken());
    drop(lock.try_lock().expect("one arrival may overtake"));
    assert!(lock.is_locked(), "the lock is handed over after that");
    drop(tasks[0].ready());
    drop(tasks[1].ready());
}
