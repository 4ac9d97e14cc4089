// error: E0597
// A guard writes to its lock when it is dropped, so the lock must still exist.

use anywake_core::RwLock;

fn main() {
    let guard;
    {
        let lock = RwLock::new(1);
        guard = lock.try_read().unwrap();
    }
    drop(guard);
}
