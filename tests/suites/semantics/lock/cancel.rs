//! Dropped waits, forgotten guards, and panics.

use super::*;

#[test]
fn promise_1_a_grant_goes_on_when_its_waiter_is_dropped() {
    let lock = Lock::new(());
    let (owner, mut tasks) = contended(&lock, 3);
    drop(owner);
    for _ in 0..2 {
        let head = tasks.remove(0);
        assert!(head.is_woken() && !tasks[0].is_woken());
        head.cancel();
    }
    assert!(tasks[0].is_woken());
    drop(tasks[0].ready());
    assert!(!lock.is_locked());
}

#[test]
fn promise_1_a_grant_that_nobody_is_left_to_take_frees_the_lock() {
    let lock = Lock::new(());
    let (owner, tasks) = contended(&lock, 2);
    drop(owner);
    drop(tasks);
    assert!(!lock.is_locked());
    assert_eq!(lock.waiters(), 0);
    assert!(lock.try_lock().is_some());
}

#[test]
fn promise_1_cancelling_before_the_grant_leaves_the_others_their_places() {
    for dropped in 0..4 {
        let lock = Lock::new(());
        let (owner, mut tasks) = contended(&lock, 4);
        tasks.remove(dropped).cancel();
        drop(owner);
        for mut task in tasks {
            assert!(task.is_woken());
            drop(task.ready());
        }
        assert!(!lock.is_locked());
    }
}

#[test]
fn promise_4_cancelling_takes_the_same_time_however_many_wait() {
    cost::cancelling_is_constant(|| {
        let lock: &'static Lock<()> = leak(Lock::new(()));
        core::mem::forget(lock.try_lock());
        move || lock.lock()
    });
}

#[test]
fn promise_7_a_future_may_be_dropped_in_any_state() {
    let lock = Lock::new(());
    drop(lock.lock());
    let owner = lock.try_lock().unwrap();
    queued(lock.lock()).cancel();
    let granted = queued(lock.lock());
    drop(owner);
    granted.cancel();
    let mut done = Task::new(lock.lock());
    let guard = done.ready();
    done.cancel();
    assert!(lock.is_locked(), "the guard outlives the future that returned it");
    drop(guard);
    assert!(!lock.is_locked());
}

#[test]
fn promise_7_a_forgotten_guard_keeps_the_lock_locked() {
    let lock = Lock::new(1);
    core::mem::forget(lock.try_lock());
    assert!(lock.is_locked() && lock.try_lock().is_none());
    queued(lock.lock()).cancel();
    assert_eq!(lock.into_inner(), 1);
}

#[test]
fn promise_7_a_lock_may_move_while_nobody_borrows_it_although_a_waiter_was_forgotten() {
    let lock = Lock::new(());
    core::mem::forget(lock.try_lock());
    queued(lock.lock()).forget();
    let moved = Box::new(lock);
    assert_eq!(moved.waiters(), 1);
    let mut task = queued(moved.lock());
    assert_pending!(task.poll());
    task.cancel();
    assert_eq!(moved.waiters(), 1);
}

#[test]
fn promise_11_a_panic_in_a_critical_section_unlocks_without_poison() {
    let lock = Lock::new(1);
    let mut task = Task::new(lock.lock());
    panic_of(|| {
        let mut guard = lock.try_lock().unwrap();
        *guard = 2;
        assert_pending!(task.poll());
        panic!("a panic in the critical section");
    });
    assert!(task.is_woken());
    assert_eq!(*task.ready(), 2);
}
