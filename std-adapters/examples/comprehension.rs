//! The study notes, 5.1 "Async Generators and Comprehensions".
//!
//! ```text
//! cargo run -p anywake-examples --bin comprehension [RUNTIME]
//! ```
//!
//! | Python | anywake |
//! |---|---|
//! | `async def` with `yield` | `stream::generator` with `emit` |
//! | `async for item in items` | `while let Some(item) = items.next().await` |
//! | `[item async for item in items]` | `items.collect().await` |
//!
//! As in Python none of this is concurrent: the generator stands still while the consumer has an item. `stream::buffered`
//! lets it run ahead.

#[macro_use]
mod support;

use anywake::{Runtime, stream};
use futures_util::{Stream, StreamExt};
use support::seconds;

on_each_runtime!(program);

async fn program<R: Runtime>() {
    println!("# 5.1 Async Generators and Comprehensions");
    let powers: Vec<_> = mygen::<R>(10).collect().await;
    println!("{powers:?}");
}

fn mygen<R: Runtime>(u: u32) -> impl Stream<Item = u32> {
    stream::generator(move |emitter| async move {
        for i in 0..u {
            emitter.emit(2_u32.pow(i)).await;
            R::default().sleep(seconds(0.1)).await;
        }
    })
}
