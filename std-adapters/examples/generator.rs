//! Chapter 15, 15.9 "Using Generators for Data Stream Management": a stream that is written as a loop.
//!
//! ```text
//! cargo run -p anywake-examples --bin generator [RUNTIME]
//! ```
//!
//! | asyncio | anywake |
//! |---|---|
//! | `async def` with `yield item` | `stream::generator`, with `emitter.emit(item).await` |
//! | `async for item in stream` | `while let Some(item) = stream.next().await` |

#[macro_use]
mod support;

use core::pin::pin;

use anywake::{Runtime, stream};
use futures_util::{Stream, StreamExt as _};
use support::seconds;

on_each_runtime!(program);

async fn program<R: Runtime>() {
    println!("# 15.9.1 Example of an Asynchronous Generator");
    let mut numbers = pin!(number_generator::<R>(10));
    while let Some(number) = numbers.next().await {
        println!("Received number: {number}");
    }
}

fn number_generator<R: Runtime>(n: u32) -> impl Stream<Item = u32> {
    stream::generator(move |emitter| async move {
        for i in 0..n {
            R::default().sleep(seconds(0.1)).await;
            emitter.emit(i).await;
        }
    })
}
