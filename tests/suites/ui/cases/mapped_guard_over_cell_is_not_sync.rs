// error: E0277
// RUSTSEC-2020-0059 (futures-util): Sync looked at the whole value and not at the part that the guard gives.

use std::cell::Cell;

use anywake_core::MappedGuard;

fn sync<T: Sync>() {}

fn main() {
    sync::<MappedGuard<'static, Cell<u8>>>();
}
