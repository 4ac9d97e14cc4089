//! Chapter 11, 11.3.2 and 11.6.2: `asyncio.Semaphore`, two at a time.
//!
//! ```text
//! cargo run -p anywake-examples --bin semaphore [RUNTIME]
//! ```
//!
//! | asyncio | anywake |
//! |---|---|
//! | `async with semaphore:` | a `Permit`, which goes back when it is dropped |
//! | `sleep(1)` of several, over in one turn of the loop | an `Event` that is set and cleared: see `support/clock.rs` |
//!
//! (The book's output lets C start before B has completed. This is what its programs print: both permits come back in
//! the same turn.)

#[path = "support/clock.rs"]
mod clock;
#[macro_use]
mod support;

use anywake::{Runtime, Semaphore};
use clock::Clock;
use futures_util::future::join_all;
use support::seconds;

on_each_runtime!(program);

async fn program<R: Runtime>() {
    println!("# 11.3.2 asyncio.Semaphore");
    let (semaphore, clock) = (Semaphore::new(2), Clock::new());
    let tasks = ["A", "B", "C", "D"].map(|name| limited_task(&semaphore, &clock, name));
    clock.run::<R, _>(seconds(1.0), join_all(tasks)).await;

    println!("# 11.6.2 Using asyncio.Semaphore to Limit Access");
    let coroutines = ["Coroutine A", "Coroutine B", "Coroutine C", "Coroutine D"];
    let coroutines = coroutines.map(|name| access_resource(&semaphore, &clock, name));
    clock.run::<R, _>(seconds(1.0), join_all(coroutines)).await;
}

async fn limited_task(semaphore: &Semaphore, clock: &Clock, name: &str) {
    let _permit = semaphore.acquire().await.expect("nobody closes it");
    println!("Task {name} started");
    clock.sleep(1).await;
    println!("Task {name} completed");
}

async fn access_resource(semaphore: &Semaphore, clock: &Clock, name: &str) {
    let _permit = semaphore.acquire().await.expect("nobody closes it");
    println!("{name} has accessed the resource.");
    clock.sleep(1).await;
    println!("{name} has released the resource.");
}
