//! The study notes, 4.2 "Using a Queue" (`asyncq.py`): producers and consumers that know nothing of each other.
//!
//! ```text
//! cargo run -p anywake-examples --bin asyncq [RUNTIME]
//! ```
//!
//! | asyncio | anywake |
//! |---|---|
//! | `create_task`, `gather(*producers)` | `spawn`, `gather(producers)` |
//! | `await q.join()`, then `c.cancel()` for each consumer | the same (or `close()`, and they end by themselves) |
//! | `random` | random, but seeded: the items are the same each time |
//!
//! Which consumer gets an item, and after how long, is chance: the notes' own lines go to standard error, and what does
//! not depend on it to standard output.

#[path = "support/random.rs"]
mod random;
#[macro_use]
mod support;

use std::sync::Arc;
use std::time::Instant;

use anywake::{Queue, Runtime, TaskError, gather};
use random::Random;
use support::seconds;

on_each_runtime!(program);

const PRODUCERS: u64 = 2;
const CONSUMERS: u64 = 5;
/// With this one the producers make six items and four.
const SEED: u64 = 2;

/// What a producer makes, and when it was put into the queue.
type Item = (String, Instant);

async fn program<R: Runtime>() {
    println!("# 4.2 Using a Queue (any order)");
    let queue = Arc::new(Queue::with_capacity(16).expect("not zero"));
    let producers: Vec<_> =
        (0..PRODUCERS).map(|name| R::default().spawn(produce::<R>(name, Arc::clone(&queue)))).collect();
    let consumers: Vec<_> =
        (0..CONSUMERS).map(|name| R::default().spawn(consume::<R>(name, Arc::clone(&queue)))).collect();
    gather(producers).await.expect("no producer fails");
    queue.join().await;
    for consumer in consumers {
        consumer.cancel();
        assert!(matches!(consumer.await, Err(TaskError::Cancelled)), "it would wait for items for ever");
    }
}

async fn produce<R: Runtime>(name: u64, queue: Arc<Queue<Item>>) {
    let mut random = Random::seeded(SEED + name);
    for _ in 0..random.up_to(10) {
        randsleep::<R>(&mut random).await;
        let item = make_item(&mut random);
        queue.push((item, Instant::now())).await.expect("it is open");
    }
}

async fn consume<R: Runtime>(name: u64, queue: Arc<Queue<Item>>) {
    let mut random = Random::seeded(SEED + PRODUCERS + name);
    loop {
        randsleep::<R>(&mut random).await;
        let Ok((item, put)) = queue.pop().await else { return };
        eprintln!("Consumer {name} got {item} in {:.5} seconds", put.elapsed().as_secs_f64());
        println!("Got {item}");
        queue.task_done().expect("once for each item");
    }
}

async fn randsleep<R: Runtime>(random: &mut Random) {
    R::default().sleep(seconds(0.1) * random.up_to(10)).await;
}

/// Five random bytes.
fn make_item(random: &mut Random) -> String {
    format!("{:010x}", random.next() >> 24)
}
