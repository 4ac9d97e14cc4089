//! One suite for every runtime: tasks that synchronize by the primitives alone.
//!
//! A scenario is an `async fn` that is generic over [`Runtime`]. [`on_every_runtime`] stamps it as a test for each.
//! A scenario that needs waiters yields until the primitive's own counter shows them.
//!
//! [`on_every_runtime`]: anywake_tests::on_every_runtime

mod adapters;
mod barrier;
mod broadcast;
mod cancellation_token;
mod channel;
mod condition;
mod event;
mod latch;
#[macro_use]
mod local;
mod local_tasks;
mod lock;
mod notify;
mod once_cell;
mod oneshot;
mod queue;
mod rwlock;
mod semaphore;
mod signal;
mod table;
mod wait_group;
mod watch;

use core::future::Future;
use core::time::Duration;

use anywake::{Runtime, Task, TaskError};
use anywake_tests::runtimes::until;

/// A time that never passes in a test.
const LONG: Duration = Duration::from_secs(3_600);
/// A time that passes in a test, and so a short one.
const SHORT: Duration = Duration::from_millis(3);

/// Spawns `count` numbered tasks on `R`.
fn spawn_all<R: Runtime, F>(count: usize, task: impl Fn(usize) -> F) -> Vec<Task<F::Output>>
where
    F: Future<Output: Send> + Send + 'static,
{
    (0..count).map(|number| R::default().spawn(task(number))).collect()
}

/// Spawns `count` tasks, each when the previous one waits. `waiters` returns the number of waiters.
async fn queue_up<R: Runtime, F>(
    count: usize,
    waiters: impl Fn() -> usize,
    task: impl Fn(usize) -> F,
) -> Vec<Task<F::Output>>
where
    F: Future<Output: Send> + Send + 'static,
{
    let before = waiters();
    let mut tasks = Vec::new();
    for number in 0..count {
        tasks.push(R::default().spawn(task(number)));
        until::<R>(|| waiters() == before + number + 1).await;
    }
    tasks
}

/// The outputs of the tasks, in order.
async fn outputs<T>(tasks: Vec<Task<T>>) -> Vec<T> {
    let mut outputs = Vec::new();
    for task in tasks {
        outputs.push(task.await.expect("the task completes"));
    }
    outputs
}

/// Cancels a task that cannot complete by itself, and waits for its end.
async fn cancel<T>(task: Task<T>) {
    task.cancel();
    assert!(matches!(task.await, Err(TaskError::Cancelled)), "the task was still waiting");
}
