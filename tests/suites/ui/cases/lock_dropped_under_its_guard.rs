// error: E0505
// A guard used after its lock was dropped.

use anywake_core::Lock;

fn main() {
    let lock = Lock::new(1);
    let guard = lock.try_lock().unwrap();
    drop(lock);
    assert_eq!(*guard, 1);
}
