// error: E0277
// RUSTSEC-2025-0045 (static_cell): a container for statics accepted values that must not be shared.

use std::rc::Rc;

use anywake_core::Lock;

static LOCK: Lock<Option<Rc<u8>>> = Lock::new(None);

fn main() {
    assert!(!LOCK.is_locked());
}
