// error: E0594
// A reader shares the value with others.

use anywake_core::RwLock;

fn main() {
    let lock = RwLock::new(1);
    let mut guard = lock.try_read().unwrap();
    *guard += 1;
}
