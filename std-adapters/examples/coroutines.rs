//! The study notes, 3.1 "Coroutines" and questions 6 and 8: coroutines that run concurrently.
//!
//! ```text
//! cargo run -p anywake-examples --bin coroutines [RUNTIME]
//! ```
//!
//! | asyncio | Rust |
//! |---|---|
//! | `async def` makes a function that returns a coroutine; nothing runs until it is awaited | `async fn` and a future, the same |
//! | `gather(count(), count(), count())` on one thread | `join3`: three branches of one task, on whatever thread it is |
//! | `asyncio.run(main())` | `Tokio.block_on(program())`, here by `on_each_runtime!` |
//!
//! For tasks of their own, on several threads, see the example `gather`.

#[macro_use]
mod support;

use anywake::Runtime;
use futures_util::future::join3;
use support::seconds;

on_each_runtime!(program);

async fn program<R: Runtime>() {
    println!("# 3.1 Coroutines");
    join3(count::<R>(), count::<R>(), count::<R>()).await;

    println!("# Questions 6 and 8");
    let coroutines = [count::<R>(), count::<R>(), count::<R>()];
    println!("{} coroutine objects, and nothing has run", coroutines.len());
    let [first, second, third] = coroutines;
    join3(first, second, third).await;
}

/// All three sleep at the same time, so that it takes one second and not three.
async fn count<R: Runtime>() {
    println!("One");
    R::default().sleep(seconds(1.0)).await;
    println!("Two");
}
