//! [`Lock`], its guards, and bounded overtaking.

use core::fmt::Display;
use std::sync::{Arc, Mutex};

use anywake_core::{Lock, LockGuard, MappedGuard, OwnedLockGuard, lock::LockFuture};
use anywake_tests::{
    Call, CountingWaker, Task, assert_pending, assert_ready, leak, panic_of, queue_up, queued,
};
use futures_util::future::FusedFuture;

use crate::cost;

/// Who owns a lock, and who waits for it.
type Contended<'a> = (LockGuard<'a, ()>, Vec<Task<LockFuture<'a, ()>>>);

fn contended(lock: &Lock<()>, waiters: usize) -> Contended<'_> {
    let owner = lock.try_lock().expect("a lock that nobody owns");
    (owner, queue_up(waiters, || lock.lock()))
}

#[test]
fn a_new_lock_is_free() {
    let lock = Lock::new(7);
    assert!(!lock.is_locked());
    assert_eq!(lock.waiters(), 0);
    assert_eq!(*lock.try_lock().expect("free"), 7);
}

#[test]
fn a_guard_gives_access_and_unlocks_when_dropped() {
    let lock = Lock::new(1);
    let mut guard = lock.try_lock().unwrap();
    *guard += 1;
    assert_eq!(*guard, 2);
    assert!(lock.is_locked());
    drop(guard);
    assert!(!lock.is_locked());
    assert_eq!(lock.into_inner(), 2);
}

#[test]
fn an_uncontended_lock_does_not_touch_the_waker() {
    let lock = Lock::new(());
    let waker = CountingWaker::new();
    let mut task = Task::with_waker(lock.lock(), waker.clone());
    let _guard = task.ready();
    assert_eq!(waker.count(Call::Clone), 0);
}

#[test]
fn get_mut_and_into_inner_need_no_locking() {
    let mut lock = Lock::new(String::from("a"));
    lock.get_mut().push('b');
    assert_eq!(lock.into_inner(), "ab");
}

#[test]
fn locks_live_in_statics() {
    static FAIR: Lock<u8> = Lock::new(1);
    static FAST: Lock<u8> = Lock::with_bypass(2, Lock::<u8>::MAX_BYPASS);
    assert_eq!((*FAIR.try_lock().unwrap(), *FAST.try_lock().unwrap()), (1, 2));
}

#[test]
fn default_and_from_make_free_locks() {
    assert_eq!(Lock::<u8>::default().into_inner(), 0);
    let lock = Lock::from("value");
    assert!(!lock.is_locked());
    assert_eq!(lock.into_inner(), "value");
}

#[test]
fn the_value_may_be_unsized() {
    let lock: &Lock<[u8]> = &Lock::new([1, 2, 3]);
    lock.try_lock().unwrap()[1] = 9;
    assert_eq!(lock.try_lock().unwrap().to_vec(), [1, 9, 3]);
    let lock: Arc<Lock<dyn Display + Send>> = Arc::new(Lock::new(5));
    assert_eq!(Task::new(lock.lock_owned()).ready().to_string(), "5");
}

#[test]
fn waiters_counts_those_who_wait_and_not_the_owner() {
    let lock = Lock::new(());
    let (owner, mut tasks) = contended(&lock, 3);
    assert_eq!(lock.waiters(), 3);
    tasks.remove(1).cancel();
    assert_eq!(lock.waiters(), 2);
    drop(owner);
    assert_eq!(lock.waiters(), 1);
}

#[test]
fn a_future_takes_its_place_when_it_is_first_polled() {
    let lock = Lock::new(());
    let owner = lock.try_lock().unwrap();
    let mut made_first = Task::new(lock.lock());
    let mut polled_first = queued(lock.lock());
    assert_eq!(lock.waiters(), 1);
    assert_pending!(made_first.poll());
    drop(owner);
    assert!(polled_first.is_woken() && !made_first.is_woken());
    drop(polled_first.ready());
    drop(made_first.ready());
}

#[test]
fn a_future_that_was_never_polled_asks_for_nothing() {
    let lock = Lock::new(());
    let future = lock.lock();
    assert!(!lock.is_locked());
    drop(future);
    assert!(lock.try_lock().is_some());
}

#[test]
fn a_future_knows_when_it_is_terminated() {
    let lock = Lock::new(());
    let owner = lock.try_lock().unwrap();
    let mut task = Task::new(lock.lock());
    assert!(!task.future().is_terminated());
    assert_pending!(task.poll());
    drop(owner);
    assert!(!task.future().is_terminated());
    let _guard = task.ready();
    assert!(task.future().is_terminated());
}

#[test]
fn a_future_polled_after_its_end_panics_and_changes_nothing() {
    let lock = Lock::new(());
    let mut task = Task::new(lock.lock());
    drop(task.ready());
    assert!(panic_of(|| task.poll()).contains("polled after it had completed"));
    drop(task);
    assert!(!lock.is_locked());
    assert!(lock.try_lock().is_some());
}

#[test]
fn a_spurious_poll_neither_takes_nor_loses_a_place() {
    let lock = Lock::new(());
    let (owner, mut tasks) = contended(&lock, 2);
    assert_pending!(tasks[1].poll());
    assert_pending!(tasks[0].poll());
    assert_eq!(lock.waiters(), 2);
    drop(owner);
    assert!(tasks[0].is_woken() && !tasks[1].is_woken());
}

#[test]
fn a_guard_knows_its_lock() {
    let (one, other) = (Lock::new(1), Lock::new(1));
    let guard = one.try_lock().unwrap();
    assert!(core::ptr::eq(LockGuard::lock(&guard), &one));
    assert!(!core::ptr::eq(LockGuard::lock(&guard), &other));
}

#[test]
fn a_mapped_guard_reaches_its_part_and_keeps_the_lock() {
    let lock = Lock::new(((1, 2), "three"));
    let pair = LockGuard::map(lock.try_lock().unwrap(), |value| &mut value.0);
    let mut second = MappedGuard::map(pair, |pair| &mut pair.1);
    *second = 5;
    assert_eq!(*second, 5);
    assert!(lock.is_locked() && lock.try_lock().is_none());
    drop(second);
    assert_eq!(lock.into_inner(), ((1, 5), "three"));
}

#[test]
fn try_map_gives_the_guard_back_if_there_is_no_such_part() {
    let lock = Lock::new(vec![vec![1]]);
    let guard = lock.try_lock().unwrap();
    let guard = LockGuard::try_map(guard, |rows| rows.get_mut(1)).expect_err("there is one row");
    assert_eq!(guard.len(), 1);
    let row = LockGuard::try_map(guard, |rows| rows.get_mut(0)).expect("there is one row");
    let row = MappedGuard::try_map(row, |row| row.get_mut(7)).expect_err("it has one cell");
    let mut cell = MappedGuard::try_map(row, |row| row.get_mut(0)).expect("it has one cell");
    *cell = 4;
    assert!(lock.is_locked());
    drop(cell);
    assert_eq!(lock.into_inner(), [[4]]);
}

#[test]
fn dropping_a_mapped_guard_hands_over_like_any_other() {
    let lock = Lock::new((1, 2));
    let mapped = LockGuard::map(lock.try_lock().unwrap(), |pair| &mut pair.0);
    let mut task = queued(lock.lock());
    drop(mapped);
    assert!(task.is_woken() && lock.is_locked());
    assert_eq!(*task.ready(), (1, 2));
}

#[test]
fn a_panic_while_mapping_unlocks() {
    let lock = Lock::new(1);
    panic_of(|| LockGuard::map(lock.try_lock().unwrap(), |_| -> &mut u8 { panic!("no part") }));
    assert!(!lock.is_locked());
}

#[test]
fn owned_guards_keep_the_lock_alive_and_change_threads() {
    let lock = Arc::new(Lock::new(vec![1]));
    let weak = Arc::downgrade(&lock);
    let mut guard = Task::new(lock.lock_owned()).ready();
    let guard = std::thread::spawn(move || {
        guard.push(2);
        guard
    });
    let guard = guard.join().unwrap();
    assert!(weak.upgrade().is_some_and(|lock| lock.is_locked()));
    assert_eq!(*guard, [1, 2]);
    drop(guard);
    assert!(weak.upgrade().is_none());
}

#[test]
fn an_owned_mapped_guard_keeps_the_lock_alive() {
    let lock = Arc::new(Lock::new((1, 2)));
    let weak = Arc::downgrade(&lock);
    let mut part = OwnedLockGuard::map(lock.try_lock_owned().unwrap(), |pair| &mut pair.1);
    *part += 1;
    assert_eq!(*part, 3);
    assert!(weak.upgrade().is_some_and(|lock| lock.is_locked()));
    drop(part);
    assert!(weak.upgrade().is_none());
}

#[test]
fn try_lock_owned_fails_while_it_is_owned() {
    let lock = Arc::new(Lock::new(()));
    let guard = lock.clone().try_lock_owned().unwrap();
    assert!(lock.clone().try_lock_owned().is_none());
    drop(guard);
    assert!(lock.try_lock_owned().is_some());
}

#[test]
fn owned_and_borrowed_waits_stand_in_one_queue() {
    let lock = Arc::new(Lock::new(()));
    let owner = lock.try_lock().unwrap();
    let mut first = queued(lock.clone().lock_owned());
    let mut second = queued(lock.lock());
    drop(owner);
    assert!(first.is_woken() && !second.is_woken());
    drop(first.ready());
    drop(second.ready());
}

#[test]
fn a_cancelled_owned_wait_lets_go_of_the_lock() {
    let lock = Arc::new(Lock::new(()));
    let owner = lock.clone().try_lock_owned().unwrap();
    let task = queued(lock.clone().lock_owned());
    assert_eq!(Arc::strong_count(&lock), 3);
    task.cancel();
    assert_eq!((Arc::strong_count(&lock), lock.waiters()), (2, 0));
    drop(owner);
    assert_eq!(Arc::strong_count(&lock), 1);
}

// Fairness.

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
    // Handed over, although nobody has run yet.
    assert!(lock.is_locked());
    assert!(lock.try_lock().is_none());
    let mut late = queued(lock.lock());
    drop(tasks[0].ready());
    assert!(lock.try_lock().is_none(), "the late one has it now");
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
    for gone in 0..4 {
        let lock = Lock::new(());
        let (owner, mut tasks) = contended(&lock, 4);
        tasks.remove(gone).cancel();
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
    assert!(lock.is_locked(), "the guard outlives the future that gave it");
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
        panic!("in the critical section");
    });
    assert!(task.is_woken());
    assert_eq!(*task.ready(), 2);
}

// Bounded overtaking.

/// How often `overtake` succeeds before the lock is handed to a waiter that does not run.
fn overtakes(limit: u16, mut overtake: impl FnMut(&Lock<()>) -> bool) -> usize {
    let lock = Lock::with_bypass((), limit);
    let owner = lock.try_lock().unwrap();
    let mut first = queued(lock.lock());
    drop(owner);
    let count = (0..).take_while(|_| overtake(&lock)).count();
    assert!(lock.is_locked(), "handed over");
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
        drop(lock.try_lock().expect("it is free"));
    }
    assert_eq!((tasks[0].wakes(), tasks[1].wakes()), (1, 0), "it was told already");
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
    assert!(lock.is_locked(), "handed over after three");
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
    assert!(lock.is_locked(), "that was the one overtaking that is allowed: the first owns it now");
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
    // More than the count has room for.
    for _ in 0..3 * u32::from(Lock::<u32>::MAX_BYPASS) {
        *lock.try_lock().expect("nobody owns it") += 1;
    }
    *Task::new(lock.lock()).ready() += 1;
    assert_eq!((lock.is_locked(), lock.waiters()), (false, 1));
    assert_eq!(*aside.ready(), 3 * u32::from(Lock::<u32>::MAX_BYPASS) + 1);
}

#[test]
fn an_unbounded_bypass_is_a_way_out_of_a_futurelock() {
    // RFD 609: one task keeps a wait for the lock aside, and waits for the same lock again.
    let lock = Lock::with_unbounded_bypass(());
    let owner = lock.try_lock().unwrap();
    let aside = queued(lock.lock());
    let mut again = queued(lock.lock());
    drop(owner);
    assert!(aside.is_woken(), "and so its task is, which polls the other wait");
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
        drop(lock.try_lock().expect("none has been counted before"));
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
            drop(lock.try_lock().expect("two may overtake each"));
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
        assert!(lock.try_lock().is_none(), "handed over after two");
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
    assert!(lock.is_locked(), "handed over after one");
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
    assert!(tasks[0].is_woken(), "the earlier wake was not for it");
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
    drop(lock.try_lock().expect("one may overtake"));
    assert!(lock.is_locked(), "handed over");
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
