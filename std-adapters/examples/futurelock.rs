//! A task that waits for itself, and the report of it.
//!
//! ```text
//! cargo run -p anywake --example futurelock --features tokio,async-std,smol,diagnose
//! ```
//!
//! The program is that of Oxide's RFD 609. A task asks for a lock that another one holds, and gives the wait a deadline, but
//! keeps the future. The deadline passes, and the task asks again, by another future. Then the lock is handed to the first
//! one, which nobody polls. With the feature `diagnose` the task is told apart at once; without it the program hangs until
//! the deadline of the whole.

use core::pin::pin;
use core::time::Duration;
use std::sync::Arc;

use anywake::{AsyncStd, Lock, Runtime, Smol, Tokio, timeout};
use futures_util::future::{Either, select};

fn main() {
    #[cfg(feature = "diagnose")]
    anywake::diagnose::start();
    run::<Tokio>();
    run::<AsyncStd>();
    run::<Smol>();
}

fn run<R: Runtime>() {
    println!("# {}", core::any::type_name::<R>());
    match R::default().block_on(timeout(R::default(), Duration::from_millis(500), asks_twice::<R>())) {
        Ok(()) => println!("done"),
        Err(_) => println!("not finished after half a second"),
    }
}

async fn asks_twice<R: Runtime>() {
    let lock = Arc::new(Lock::new(()));
    let held = Arc::clone(&lock).lock_owned().await;
    let holder = R::default().spawn(async move {
        R::default().sleep(Duration::from_millis(100)).await;
        drop(held);
    });

    let mut first = pin!(lock.lock());
    let deadline = pin!(R::default().sleep(Duration::from_millis(20)));
    if let Either::Left(_) = select(first.as_mut(), deadline).await {
        return;
    }
    // `first` is still in the queue.
    let again = lock.lock();
    let guard = again.await;
    drop(guard);
    let _ = holder.await;
}
