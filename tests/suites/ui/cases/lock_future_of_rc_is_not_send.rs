// error: E0277
// RUSTSEC-2026-0221 (event-listener): a waiter was Send for any value.

use std::rc::Rc;

use anywake_core::lock::LockFuture;

fn send<T: Send>() {}

fn main() {
    send::<LockFuture<'static, Rc<u8>>>();
}
