//! Bounded and unbounded overtaking.

use super::*;

/// Returns how often `overtake` succeeds before the lock is handed over to a waiter that is not polled.
fn overtakes(limit: u16, mut overtake: impl FnMut(&Lock<()>) -> bool) -> usize {
    let lock = Lock::with_bypass((), limit);
    let owner = lock.try_lock().unwrap();
    let mut first = queued(lock.lock());
    drop(owner);
    let count = (0..).take_while(|_| overtake(&lock)).count();
    assert!(lock.is_locked(), "the lock is handed over");
    drop(first.ready());
    assert!(!lock.is_locked());
    count
}

#[test]
fn bypass_lets_exactly_limit_try_locks_overtake() {
    for limit in [0, 1, 2, 3, 17, 100] {
        assert_eq!(overtakes(limit, |lock| lock.try_lock().is_some()), usize::from(limit));
    }
}

#[test]
fn bypass_lets_exactly_limit_locks_overtake() {
    for limit in [0, 1, 2, 3, 17, 100] {
        let count = overtakes(limit, |lock| Task::new(lock.lock()).poll().is_ready());
        assert_eq!(count, usize::from(limit));
    }
}

#[test]
fn bypass_at_the_highest_limit_still_hands_over() {
    let limit = Lock::<()>::MAX_BYPASS;
    assert_eq!(overtakes(limit, |lock| lock.try_lock().is_some()), usize::from(limit));
}

#[test]
fn bypass_leaves_the_lock_free_and_wakes_the_first_waiter_once() {
    let lock = Lock::with_bypass((), 5);
    let (owner, tasks) = contended(&lock, 2);
    drop(owner);
    assert!(!lock.is_locked());
    assert_eq!((tasks[0].wakes(), tasks[1].wakes()), (1, 0));
    for _ in 0..3 {
        drop(lock.try_lock().expect("the lock is free"));
    }
    assert_eq!((tasks[0].wakes(), tasks[1].wakes()), (1, 0), "the first waiter was woken already");
}

#[test]
fn bypass_the_first_waiter_takes_a_free_lock_when_it_runs() {
    let lock = Lock::with_bypass((), 5);
    let (owner, mut tasks) = contended(&lock, 1);
    drop(owner);
    let guard = tasks[0].ready();
    assert!(lock.is_locked() && lock.try_lock().is_none());
    drop(guard);
    assert!(!lock.is_locked());
}

#[test]
fn bypass_an_overtaken_waiter_is_woken_again() {
    let lock = Lock::with_bypass((), 5);
    let (owner, mut tasks) = contended(&lock, 1);
    drop(owner);
    for wakes in 1..4 {
        let overtaking = lock.try_lock().unwrap();
        assert_eq!(tasks[0].wakes(), wakes);
        assert_pending!(tasks[0].poll());
        drop(overtaking);
        assert_eq!(tasks[0].wakes(), wakes + 1);
    }
    drop(tasks[0].ready());
}

#[test]
fn bypass_counts_on_while_the_first_waiter_looks_in_vain() {
    let lock = Lock::with_bypass((), 3);
    let (owner, mut tasks) = contended(&lock, 1);
    drop(owner);
    for _ in 0..3 {
        let overtaking = lock.try_lock().expect("below the limit");
        assert_pending!(tasks[0].poll());
        drop(overtaking);
    }
    assert!(lock.is_locked(), "the lock is handed over after three");
    drop(tasks[0].ready());
}

#[test]
fn bypass_a_queued_waiter_that_is_polled_takes_the_free_lock_wherever_it_stands() {
    let lock = Lock::with_bypass((), 1);
    let (owner, mut tasks) = contended(&lock, 3);
    drop(owner);
    let guard = tasks[2].ready();
    assert_eq!(lock.waiters(), 2);
    drop(guard);
    assert!(lock.is_locked(), "one waiter may overtake: the lock is handed to the first one now");
    assert_pending!(tasks[1].poll());
    drop(tasks[0].ready());
    drop(tasks[1].ready());
    assert!(!lock.is_locked());
}

#[test]
fn an_unbounded_bypass_lets_any_number_past_a_waiter_that_is_not_polled() {
    let lock = Lock::with_unbounded_bypass(0_u32);
    let owner = lock.try_lock().unwrap();
    let mut aside = queued(lock.lock());
    drop(owner);
    // More times than the counter of a bounded bypass can count.
    for _ in 0..3 * u32::from(Lock::<u32>::MAX_BYPASS) {
        *lock.try_lock().expect("the lock is free") += 1;
    }
    *Task::new(lock.lock()).ready() += 1;
    assert_eq!((lock.is_locked(), lock.waiters()), (false, 1));
    assert_eq!(*aside.ready(), 3 * u32::from(Lock::<u32>::MAX_BYPASS) + 1);
}

#[test]
fn an_unbounded_bypass_is_a_way_out_of_a_futurelock() {
    // RFD 609: a task that polls one wait for a lock and then awaits another wait for the same lock.
    let lock = Lock::with_unbounded_bypass(());
    let owner = lock.try_lock().unwrap();
    let aside = queued(lock.lock());
    let mut again = queued(lock.lock());
    drop(owner);
    assert!(aside.is_woken(), "its task is woken, and polls the other wait");
    drop(again.ready());
    drop(aside);
    assert!(lock.try_lock().is_some());
}

#[test]
fn bypass_does_not_count_what_happens_while_nobody_waits() {
    let lock = Lock::with_bypass((), 2);
    for _ in 0..10 {
        drop(lock.try_lock().unwrap());
        drop(Task::new(lock.lock()).ready());
    }
    let (owner, mut tasks) = contended(&lock, 1);
    drop(owner);
    for _ in 0..2 {
        drop(lock.try_lock().expect("two overtake: earlier ones do not count"));
    }
    assert!(lock.try_lock().is_none());
    drop(tasks[0].ready());
}

#[test]
fn bypass_each_first_waiter_is_counted_afresh() {
    let lock = Lock::with_bypass((), 2);
    let (mut owner, mut tasks) = contended(&lock, 3);
    while !tasks.is_empty() {
        drop(owner);
        for _ in 0..2 {
            drop(lock.try_lock().expect("two overtake each first waiter"));
        }
        assert!(lock.try_lock().is_none());
        owner = tasks.remove(0).ready();
    }
}

#[test]
fn bypass_the_first_waiter_stays_counted_when_one_behind_it_is_dropped() {
    for looks_in_vain in [false, true] {
        let lock = Lock::with_bypass((), 2);
        let (owner, mut tasks) = contended(&lock, 2);
        drop(owner);
        let overtaking = lock.try_lock().expect("below the limit");
        if looks_in_vain {
            assert_pending!(tasks[0].poll());
        }
        tasks.remove(1).cancel();
        drop(overtaking);
        drop(lock.try_lock().expect("below the limit"));
        assert!(lock.try_lock().is_none(), "the lock is handed over after two");
        drop(tasks[0].ready());
    }
}

#[test]
fn bypass_an_arrival_overtakes_by_its_last_look_too() {
    let lock: &'static Lock<()> = leak(Lock::with_bypass((), 1));
    let owner = Mutex::new(lock.try_lock());
    let mut first = queued(lock.lock());
    let unlocking = CountingWaker::reentrant(Call::Clone, move || drop(owner.lock().unwrap().take()));
    let overtaking = Task::with_waker(lock.lock(), unlocking).ready();
    assert!(first.is_woken() && lock.is_locked());
    drop(overtaking);
    assert!(lock.is_locked(), "the lock is handed over after one");
    drop(first.ready());
}

#[test]
fn bypass_a_woken_waiter_that_is_dropped_wakes_the_next() {
    let lock = Lock::with_bypass((), 5);
    let (owner, mut tasks) = contended(&lock, 3);
    drop(owner);
    for _ in 0..2 {
        let head = tasks.remove(0);
        assert!(head.is_woken() && !tasks[0].is_woken());
        head.cancel();
    }
    assert!(tasks[0].is_woken());
    drop(tasks[0].ready());
}

#[test]
fn bypass_a_woken_waiter_that_was_the_only_one_leaves_no_mark_when_it_is_dropped() {
    let lock = Lock::with_bypass((), 5);
    let (owner, mut tasks) = contended(&lock, 1);
    drop(owner);
    tasks.remove(0).cancel();
    let (owner, mut tasks) = contended(&lock, 1);
    drop(owner);
    assert!(tasks[0].is_woken(), "the earlier wake was for the cancelled waiter");
    drop(tasks[0].ready());
}

#[test]
fn bypass_a_woken_waiter_that_is_dropped_while_it_is_overtaken_costs_no_wake() {
    let lock = Lock::with_bypass((), 5);
    let (owner, mut tasks) = contended(&lock, 2);
    drop(owner);
    let overtaking = lock.try_lock().unwrap();
    tasks.remove(0).cancel();
    assert!(!tasks[0].is_woken());
    assert!(lock.is_locked() && lock.try_lock().is_none());
    drop(overtaking);
    assert!(tasks[0].is_woken());
    drop(tasks[0].ready());
    assert!(!lock.is_locked());
}

#[test]
fn bypass_a_handed_over_lock_that_is_not_taken_goes_on() {
    let lock = Lock::with_bypass((), 1);
    let (owner, mut tasks) = contended(&lock, 2);
    drop(owner);
    drop(lock.try_lock().expect("one waiter may overtake"));
    assert!(lock.is_locked(), "the lock is handed over");
    tasks.remove(0).cancel();
    assert!(tasks[0].is_woken());
    drop(tasks[0].ready());
    assert!(!lock.is_locked());
}

#[test]
fn bypass_of_zero_is_a_fair_lock() {
    let lock = Lock::with_bypass((), 0);
    let (owner, mut tasks) = contended(&lock, 1);
    drop(owner);
    assert!(lock.is_locked() && lock.try_lock().is_none());
    drop(assert_ready!(tasks[0].poll()));
}
