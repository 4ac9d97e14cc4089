//! Chapter 11, 11.8 "Using Context Variables for State Management": a value that follows a task.
//!
//! ```text
//! cargo run -p anywake-examples --bin context_var [RUNTIME]
//! ```
//!
//! | asyncio | anywake |
//! |---|---|
//! | `token = var.set(value)` ... `var.reset(token)` | `VAR.scope(value, future)`: nobody can forget the reset |
//! | `get()`, which raises `LookupError` | `get()`, which gives an `Option` |
//! | each task has a copy of the context that it was made in | the same |

#[macro_use]
mod support;

use std::sync::Arc;

use anywake::{Barrier, ContextVar, Runtime, gather};

on_each_runtime!(program);

static USER: ContextVar<&str> = ContextVar::new();

async fn program<R: Runtime>() {
    println!("# 11.8.1 Example of Using contextvars");
    let meeting = Arc::new(Barrier::new(2));
    let tasks = [
        R::default().spawn(set_user("Alice", Arc::clone(&meeting))),
        R::default().spawn(get_user(Arc::clone(&meeting))),
    ];
    gather(tasks).await.expect("no task fails");
}

async fn set_user(name: &'static str, meeting: Arc<Barrier>) {
    let greet = async {
        println!("Current user: {}", USER.get().expect("it is set for this scope"));
        meet(&meeting).await;
        // Meanwhile the other one looks.
        meet(&meeting).await;
    };
    USER.scope(name, greet).await;
}

/// Looks while the user is set, in another task. (The book's program looks when the user has been reset already, so
/// that it would find nobody in an ordinary variable either.)
async fn get_user(meeting: Arc<Barrier>) {
    meet(&meeting).await;
    println!("Retrieved user: {}", USER.get().unwrap_or("Unknown user"));
    meet(&meeting).await;
}

async fn meet(meeting: &Barrier) {
    meeting.wait().await.expect("nobody breaks it");
}
