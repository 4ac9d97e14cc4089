// error: E0382
// A wait gives the lock up: what the guard protected is somebody else's until the wait returns.

use anywake_core::{Condition, Lock};

fn main() {
    let (lock, condition) = (Lock::new(1), Condition::new());
    let guard = lock.try_lock().unwrap();
    let wait = condition.wait(guard);
    assert_eq!(*guard, 1);
    drop(wait);
}
