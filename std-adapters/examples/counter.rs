//! Chapter 11, 11.9.1 "Implementing a Safe Counter with Protected Access".
//!
//! ```text
//! cargo run -p anywake-examples --bin counter [RUNTIME]
//! ```
//!
//! | the book | anywake |
//! |---|---|
//! | `class SafeCounter`, with an `asyncio.Lock` | `SafeCounter` |
//! | `increment`, which waits between reading and writing | `update` with an asynchronous closure; for plain counting there is `increment` |

#[macro_use]
mod support;

use std::sync::Arc;

use anywake::{Runtime, SafeCounter, gather};
use support::seconds;

on_each_runtime!(program);

async fn program<R: Runtime>() {
    println!("# 11.9.1 Implementing a Safe Counter with Protected Access");
    let counter = Arc::new(SafeCounter::new(0));
    let tasks = [(); 3].map(|()| R::default().spawn(increment::<R>(Arc::clone(&counter))));
    gather(tasks).await.expect("no task fails");
    println!("Final counter value: {}", counter.get().await);
}

async fn increment<R: Runtime>(counter: Arc<SafeCounter>) {
    let process = async |count| {
        R::default().sleep(seconds(0.1)).await;
        println!("Counter incremented to {}", count + 1);
        count + 1
    };
    counter.update(process).await;
}
