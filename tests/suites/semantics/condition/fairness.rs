//! In which order waiters are notified and own the lock.

use super::*;

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
