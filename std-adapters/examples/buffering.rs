//! Chapter 15, 15.10 "Using Buffering and Lazy Computations".
//!
//! ```text
//! cargo run -p anywake-examples --bin buffering [RUNTIME]
//! ```
//!
//! | asyncio | anywake |
//! |---|---|
//! | `Queue`, with `None` as its last item | `Queue`, closed by its producer |
//! | a list that is processed when it has five items | `stream::chunks_timeout`, which does not wait for ever for the fifth |
//! | `for coroutine in as_completed(..)` | `while let Some((_, result)) = as_completed(..).next().await` |

#[macro_use]
mod support;

use core::pin::pin;

use anywake::{Queue, Runtime, as_completed, stream};
use futures_util::StreamExt as _;
use futures_util::future::join;
use support::seconds;

on_each_runtime!(program);

async fn program<R: Runtime>() {
    println!("# 15.10.1 Example of Data Buffering Using asyncio.Queue");
    let queue = Queue::with_capacity(20).expect("the capacity is not zero");
    join(producer::<R>(&queue), consumer::<R>(&queue)).await;

    println!("# 15.10.2 Lazy Computations Using asyncio.as_completed");
    let tasks = [(1, 3), (2, 1), (3, 2)].map(|(id, delay)| R::default().spawn(fetch_data::<R>(id, delay)));
    let mut completed = as_completed(tasks);
    while let Some((_, result)) = completed.next().await {
        println!("Processed: {}", result.expect("no task fails"));
    }
}

async fn producer<R: Runtime>(queue: &Queue<u32>) {
    for item in 0..20 {
        R::default().sleep(seconds(0.05)).await;
        queue.push(item).await.expect("only the producer closes the queue");
        println!("Produced: {item}");
    }
    queue.close();
}

async fn consumer<R: Runtime>(queue: &Queue<u32>) {
    let mut buffers = pin!(stream::chunks_timeout(R::default(), 5, seconds(60.0), queue.stream()));
    while let Some(buffer) = buffers.next().await {
        println!("Processing buffer: {buffer:?}");
    }
}

async fn fetch_data<R: Runtime>(id: u32, delay: u32) -> String {
    R::default().sleep(seconds(delay.into())).await;
    println!("Data {id} fetched after {delay} seconds.");
    format!("Data {id}")
}
