//! [`Condition`]: notifications, reacquiring the lock, and the fate of both when a wait is cancelled.

mod api;
mod batches;
mod cancel;
mod fairness;
mod requeue;
mod unpolled;
mod wait_for;
mod wait_until;

use anywake_tests::Arc;
use core::future::{pending, poll_fn, ready};
use core::task::Poll;

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
