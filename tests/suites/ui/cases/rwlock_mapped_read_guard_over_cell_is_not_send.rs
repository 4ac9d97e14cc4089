// error: E0277
// RUSTSEC-2020-0070 (lock_api): the part of a reader is a `&U`, so sending it takes `U: Sync`.

use std::cell::Cell;

use anywake_core::MappedReadGuard;

fn send<T: Send>() {}

fn main() {
    send::<MappedReadGuard<'static, Cell<u8>>>();
}
