// error: E0277
// RUSTSEC-2025-0023: a watch hands out &T to every thread, so it is Sync only if T is.

use std::cell::Cell;

use anywake_core::Watch;

fn sync<T: Sync>() {}

fn main() {
    sync::<Watch<Cell<u8>>>();
}
