//! One suite for every runtime: real tasks doing real work, with nothing but the primitives to hold them together.
//!
//! A scenario is an `async fn` that is generic over [`Runtime`]; [`on_every_runtime`] makes a test of it for each.
//! Where a scenario needs somebody to *be waiting*, it lets others run until the primitive's own counter says so.
//!
//! [`on_every_runtime`]: anywake_tests::on_every_runtime

mod adapters;
mod condition;
mod event;
mod lock;
mod queue;
mod semaphore;

use core::future::Future;
use core::time::Duration;

use anywake::{Runtime, Task, TaskError};
use anywake_tests::runtimes::until;

/// Too long for any test to see the end of.
const LONG: Duration = Duration::from_secs(3_600);
/// A time that should pass: short, because it is waited for.
const SHORT: Duration = Duration::from_millis(3);

/// Spawns `count` tasks, each numbered, on `R`.
fn spawn_all<R: Runtime, F>(count: usize, task: impl Fn(usize) -> F) -> Vec<Task<F::Output>>
where
    F: Future<Output: Send> + Send + 'static,
{
    (0..count).map(|number| R::default().spawn(task(number))).collect()
}

/// Spawns `count` tasks, each when the one before it waits: `waiters` tells how many do.
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

/// What the tasks gave, in their order.
async fn outputs<T>(tasks: Vec<Task<T>>) -> Vec<T> {
    let mut outputs = Vec::new();
    for task in tasks {
        outputs.push(task.await.expect("the task ran to its end"));
    }
    outputs
}

/// Cancels a task that has not ended by itself, and waits until it is gone.
async fn cancel<T>(task: Task<T>) {
    task.cancel();
    assert!(matches!(task.await, Err(TaskError::Cancelled)), "it was waiting");
}
