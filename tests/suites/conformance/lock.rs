//! Locks under contention.

use core::sync::atomic::{AtomicBool, Ordering};
use std::sync::Arc;

use anywake::{Lock, LockGuard, OwnedLockGuard, Queue, Runtime, TaskError};
use anywake_tests::on_every_runtime;
use anywake_tests::runtimes::until;

use crate::{cancel, outputs, queue_up, spawn_all};

const TASKS: usize = 8;
const ROUNDS: usize = 50;

/// Increments a counter by a read, a yield and a write. Two owners at once would lose an increment.
async fn count_together<R: Runtime>(lock: Lock<usize>) {
    let (lock, occupied) = (Arc::new(lock), Arc::new(AtomicBool::new(false)));
    let tasks = spawn_all::<R, _>(TASKS, |_| {
        let (lock, occupied) = (Arc::clone(&lock), Arc::clone(&occupied));
        async move {
            for _ in 0..ROUNDS {
                let mut count = lock.lock().await;
                assert!(!occupied.swap(true, Ordering::Relaxed), "two tasks own the lock");
                let before = *count;
                R::default().yield_now().await;
                *count = before + 1;
                occupied.store(false, Ordering::Relaxed);
            }
        }
    });
    outputs(tasks).await;
    assert_eq!(*lock.try_lock().expect("every task has unlocked"), TASKS * ROUNDS);
    assert_eq!(lock.waiters(), 0);
}

async fn mutual_exclusion<R: Runtime>() {
    count_together::<R>(Lock::new(0)).await;
}

async fn mutual_exclusion_with_bypass<R: Runtime>() {
    for limit in [1, 16] {
        count_together::<R>(Lock::with_bypass(0, limit)).await;
    }
}

async fn queued_tasks_are_served_in_order<R: Runtime>() {
    for limit in [0, 2] {
        let lock = Arc::new(Lock::with_bypass(Vec::new(), limit));
        let guard = lock.lock().await;
        let tasks = queue_up::<R, _>(
            TASKS,
            || lock.waiters(),
            |number| {
                let lock = Arc::clone(&lock);
                async move { lock.lock().await.push(number) }
            },
        )
        .await;
        drop(guard);
        outputs(tasks).await;
        let mut order = lock.lock().await;
        if limit > 0 {
            // The last task is counted as a waiter before its first poll ends, in which it may still overtake.
            let last = order.iter().position(|number| *number == TASKS - 1).expect("every task locks");
            order.remove(last);
            order.push(TASKS - 1);
        }
        assert_eq!(*order, (0..TASKS).collect::<Vec<_>>(), "with a bypass limit of {limit}");
    }
}

/// Tasks that only call `try_lock`, again and again, overtake the first waiter at most `limit` times.
async fn arrivals_overtake_no_more_than_they_may<R: Runtime>() {
    for limit in [0, 3] {
        let lock = Arc::new(Lock::with_bypass(0_u16, limit));
        let stop = Arc::new(AtomicBool::new(false));
        let guard = lock.lock().await;
        let first = queue_up::<R, _>(
            1,
            || lock.waiters(),
            |_| {
                let lock = Arc::clone(&lock);
                async move { *lock.lock().await }
            },
        )
        .await;
        let hasty = spawn_all::<R, _>(3, |_| {
            let (lock, stop) = (Arc::clone(&lock), Arc::clone(&stop));
            async move {
                while !stop.load(Ordering::Relaxed) {
                    if let Some(mut overtaken) = lock.try_lock() {
                        *overtaken = overtaken.saturating_add(1);
                    }
                    R::default().yield_now().await;
                }
            }
        });
        drop(guard);
        let overtaken = outputs(first).await[0];
        stop.store(true, Ordering::Relaxed);
        outputs(hasty).await;
        assert!(overtaken <= limit, "overtaken {overtaken} times, with a limit of {limit}");
    }
}

async fn owned_guards_move_between_tasks<R: Runtime>() {
    let lock = Arc::new(Lock::new(0));
    let guards =
        Arc::new(Queue::<OwnedLockGuard<usize>>::with_capacity(1).expect("there is memory for one guard"));
    let unlocker = R::default().spawn({
        let guards = Arc::clone(&guards);
        async move {
            while let Ok(mut guard) = guards.pop().await {
                *guard += 1;
            }
        }
    });
    let lockers = spawn_all::<R, _>(TASKS, |_| {
        let (lock, guards) = (Arc::clone(&lock), Arc::clone(&guards));
        async move {
            for _ in 0..ROUNDS {
                let guard = Arc::clone(&lock).lock_owned().await;
                assert!(guards.push(guard).await.is_ok(), "the queue is open");
            }
        }
    });
    outputs(lockers).await;
    guards.close();
    unlocker.await.expect("the task ends when the queue is closed");
    let lock = Arc::into_inner(lock).expect("no guard keeps the lock alive");
    assert_eq!(lock.into_inner(), TASKS * ROUNDS);
}

async fn tasks_cancelled_in_the_queue_leave_no_trace<R: Runtime>() {
    for limit in [0, 2] {
        let lock = Arc::new(Lock::with_bypass(Vec::new(), limit));
        let guard = lock.lock().await;
        let tasks = queue_up::<R, _>(
            2 * TASKS,
            || lock.waiters(),
            |number| {
                let lock = Arc::clone(&lock);
                async move { lock.lock().await.push(number) }
            },
        )
        .await;
        let (even, odd): (Vec<_>, Vec<_>) =
            tasks.into_iter().enumerate().partition(|(number, _)| number % 2 == 0);
        for (_, task) in even {
            cancel(task).await;
        }
        assert_eq!(lock.waiters(), TASKS);
        drop(guard);
        outputs(odd.into_iter().map(|(_, task)| task).collect()).await;
        let order = lock.try_lock().expect("every task has unlocked");
        assert!(order.iter().copied().eq((1..2 * TASKS).step_by(2)), "{order:?}");
    }
}

/// The lock is handed over to a task that is cancelled at that moment. Whether it runs or not, the next one runs.
async fn a_task_cancelled_while_it_is_handed_the_lock_hands_it_on<R: Runtime>() {
    for limit in [0, 1] {
        let lock = Arc::new(Lock::with_bypass(0, limit));
        for _ in 0..ROUNDS {
            let guard = lock.lock().await;
            let mut tasks = queue_up::<R, _>(
                2,
                || lock.waiters(),
                |_| {
                    let lock = Arc::clone(&lock);
                    async move { *lock.lock().await += 1 }
                },
            )
            .await;
            let before = *guard;
            drop(guard);
            tasks[0].cancel();
            let first = match tasks.remove(0).await {
                Ok(()) => 1,
                Err(TaskError::Cancelled) => 0,
                Err(error) => panic!("{error}"),
            };
            outputs(tasks).await;
            assert_eq!(*lock.try_lock().expect("the lock is free"), before + first + 1);
        }
    }
}

async fn mapped_guards_stay_locked_across_suspensions<R: Runtime>() {
    let lock = Arc::new(Lock::new((0_usize, 0_usize)));
    let tasks = spawn_all::<R, _>(TASKS, |number| {
        let lock = Arc::clone(&lock);
        async move {
            for _ in 0..ROUNDS {
                let mut half = LockGuard::map(lock.lock().await, |pair| {
                    if number % 2 == 0 { &mut pair.0 } else { &mut pair.1 }
                });
                let before = *half;
                R::default().yield_now().await;
                *half = before + 1;
            }
        }
    });
    outputs(tasks).await;
    assert_eq!(*lock.lock().await, (TASKS / 2 * ROUNDS, TASKS / 2 * ROUNDS));
}

/// A panic in a critical section unlocks, and does not affect the other tasks.
async fn a_task_that_panics_with_the_lock_releases_it<R: Runtime>() {
    let lock = Arc::new(Lock::new(0));
    let guard = lock.lock().await;
    let tasks = queue_up::<R, _>(
        3,
        || lock.waiters(),
        |number| {
            let lock = Arc::clone(&lock);
            async move {
                let mut count = lock.lock().await;
                *count += 1;
                assert_ne!(number, 1, "a panic in the critical section");
            }
        },
    )
    .await;
    drop(guard);
    let mut ends = Vec::new();
    for task in tasks {
        ends.push(task.await.is_ok());
    }
    assert_eq!(ends, [true, false, true]);
    until::<R>(|| !lock.is_locked()).await;
    assert_eq!(*lock.lock().await, 3);
}

on_every_runtime! {
    mutual_exclusion,
    mutual_exclusion_with_bypass,
    queued_tasks_are_served_in_order,
    arrivals_overtake_no_more_than_they_may,
    owned_guards_move_between_tasks,
    tasks_cancelled_in_the_queue_leave_no_trace,
    a_task_cancelled_while_it_is_handed_the_lock_hands_it_on,
    mapped_guards_stay_locked_across_suspensions,
    a_task_that_panics_with_the_lock_releases_it,
}
