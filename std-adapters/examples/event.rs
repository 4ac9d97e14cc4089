//! Chapter 15, 15.3 "Using `asyncio.Event` for Coroutine Coordination", and chapter 11, 11.5 "Using `asyncio.Event` for
//! Synchronization": one that says when, and those who wait for it.
//!
//! ```text
//! cargo run -p anywake-examples --bin event [RUNTIME]
//! ```
//!
//! | asyncio | anywake |
//! |---|---|
//! | `Event` | `Event` |
//! | `gather` of coroutines that take turns on one thread | `join4`, `join3`: branches of one task |

#[macro_use]
mod support;

use anywake::{Event, Runtime};
use futures_util::future::{join3, join4};
use support::seconds;

on_each_runtime!(program);

async fn program<R: Runtime>() {
    println!("# 15.3.1 Example of Using asyncio.Event");
    let initialized = Event::new();
    join4(
        initializer::<R>(&initialized),
        worker(&initialized, "A"),
        worker(&initialized, "B"),
        worker(&initialized, "C"),
    )
    .await;

    println!("# 11.5.1 Example of Using asyncio.Event");
    let event = Event::new();
    join3(waiter(&event, "A"), waiter(&event, "B"), setter::<R>(&event)).await;
}

async fn initializer<R: Runtime>(initialized: &Event) {
    println!("Initialization started...");
    R::default().sleep(seconds(2.0)).await;
    println!("Initialization completed.");
    initialized.set();
}

async fn worker(initialized: &Event, name: &str) {
    println!("Worker {name} is waiting for initialization to complete.");
    initialized.wait().await;
    println!("Worker {name} starts working.");
}

async fn waiter(event: &Event, name: &str) {
    println!("Waiter {name} is waiting for the event...");
    event.wait().await;
    println!("Waiter {name} received the event!");
}

async fn setter<R: Runtime>(event: &Event) {
    R::default().sleep(seconds(2.0)).await;
    println!("Setting the event.");
    event.set();
}
