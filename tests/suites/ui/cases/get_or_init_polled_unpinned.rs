// error: E0277
// The node of a wait and the future of an initialiser must not move, so the future is polled pinned.

use std::future::{Future, ready};
use std::pin::Pin;
use std::task::{Context, Waker};

use anywake_core::OnceCell;

fn main() {
    let cell = OnceCell::new();
    let mut future = cell.get_or_init(|| ready(1));
    let _ = Pin::new(&mut future).poll(&mut Context::from_waker(Waker::noop()));
}
