// error: E0277
// RUSTSEC-2020-0072 (futures-intrusive): the guard got Sync from `T: Send`, so two threads shared a Cell.

use std::cell::Cell;

use anywake_core::LockGuard;

fn sync<T: Sync>() {}

fn main() {
    sync::<LockGuard<'static, Cell<u8>>>();
}
