// error: E0277
// unsafe-code-guidelines #133: the queue points to the item in the future, which must not move.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Waker};

use anywake_core::StaticQueue;

fn main() {
    let queue = StaticQueue::<u8, 1>::new();
    let mut push = queue.push(1);
    let _ = Pin::new(&mut push).poll(&mut Context::from_waker(Waker::noop()));
}
