//! Chapter 15, 15.11 "Optimizing CPU Usage with `uvloop` and `asyncio.run_in_executor`".
//!
//! ```text
//! cargo run -p anywake-examples --bin run_in_executor [RUNTIME]
//! ```
//!
//! | asyncio | anywake |
//! |---|---|
//! | `set_event_loop_policy(uvloop.EventLoopPolicy())` | the type parameter `R`: `Tokio`, `AsyncStd`, `Smol`, or one of your own |
//! | `loop.run_until_complete(coroutine)` | `R::default().block_on(future)`, in `support` |
//! | `ThreadPoolExecutor()` | `BlockingPool::new(runtime, threads)` |
//! | `loop.run_in_executor(pool, function, argument)` | `pool.spawn(move \|\| function(argument))` |

#[macro_use]
mod support;

use std::thread;

use anywake::{BlockingPool, Runtime, gather};
use support::seconds;

on_each_runtime!(program);

async fn program<R: Runtime>() {
    println!("# 15.11.1 Using uvloop to Speed Up the Event Loop");
    println!("Computation Result: {}", compute::<R>().await);

    println!("# 15.11.2 Using asyncio.run_in_executor for Executing Synchronous Functions (any order)");
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let pool = BlockingPool::new(R::default(), threads);
    let results = gather([1_000_000, 2_000_000, 3_000_000].map(|n| pool.spawn(move || blocking_io(n)))).await;
    println!("# 15.11.2 The results, in the order of the arguments");
    println!("Results: {:?}", results.expect("none of them fails"));
}

/// Written once; whoever calls it chooses the event loop.
async fn compute<R: Runtime>() -> u64 {
    R::default().sleep(seconds(1.0)).await;
    (0..1_000_000).sum()
}

fn blocking_io(n: u64) -> u64 {
    println!("Starting blocking operation {n}");
    let result = (0..n).sum();
    println!("Blocking operation {n} completed");
    result
}
