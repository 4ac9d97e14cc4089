//! Conditions: which waits are notified, and in which order.

use std::collections::VecDeque;
use std::sync::Arc;

use anywake::{Condition, Event, Lock, Runtime, TaskError};
use anywake_tests::on_every_runtime;
use anywake_tests::runtimes::until;

use crate::{LONG, SHORT, cancel, outputs, queue_up, spawn_all};

/// A condition and its lock. The value lists the numbers of the waits that have ended.
#[derive(Default)]
struct Board {
    ended: Lock<Vec<usize>>,
    changed: Condition,
}

impl Board {
    /// Spawns `count` tasks that wait for the condition, queued in their order.
    async fn waiters<R: Runtime>(self: &Arc<Self>, count: usize) -> Vec<anywake::Task<()>> {
        queue_up::<R, _>(
            count,
            || self.changed.waiters(),
            |number| {
                let board = Arc::clone(self);
                async move {
                    let guard = board.ended.lock().await;
                    board.changed.wait(guard).await.push(number);
                }
            },
        )
        .await
    }

    /// Waits until `count` waits have ended, and returns their numbers.
    async fn ended<R: Runtime>(&self, count: usize) -> Vec<usize> {
        loop {
            let ended = self.ended.lock().await;
            if ended.len() >= count {
                return ended.clone();
            }
            drop(ended);
            R::default().yield_now().await;
        }
    }
}

#[derive(Default)]
struct Buffer {
    items: VecDeque<usize>,
    closed: bool,
}

/// The textbook buffer with two conditions.
async fn producers_and_consumers<R: Runtime>() {
    const ITEMS: usize = 60;
    const ROOM: usize = 2;
    let shop = Arc::new((Lock::new(Buffer::default()), Condition::new(), Condition::new()));
    let producers = spawn_all::<R, _>(3, |producer| {
        let shop = Arc::clone(&shop);
        async move {
            let (buffer, not_full, not_empty) = &*shop;
            for item in 0..ITEMS {
                let room = |buffer: &mut Buffer| buffer.items.len() < ROOM;
                let mut buffer = not_full.wait_for(buffer.lock().await, room).await;
                buffer.items.push_back(producer * ITEMS + item);
                assert!(buffer.items.len() <= ROOM);
                not_empty.notify_one();
            }
        }
    });
    let consumers = spawn_all::<R, _>(3, |_| {
        let shop = Arc::clone(&shop);
        async move {
            let (buffer, not_full, not_empty) = &*shop;
            let mut consumed = Vec::new();
            loop {
                let any = |buffer: &mut Buffer| buffer.closed || !buffer.items.is_empty();
                let mut buffer = not_empty.wait_for(buffer.lock().await, any).await;
                let Some(item) = buffer.items.pop_front() else { return consumed };
                consumed.push(item);
                not_full.notify_one();
            }
        }
    });
    outputs(producers).await;
    shop.0.lock().await.closed = true;
    shop.2.notify_all();
    let mut consumed = outputs(consumers).await.concat();
    consumed.sort_unstable();
    assert!(consumed.into_iter().eq(0..3 * ITEMS), "each item is popped exactly once");
}

fn sorted<T: Ord>(mut items: Vec<T>) -> Vec<T> {
    items.sort();
    items
}

async fn notify_reaches_the_longest_waiters_and_no_more<R: Runtime>() {
    let board = Arc::new(Board::default());
    let mut tasks = board.waiters::<R>(6).await;
    assert_eq!(board.changed.notify(2), 2);
    assert_eq!(board.changed.notify_one(), 1);
    let rest = tasks.split_off(3);
    outputs(tasks).await;
    assert_eq!(sorted(board.ended::<R>(3).await), [0, 1, 2]);
    assert!(!rest.iter().any(anywake::Task::is_finished));
    assert_eq!(board.changed.waiters(), 3);
    assert_eq!(board.changed.notify(100), 3, "three waits were left");
    outputs(rest).await;
    assert_eq!(sorted(board.ended::<R>(6).await), [0, 1, 2, 3, 4, 5]);
}

async fn notify_all_reaches_all<R: Runtime>() {
    let board = Arc::new(Board::default());
    assert_eq!(board.changed.notify_all(), 0, "notifications are not stored");
    let tasks = board.waiters::<R>(40).await;
    {
        // The owner of the lock notifies, as asyncio demands: no wait returns before the lock is free.
        let ended = board.ended.lock().await;
        assert_eq!(board.changed.notify_all(), 40);
        R::default().yield_now().await;
        assert!(ended.is_empty());
    }
    outputs(tasks).await;
    assert!(sorted(board.ended::<R>(40).await).into_iter().eq(0..40));
    assert!(!board.ended.is_locked());
}

async fn the_owner_of_the_lock_notifies_all_in_order<R: Runtime>() {
    let board = Arc::new(Board::default());
    let tasks = board.waiters::<R>(40).await;
    {
        let ended = board.ended.lock().await;
        assert_eq!(board.changed.notify_all_with(&ended), 40);
        assert_eq!(board.ended.waiters(), 40);
    }
    outputs(tasks).await;
    assert!(board.ended::<R>(40).await.into_iter().eq(0..40));
    assert!(!board.ended.is_locked());
}

async fn a_cancelled_wait_forwards_its_notification<R: Runtime>() {
    for _ in 0..30 {
        let board = Arc::new(Board::default());
        let tasks = board.waiters::<R>(5).await;
        assert_eq!(board.changed.notify(2), 2);
        // The task may have completed already: then it has used its notification.
        tasks[0].cancel();
        let (mut ended, mut cancelled) = (0, 0);
        let mut tasks = tasks.into_iter();
        match tasks.next().expect("there are five tasks").await {
            Ok(()) => ended += 1,
            Err(TaskError::Cancelled) => cancelled += 1,
            Err(error) => panic!("{error}"),
        }
        for task in tasks.by_ref().take(1 + cancelled) {
            task.await.expect("the task was notified");
            ended += 1;
        }
        assert_eq!(ended, 2);
        assert_eq!(board.changed.waiters(), 3 - cancelled, "no other wait was notified");
        for task in tasks {
            cancel(task).await;
        }
        assert_eq!(board.changed.waiters(), 0);
        assert!(!board.ended.is_locked());
    }
}

async fn tasks_cancelled_while_they_wait_leave_no_trace<R: Runtime>() {
    let board = Arc::new(Board::default());
    let mut tasks = board.waiters::<R>(8).await;
    for task in tasks.split_off(4) {
        cancel(task).await;
    }
    assert_eq!(board.changed.notify_all(), 4);
    outputs(tasks).await;
    assert_eq!(sorted(board.ended::<R>(4).await), [0, 1, 2, 3]);
}

async fn a_wait_until_a_deadline_returns_with_the_lock<R: Runtime>() {
    let board = Board::default();
    let mut guard = board.ended.lock().await;
    for deadline in [SHORT, LONG] {
        let stop = R::default().sleep(deadline);
        let waits = board.changed.wait_until(guard, stop);
        let notifies = async {
            // Not before the wait has released the lock; for the short deadline, never.
            if deadline == LONG {
                let _guard = board.ended.lock().await;
                assert_eq!(board.changed.notify_one(), 1);
            }
        };
        let ((held, notified), ()) = futures_util::future::join(waits, notifies).await;
        assert_eq!(notified, deadline == LONG);
        assert!(board.ended.is_locked());
        guard = held;
    }
    guard.push(1);
    drop(guard);
    assert_eq!(board.changed.waiters(), 0);
}

/// Waits that are stopped reacquire the lock one after another.
async fn stopped_waits_share_the_lock<R: Runtime>() {
    let (board, stop) = (Arc::new(Board::default()), Arc::new(Event::new()));
    let tasks = spawn_all::<R, _>(6, |number| {
        let (board, stop) = (Arc::clone(&board), Arc::clone(&stop));
        async move {
            let guard = board.ended.lock().await;
            let (mut ended, notified) = board.changed.wait_until(guard, stop.wait()).await;
            let before = ended.len();
            R::default().yield_now().await;
            assert_eq!(ended.len(), before, "no other task has the lock");
            ended.push(number);
            notified
        }
    });
    until::<R>(|| board.changed.waiters() == 6).await;
    stop.set();
    assert_eq!(outputs(tasks).await, [false; 6]);
    assert_eq!(board.ended::<R>(6).await.len(), 6);
}

/// Waits with different locks at one condition each return the guard of their own lock.
async fn two_locks_share_a_condition<R: Runtime>() {
    let shared = Arc::new((Condition::new(), [Lock::new(0), Lock::new(0)]));
    let tasks = queue_up::<R, _>(
        8,
        || shared.0.waiters(),
        |number| {
            let shared = Arc::clone(&shared);
            async move {
                let (condition, locks) = &*shared;
                let mut count = condition.wait(locks[number % 2].lock().await).await;
                let before = *count;
                R::default().yield_now().await;
                *count = before + 1;
            }
        },
    )
    .await;
    assert_eq!(shared.0.notify_all(), 8);
    outputs(tasks).await;
    assert_eq!([*shared.1[0].lock().await, *shared.1[1].lock().await], [4, 4]);
}

on_every_runtime! {
    producers_and_consumers,
    notify_reaches_the_longest_waiters_and_no_more,
    notify_all_reaches_all,
    the_owner_of_the_lock_notifies_all_in_order,
    a_cancelled_wait_forwards_its_notification,
    tasks_cancelled_while_they_wait_leave_no_trace,
    a_wait_until_a_deadline_returns_with_the_lock,
    stopped_waits_share_the_lock,
    two_locks_share_a_condition,
}
