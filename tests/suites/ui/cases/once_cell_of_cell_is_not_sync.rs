// error: E0277
// conquer-once, RUSTSEC-2020-0101: a cell hands out &T to every thread, so it is Sync only if T is.

use std::cell::Cell;

use anywake_core::OnceCell;

fn sync<T: Sync>() {}

fn main() {
    sync::<OnceCell<Cell<u8>>>();
}
