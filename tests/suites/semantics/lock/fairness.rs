//! The order in which waiters get the lock.

use super::*;

#[test]
fn promise_2_the_longest_waiter_gets_it_next() {
    let lock = Lock::new(());
    let (owner, mut tasks) = contended(&lock, 20);
    let mut owner = Some(owner);
    while !tasks.is_empty() {
        drop(owner.take());
        let woken: Vec<bool> = tasks.iter().map(Task::is_woken).collect();
        assert!(woken[0] && !woken[1..].contains(&true), "{woken:?}");
        owner = Some(tasks.remove(0).ready());
    }
}

#[test]
fn promise_2_nobody_overtakes_a_waiter() {
    let lock = Lock::new(());
    let (owner, mut tasks) = contended(&lock, 1);
    assert!(lock.try_lock().is_none());
    drop(owner);
    // The lock is handed over, although the waiter has not been polled yet.
    assert!(lock.is_locked());
    assert!(lock.try_lock().is_none());
    let mut late = queued(lock.lock());
    drop(tasks[0].ready());
    assert!(lock.try_lock().is_none(), "the late waiter owns the lock now");
    drop(late.ready());
    assert!(lock.try_lock().is_some());
}

#[test]
fn promise_2_an_owner_that_locks_again_goes_to_the_back() {
    let lock = Lock::new(());
    let (owner, mut tasks) = contended(&lock, 2);
    drop(owner);
    tasks.push(queued(lock.lock()));
    for mut task in tasks {
        drop(task.ready());
    }
}

#[test]
fn is_locked_does_not_flicker_while_others_wait() {
    let lock = Lock::new(());
    let (owner, mut tasks) = contended(&lock, 3);
    drop(owner);
    while let Some(mut task) = (!tasks.is_empty()).then(|| tasks.remove(0)) {
        assert!(lock.is_locked());
        drop(task.ready());
    }
    assert!(!lock.is_locked());
}
