// error: E0277
// RUSTSEC-2020-0059 (futures-util): Sync depended on the whole value instead of the part behind the guard.

use std::cell::Cell;

use anywake_core::MappedWriteGuard;

fn sync<T: Sync>() {}

fn main() {
    sync::<MappedWriteGuard<'static, Cell<u8>>>();
}
