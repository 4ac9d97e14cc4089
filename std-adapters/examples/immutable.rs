//! Chapter 11, 11.7 "Avoiding Race Conditions with Immutable Objects".
//!
//! ```text
//! cargo run -p anywake-examples --bin immutable [RUNTIME]
//! ```
//!
//! | asyncio | Rust |
//! |---|---|
//! | a tuple, which cannot be changed | whatever is behind an `Arc`: shared, hence read-only |
//! | the attempt is a `TypeError` when it runs | the attempt does not compile |

#[macro_use]
mod support;

use std::sync::Arc;

use anywake::{Queue, Runtime};

on_each_runtime!(program);

type Data = Arc<(u32, u32, u32)>;

async fn program<R: Runtime>() {
    println!("# 11.7.1 Example of Using Immutable Objects");
    let queue = Arc::new(Queue::with_capacity(1).expect("not zero"));
    // On whatever threads they are; one after the other, for the order of their lines.
    R::default().spawn(producer(Arc::clone(&queue))).await.expect("it does not fail");
    R::default().spawn(consumer(queue)).await.expect("it does not fail");
}

async fn producer(queue: Arc<Queue<Data>>) {
    let data = Arc::new((1, 2, 3));
    // The queue gets another reference to the same data.
    queue.push(Arc::clone(&data)).await.expect("it is open");
    println!("Producer added data: {data:?}");
}

async fn consumer(queue: Arc<Queue<Data>>) {
    let data = queue.pop().await.expect("it is open");
    println!("Consumer received data: {data:?}");
    // data.0 = 10; // error[E0594]: cannot assign to data in an `Arc`
}
