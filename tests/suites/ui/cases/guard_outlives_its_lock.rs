// error: E0597
// A guard writes to its lock when it is dropped, so the lock must still exist.

use anywake_core::Lock;

fn main() {
    let guard;
    {
        let lock = Lock::new(1);
        guard = lock.try_lock().unwrap();
    }
    drop(guard);
}
