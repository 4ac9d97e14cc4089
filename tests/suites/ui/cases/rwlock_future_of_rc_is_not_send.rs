// error: E0277
// RUSTSEC-2026-0221 (event-listener): a waiter was Send for any value.

use std::rc::Rc;

use anywake_core::rwlock::ReadFuture;

fn send<T: Send>() {}

fn main() {
    send::<ReadFuture<'static, Rc<u8>>>();
}
