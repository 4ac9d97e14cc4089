// error: E0277
// RUSTSEC-2025-0045 (static_cell): a container for statics accepted values that must not be shared.

use std::cell::Cell;

use anywake_core::Watch;

static WATCH: Watch<Cell<u8>> = Watch::new(Cell::new(1));

fn main() {
    WATCH.borrow().set(2);
}
