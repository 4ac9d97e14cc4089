// error: E0521
// The predicate of `wait_for` sees the value only while the lock is held.

use anywake_core::{Condition, Lock};

fn main() {
    let (lock, condition) = (Lock::new(1), Condition::new());
    let mut kept: Option<&mut i32> = None;
    let wait = condition.wait_for(lock.try_lock().unwrap(), |value| {
        kept = Some(value);
        true
    });
    drop(wait);
}
