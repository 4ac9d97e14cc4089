//! A notified wait that is not polled.

use super::*;

#[test]
fn a_notified_wait_that_is_not_polled_keeps_no_other_asleep() {
    let (lock, condition) = (Lock::new(()), Condition::new());
    let mut tasks = waiting(&lock, &condition, CROWD);
    assert_eq!(condition.notify_all(), CROWD);
    assert_eq!(woken(&tasks), Vec::from_iter(0..CROWD));
    for task in &mut tasks[1..] {
        drop(task.ready());
    }
    assert!(!lock.is_locked());
    drop(tasks[0].ready());
}

#[test]
fn a_notified_wait_that_is_not_polled_keeps_none_with_another_lock_asleep() {
    let (locks, condition) = ([Lock::new(()), Lock::new(())], Condition::new());
    let aside = queued(condition.wait(locks[0].try_lock().unwrap()));
    let mut other = queued(condition.wait(locks[1].try_lock().unwrap()));
    assert_eq!(condition.notify_all(), 2);
    assert!(other.is_woken());
    drop(other.ready());
    drop(aside);
}

#[test]
fn a_forgotten_notified_wait_keeps_no_other_asleep() {
    let (lock, condition) = (Lock::new(()), Condition::new());
    queued(condition.wait(lock.try_lock().unwrap())).forget();
    let mut tasks = waiting(&lock, &condition, 2);
    assert_eq!(condition.notify_all(), 3);
    run_woken(&mut tasks, drop);
    assert!(tasks.is_empty());
}

#[test]
fn a_notified_wait_that_is_polled_only_after_another_one_ended_does_not_deadlock() {
    let (lock, condition, done) = (Lock::new(()), Condition::new(), Event::new());
    // This wait is not polled until the other one has ended.
    let mut aside = queued(condition.wait(lock.try_lock().unwrap()));
    let mut other = queued(async {
        drop(condition.wait(lock.try_lock().unwrap()).await);
        done.set();
    });
    condition.notify_all();
    let mut first = queued(done.wait());
    other.ready();
    first.ready();
    drop(aside.ready());
}

#[test]
fn a_requeued_wait_that_is_not_polled_holds_up_the_lock_until_it_is_dropped() {
    let (lock, condition) = (Lock::new(()), Condition::new());
    let mut tasks = waiting(&lock, &condition, 2);
    condition.notify_all_with(&lock.try_lock().unwrap());
    assert!(tasks[0].is_woken() && !tasks[1].is_woken());
    assert!(lock.try_lock().is_none(), "the lock is handed to the requeued wait");
    tasks.remove(0).cancel();
    drop(tasks[0].ready());
}
