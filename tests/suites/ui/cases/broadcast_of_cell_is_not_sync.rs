// error: E0277
// RUSTSEC-2025-0023 (tokio): receivers on several threads clone one value at once, so a broadcast asks for T: Sync.

use std::cell::Cell;

use anywake_core::Broadcast;

fn sync<T: Sync>() {}

fn main() {
    sync::<Broadcast<Cell<u8>, 1>>();
}
