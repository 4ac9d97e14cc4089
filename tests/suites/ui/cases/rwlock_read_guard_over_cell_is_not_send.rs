// error: E0277
// RUSTSEC-2020-0070 (lock_api): a reader is a `&T`, so sending it takes `T: Sync`; `T: Send` is not enough.

use std::cell::Cell;

use anywake_core::ReadGuard;

fn send<T: Send>() {}

fn main() {
    send::<ReadGuard<'static, Cell<u8>>>();
}
