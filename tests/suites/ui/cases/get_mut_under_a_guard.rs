// error: E0502
// Two mutable references to one value.

use anywake_core::Lock;

fn main() {
    let mut lock = Lock::new(1);
    let guard = lock.try_lock().unwrap();
    *lock.get_mut() += 1;
    drop(guard);
}
