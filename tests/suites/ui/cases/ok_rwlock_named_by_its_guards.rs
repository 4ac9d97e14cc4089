// Where the lock may be shared, or the guard stays on its thread, a guard names its lock.

use std::cell::Cell;

use anywake_core::{ReadGuard, RwLock, WriteGuard};

fn main() {
    let lock = RwLock::new(Cell::new(1));
    let guard = lock.try_read().unwrap();
    let same: &RwLock<Cell<u8>> = ReadGuard::lock(&guard);
    drop(guard);
    let guard = same.try_write().unwrap();
    assert!(std::ptr::eq(*WriteGuard::handle(&guard), &lock));
}
