//! Chapter 15, 15.7 "Using `asyncio.shield` to Protect Critical Tasks".
//!
//! ```text
//! cargo run -p anywake-examples --bin shield [RUNTIME]
//! ```
//!
//! | asyncio | anywake |
//! |---|---|
//! | `create_task(coroutine)` | `Runtime::spawn(future)` |
//! | `task.cancel()` | `Task::cancel` |
//! | `shield(coroutine)` | `shield(runtime, future)` |
//! | `except CancelledError` | a destructor: a cancelled future is dropped where it waits |
//!
//! The book's own program raises `TypeError`, since `create_task(shield(..))` is not allowed, and never cancels what it
//! shields. This is what it says that it shows: first its scene, then the same task cancelled, without and with a shield.

#[macro_use]
mod support;

use core::mem;
use std::sync::Arc;

use anywake::{Event, Runtime, Task, gather_settled, shield};
use support::seconds;

on_each_runtime!(program);

async fn program<R: Runtime>() {
    println!("# 15.7.1 Example of Using asyncio.shield");
    let critical = R::default().spawn(shielded::<R>(Arc::default()));
    let regular = R::default().spawn(regular_task::<R>());
    R::default().sleep(seconds(1.0)).await;
    println!("Cancelling regular tasks.");
    regular.cancel();
    for result in gather_settled([critical, regular]).await {
        if let Err(failure) = result {
            println!("Exception during gathering results: {failure}");
        }
    }
    println!("Main loop completed.");

    println!("# 15.7.1 The critical task cancelled, without a shield");
    let progress = Arc::<Progress>::default();
    let critical = R::default().spawn(critical_task::<R>(Arc::clone(&progress)));
    progress.started.wait().await;
    println!("Cancelling the critical task.");
    critical.cancel();
    report(critical).await;

    println!("# 15.7.1 The critical task cancelled, with a shield");
    let progress = Arc::<Progress>::default();
    let waiting = R::default().spawn(shielded::<R>(Arc::clone(&progress)));
    progress.started.wait().await;
    println!("Cancelling the task that waits for it.");
    waiting.cancel();
    report(waiting).await;
    progress.completed.wait().await;
}

#[derive(Default)]
struct Progress {
    started: Event,
    completed: Event,
}

async fn critical_task<R: Runtime>(progress: Arc<Progress>) -> &'static str {
    println!("Critical task started.");
    progress.started.set();
    let unfinished = Unfinished;
    R::default().sleep(seconds(5.0)).await;
    mem::forget(unfinished);
    println!("Critical task completed.");
    progress.completed.set();
    "Critical Result"
}

/// Dropped with the task's future if that is cancelled.
struct Unfinished;

impl Drop for Unfinished {
    fn drop(&mut self) {
        println!("Critical task was canceled.");
    }
}

/// A task that waits for the critical one, and may be cancelled.
async fn shielded<R: Runtime>(progress: Arc<Progress>) -> &'static str {
    shield(R::default(), critical_task::<R>(progress)).await.expect("the critical task does not panic")
}

async fn regular_task<R: Runtime>() -> &'static str {
    R::default().sleep(seconds(2.0)).await;
    println!("Regular task completed.");
    "Regular Result"
}

async fn report(task: Task<&'static str>) {
    match task.await {
        Ok(result) => println!("Result: {result}"),
        Err(error) => println!("Exception: {error}"),
    }
}
