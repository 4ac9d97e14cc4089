//! Chapter 15, 15.2 "Using `asyncio.Condition` for Complex Synchronization": consumers that wait for enough items.
//!
//! ```text
//! cargo run -p anywake-examples --bin condition [RUNTIME]
//! ```
//!
//! | asyncio | anywake |
//! |---|---|
//! | `Condition`, with its lock | `Condition`, beside the `Lock` of what it is about |
//! | `wait_for(predicate)` | `wait_for(guard, predicate)` |
//! | `gather` of coroutines that take turns on one thread | `join4`: branches of one task |
//!
//! `anywake::SharedState` is this class, ready-made and without the prints.

#[macro_use]
mod support;

use anywake::{Condition, Lock, Runtime};
use futures_util::future::join4;
use support::seconds;

on_each_runtime!(program);

async fn program<R: Runtime>() {
    println!("# 15.2.1 Example of Using asyncio.Condition");
    let state = SharedState::default();
    join4(producer::<R>(&state), consumer(&state, 5), consumer(&state, 3), consumer(&state, 2)).await;
}

#[derive(Default)]
struct SharedState {
    items: Lock<Vec<u32>>,
    grown: Condition,
}

impl SharedState {
    async fn produce(&self, item: u32) {
        let mut items = self.items.lock().await;
        items.push(item);
        println!("Produced: {item}");
        self.grown.notify_all();
    }

    async fn consume(&self, threshold: usize) -> Vec<u32> {
        let items = self.items.lock().await;
        let mut items = self.grown.wait_for(items, |items| items.len() >= threshold).await;
        let consumed = items.drain(..threshold).collect();
        println!("Consumed: {consumed:?}");
        consumed
    }
}

async fn producer<R: Runtime>(state: &SharedState) {
    for item in 0..10 {
        R::default().sleep(seconds(0.5)).await;
        state.produce(item).await;
    }
}

/// The consumer that needs least is served first. (The book's output has it the other way round; this is what its
/// program prints.)
async fn consumer(state: &SharedState, threshold: usize) {
    let consumed = state.consume(threshold).await;
    println!("Consumer received: {consumed:?}");
}
