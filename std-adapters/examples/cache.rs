//! Chapter 11, 11.9.2 "Asynchronous Cache Using `asyncio.Lock`", and what such a cache is for.
//!
//! ```text
//! cargo run -p anywake-examples --bin cache [RUNTIME]
//! ```
//!
//! | the book | anywake |
//! |---|---|
//! | `class AsyncCache`: a dictionary and a lock | `Cache` |
//! | `get`, `set` | `get`, `insert`, which have nothing to wait for |
//! | - | `get_or_load`: who asks for a key that is being loaded waits for that load (*single flight*) |

#[macro_use]
mod support;

use core::convert::Infallible;
use core::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::sync::Arc;

use anywake::{Cache, Runtime, gather};
use futures_util::future::join_all;
use support::seconds;

on_each_runtime!(program);

async fn program<R: Runtime>() {
    println!("# 11.9.2 Asynchronous Cache Using asyncio.Lock");
    let cache = Cache::new(R::default());
    join_all([("a", 1), ("b", 2), ("c", 3)].map(|(key, value)| set(&cache, key, value))).await;
    assert_eq!(["a", "b", "c"].map(|key| cache.get(&key)), [Some(1), Some(2), Some(3)]);

    println!("# 11.9.2 What it is for: ten tasks, one load");
    let cache = Arc::new(Cache::new(R::default()));
    let loads = Arc::new(AtomicU32::new(0));
    let tasks = [(); 10].map(|()| R::default().spawn(greeting(Arc::clone(&cache), Arc::clone(&loads))));
    let greetings = gather(tasks).await.expect("no task fails");
    println!("{} times {:?}, loaded {} times", greetings.len(), greetings[0], loads.load(Relaxed));
}

async fn set<R: Runtime>(cache: &Cache<&'static str, u32, R>, key: &'static str, value: u32) {
    cache.insert(key, value);
    println!("Cache updated: {key} = {value}");
}

async fn greeting<R: Runtime>(cache: Arc<Cache<&'static str, String, R>>, loads: Arc<AtomicU32>) -> String {
    let load = async || {
        println!("Loading user 7");
        loads.fetch_add(1, Relaxed);
        R::default().sleep(seconds(0.1)).await;
        Ok::<_, Infallible>("Alice".to_owned())
    };
    let Ok(name) = cache.get_or_load("user 7", load).await;
    format!("Hello {name}")
}
