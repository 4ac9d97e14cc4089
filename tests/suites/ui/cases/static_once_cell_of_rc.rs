// error: E0277
// RUSTSEC-2025-0045 (static_cell): a container for statics accepted values that must not be shared.

use std::rc::Rc;

use anywake_core::OnceCell;

static CELL: OnceCell<Rc<u8>> = OnceCell::new();

fn main() {
    assert!(CELL.get().is_none());
}
