//! Chapter 15, 15.8 "Using `asyncio.TaskGroup` for Managing Complex Task Groups": the first failure cancels the others.
//!
//! ```text
//! cargo run -p anywake-examples --bin task_group [RUNTIME]
//! ```
//!
//! | asyncio | anywake |
//! |---|---|
//! | `async with TaskGroup() as tg` | `task_group(runtime, \|group\| async move { .. })` |
//! | `tg.create_task(coroutine)` | `group.spawn(future)`, of a `Result` |
//! | `ExceptionGroup` | `GroupError`, with every failure |

#[macro_use]
mod support;

use anywake::{GroupError, Runtime, task_group};
use support::seconds;

on_each_runtime!(program);

async fn program<R: Runtime>() {
    println!("# 15.8.1 Example of Using asyncio.TaskGroup");
    // Python's message is "unhandled errors in a TaskGroup (1 sub-exception)"; the one of a `GroupError` names them.
    if let Err(error) = run::<R>().await {
        println!("Exception in TaskGroup: {error}");
    }
}

async fn run<R: Runtime>() -> Result<(), GroupError<String>> {
    task_group(R::default(), |group| async move {
        group.spawn(task::<R>("A", 1.0, false));
        group.spawn(task::<R>("B", 2.0, true));
        group.spawn(task::<R>("C", 3.0, false));
        Ok(())
    })
    .await?;
    println!("All tasks have been handled.");
    Ok(())
}

async fn task<R: Runtime>(name: &str, delay: f64, fail: bool) -> Result<String, String> {
    R::default().sleep(seconds(delay)).await;
    if fail {
        println!("Task {name} encountered an error.");
        return Err(format!("Error in task {name}"));
    }
    println!("Task {name} completed successfully.");
    Ok(format!("Result {name}"))
}
