//! Chapter 11, 11.3.3 and 11.4.1: `asyncio.Queue` between producers and consumers.
//!
//! ```text
//! cargo run -p anywake-examples --bin queue [RUNTIME]
//! ```
//!
//! | asyncio | anywake |
//! |---|---|
//! | `put`, `get`, `task_done`, `join` | `push`, `pop`, `task_done`, `join` |
//! | `put(None)` to end a consumer, one for each | `close()`: consumers drain the queue, and then all of them learn that it is closed |
//! | without a bound unless it is given one | a bound, always |
//!
//! (The program of 11.4.1 puts one `None` for two consumers: the second waits for ever, and the last line of its output
//! never comes. A queue that is closed has no such number to get wrong.)

#[path = "support/clock.rs"]
mod clock;
#[macro_use]
mod support;

use anywake::{Queue, Runtime};
use clock::Clock;
use futures_util::future::join;
use support::seconds;

on_each_runtime!(program);

async fn program<R: Runtime>() {
    println!("# 11.3.3 asyncio.Queue");
    let queue = Queue::with_capacity(16).expect("not zero");
    join(producer::<R>(&queue), consumer(&queue)).await;

    println!("# 11.4.1 Example Implementation of the \"Producer-Consumer\" Pattern");
    let (queue, clock) = (Queue::with_capacity(16).expect("not zero"), Clock::new());
    let consumers = join(worker(&queue, &clock, "A"), worker(&queue, &clock, "B"));
    let work = join(consumers, source(&queue, &clock, 10));
    clock.run::<R, _>(seconds(1.0), work).await;
    queue.join().await;
    println!("All tasks are completed");
}

async fn producer<R: Runtime>(queue: &Queue<u32>) {
    for item in 0..5 {
        R::default().sleep(seconds(0.1)).await;
        queue.push(item).await.expect("it is open");
        println!("Producer added: {item}");
    }
    queue.close();
}

async fn consumer(queue: &Queue<u32>) {
    while let Ok(item) = queue.pop().await {
        println!("Consumer processed: {item}");
    }
    println!("Consumer has finished work");
}

/// An item at each strike of the clock.
async fn source(queue: &Queue<u32>, clock: &Clock, items: u32) {
    for item in 0..items {
        clock.sleep(1).await;
        queue.push(item).await.expect("it is open");
        println!("Producer added: {item}");
    }
    queue.close();
}

/// Takes twice as long for an item, so that two of them keep up.
async fn worker(queue: &Queue<u32>, clock: &Clock, name: &str) {
    while let Ok(item) = queue.pop().await {
        clock.sleep(2).await;
        println!("Consumer {name} processed: {item}");
        queue.task_done().expect("once for each item");
    }
}
