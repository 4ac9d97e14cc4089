// error: E0277
// unsafe-code-guidelines #133, kanal #35: a node in a list must not move, so its future is polled pinned.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Waker};

use anywake_core::Lock;

fn main() {
    let lock = Lock::new(1);
    let mut future = lock.lock();
    let _ = Pin::new(&mut future).poll(&mut Context::from_waker(Waker::noop()));
}
