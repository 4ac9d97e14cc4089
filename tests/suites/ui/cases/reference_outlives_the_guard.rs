// error: E0505
// A reference to the value must not outlive the guard.

use anywake_core::Lock;

fn main() {
    let lock = Lock::new(1);
    let mut guard = lock.try_lock().unwrap();
    let value = &mut *guard;
    drop(guard);
    *value += 1;
}
