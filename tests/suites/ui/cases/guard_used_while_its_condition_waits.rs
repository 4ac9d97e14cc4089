// error: E0382
// A wait releases the lock: other tasks may change the value until the wait returns.

use anywake_core::{Condition, Lock};

fn main() {
    let (lock, condition) = (Lock::new(1), Condition::new());
    let guard = lock.try_lock().unwrap();
    let wait = condition.wait(guard);
    assert_eq!(*guard, 1);
    drop(wait);
}
