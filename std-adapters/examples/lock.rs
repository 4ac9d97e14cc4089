//! Chapter 11, 11.3.1 and 11.6.1: `asyncio.Lock`, held across an `await`.
//!
//! ```text
//! cargo run -p anywake-examples --bin lock [RUNTIME]
//! ```
//!
//! | asyncio | anywake |
//! |---|---|
//! | `async with lock:` around what it protects | `Lock` holds what it protects: there is no other way to it than `lock().await` |
//! | `gather` of tasks | `gather` of tasks, which here run on several threads |
//! | first come, first served | so it is here, and the lock is *handed over*: nobody gets in between |

#[macro_use]
mod support;

use std::sync::Arc;

use anywake::{Lock, Runtime, gather};
use futures_util::future::join3;
use support::seconds;

on_each_runtime!(program);

async fn program<R: Runtime>() {
    println!("# 11.3.1 asyncio.Lock");
    let counter = Arc::new(Lock::new(0));
    let tasks = [(); 3].map(|()| R::default().spawn(safe_increment::<R>(Arc::clone(&counter))));
    gather(tasks).await.expect("no task fails");
    println!("Final counter value: {}", counter.lock().await);

    println!("# 11.6.1 Using asyncio.Lock to Protect Critical Sections");
    let resource = Lock::new(0);
    let [a, b, c] = ["Coroutine A", "Coroutine B", "Coroutine C"];
    // Branches of one task ask for the lock in this order, so they are served in this order.
    join3(safe_modify::<R>(&resource, a), safe_modify::<R>(&resource, b), safe_modify::<R>(&resource, c))
        .await;
    println!("Final resource value: {}", resource.into_inner());
}

async fn safe_increment<R: Runtime>(counter: Arc<Lock<u32>>) {
    let mut counter = counter.lock().await;
    let read = *counter;
    R::default().sleep(seconds(0.1)).await;
    *counter = read + 1;
}

async fn safe_modify<R: Runtime>(resource: &Lock<u32>, name: &str) {
    let mut resource = resource.lock().await;
    println!("{name} acquired the lock.");
    let read = *resource;
    R::default().sleep(seconds(0.1)).await;
    *resource = read + 1;
    println!("{name} updated the resource to {resource}");
}
