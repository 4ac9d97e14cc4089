//! [`Condition`]: notifications, reacquiring the lock, and the fate of both when a wait is cancelled.

use core::future::{pending, poll_fn, ready};
use core::task::Poll;
use std::sync::Arc;

use anywake_core::{Condition, Event, Lock, condition::ConditionFuture};
use anywake_tests::{Call, CountingWaker, Task, assert_pending, leak, panic_of, queue_up, queued, run_woken};
use futures_util::future::FusedFuture;

use crate::cost;

/// A number of waiters above two batches of a wake loop.
const CROWD: usize = 40;

type Waits<'a, T> = Vec<Task<ConditionFuture<'a, &'a Lock<T>>>>;

/// Queues `count` waits.
fn waiting<'a, T>(lock: &'a Lock<T>, condition: &'a Condition, count: usize) -> Waits<'a, T> {
    queue_up(count, || condition.wait(lock.try_lock().expect("a wait releases the lock")))
}

/// The numbers of the waits that are woken.
fn woken<T>(tasks: &Waits<'_, T>) -> Vec<usize> {
    tasks.iter().enumerate().filter(|(_, task)| task.is_woken()).map(|(name, _)| name).collect()
}

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
    static LOCK: Lock<()> = Lock::new(());
    static CONDITION: Condition = Condition::new();
    // The next owner notifies as soon as it is woken, which is inside the poll that releases the lock.
    let waker = CountingWaker::reentrant(Call::Wake, || assert_eq!(CONDITION.notify_one(), 1));
    let guard = LOCK.try_lock().unwrap();
    let mut next = Task::with_waker(LOCK.lock(), waker);
    assert_pending!(next.poll());
    let mut wait = queued(CONDITION.wait(guard));
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
fn promise_2_the_longest_waiter_is_notified_first() {
    let (lock, condition) = (Lock::new(()), Condition::new());
    let mut tasks = waiting(&lock, &condition, CROWD);
    for name in 0..3 {
        condition.notify_one();
        assert_eq!(woken(&tasks), Vec::from_iter(0..=name));
    }
    condition.notify(5);
    assert_eq!(woken(&tasks), Vec::from_iter(0..8));
    run_woken(&mut tasks, drop);
    assert_eq!(tasks.len(), CROWD - 8);
}

type Named<'a> = Vec<(usize, Task<ConditionFuture<'a, &'a Lock<Vec<usize>>>>)>;

/// Queues a crowd of waits, each with its number.
fn named<'a>(lock: &'a Lock<Vec<usize>>, condition: &'a Condition) -> Named<'a> {
    (0..CROWD).map(|name| (name, queued(condition.wait(lock.try_lock().unwrap())))).collect()
}

/// Runs the woken tasks, the last one first, until none is left. Each appends its number to the value.
fn run_from_the_end(mut tasks: Named<'_>) {
    while !tasks.is_empty() {
        let place = tasks.iter().rposition(|(_, task)| task.is_woken()).expect("a task is woken");
        if let Poll::Ready(mut order) = tasks[place].1.poll() {
            order.push(tasks.remove(place).0);
        }
    }
}

#[test]
fn promise_2_requeued_waiters_get_the_lock_in_the_order_in_which_they_waited() {
    let (lock, condition) = (Lock::new(Vec::new()), Condition::new());
    let tasks = named(&lock, &condition);
    condition.notify_all_with(&lock.try_lock().unwrap());
    run_from_the_end(tasks);
    assert_eq!(*lock.try_lock().unwrap(), Vec::from_iter(0..CROWD));
}

#[test]
fn promise_2_notified_waiters_get_the_lock_in_the_order_in_which_they_ask() {
    let (lock, condition) = (Lock::new(Vec::new()), Condition::new());
    let mut tasks = named(&lock, &condition);
    let owner = lock.try_lock().unwrap();
    condition.notify_all();
    for (_, task) in &mut tasks {
        assert_pending!(task.poll());
    }
    drop(owner);
    run_from_the_end(tasks);
    assert_eq!(*lock.try_lock().unwrap(), Vec::from_iter(0..CROWD));
}

#[test]
fn a_notified_waiter_queues_behind_those_who_wait_for_the_lock() {
    let (lock, condition) = (Lock::new(()), Condition::new());
    let mut tasks = waiting(&lock, &condition, 1);
    let owner = lock.try_lock().unwrap();
    let mut earlier = queued(lock.lock());
    condition.notify_one();
    assert_pending!(tasks[0].poll());
    let mut later = queued(lock.lock());
    drop(owner);
    drop(earlier.ready());
    drop(tasks[0].ready());
    drop(later.ready());
}

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

// A wait that is not polled.

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

// Cancelling.

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

// `wait_for`.

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

// `wait_until`.

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
