// error: E0505
// The value is the guard's owner's only while the guard lives.

use anywake_core::Lock;

fn main() {
    let lock = Lock::new(1);
    let mut guard = lock.try_lock().unwrap();
    let value = &mut *guard;
    drop(guard);
    *value += 1;
}
