// error: E0277
// RUSTSEC-2020-0087 and its like: readers on two threads would share a Cell, though a Lock of it may be shared.

use std::cell::Cell;

use anywake_core::RwLock;

fn sync<T: Sync>() {}

fn main() {
    sync::<RwLock<Cell<u8>>>();
}
