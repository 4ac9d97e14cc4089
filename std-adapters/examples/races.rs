//! Chapter 11, 11.2 "Problems of Concurrent Access to State": what goes wrong without a lock.
//!
//! ```text
//! cargo run -p anywake-examples --bin races [RUNTIME]
//! ```
//!
//! | asyncio | Rust |
//! |---|---|
//! | a global variable | an atomic: a plain variable that several futures change does not compile |
//! | an update with an `await` in its middle loses others | so it does here: what is atomic is each step, not their sequence |
//!
//! A *data race* is what the compiler rules out. A *race condition* is a mistake in the program's logic, which it cannot
//! see. The example `lock` has the remedy.

#[macro_use]
mod support;

use core::sync::atomic::{AtomicU32, Ordering::Relaxed};

use anywake::Runtime;
use futures_util::future::{join, join3};
use support::seconds;

on_each_runtime!(program);

async fn program<R: Runtime>() {
    println!("# 11.2.1 Race Conditions");
    let counter = AtomicU32::new(0);
    // Branches of one task, which take turns as on asyncio's one thread: so the updates are lost every time. Tasks on
    // several threads would lose them now and then, which is worse.
    join3(increment::<R>(&counter), increment::<R>(&counter), increment::<R>(&counter)).await;
    println!("Final counter value: {}", counter.into_inner());

    println!("# 11.2.2 State Corruption");
    let value = AtomicU32::new(0);
    join(modify_state::<R>(&value), modify_state::<R>(&value)).await;
    println!("Final state: {{'value': {}}}", value.into_inner());
}

/// All three read 0, and all three write 1. (`fetch_add` would be right, as long as there is nothing to wait for.)
async fn increment<R: Runtime>(counter: &AtomicU32) {
    let read = counter.load(Relaxed);
    R::default().sleep(seconds(0.1)).await;
    counter.store(read + 1, Relaxed);
}

/// No step loses anything, and still the result is none that the two could have had one after the other, which is 6.
/// (The book says that it is 2, and that 4 was to be expected. This is what its program prints.)
async fn modify_state<R: Runtime>(value: &AtomicU32) {
    value.fetch_add(1, Relaxed);
    R::default().sleep(seconds(0.1)).await;
    value.fetch_update(Relaxed, Relaxed, |value| Some(value * 2)).expect("it always has a new value");
}
