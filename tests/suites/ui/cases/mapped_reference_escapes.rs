// error: E0521
// The closure of `map` must work for any lifetime, and so cannot let the reference escape.

use anywake_core::{Lock, LockGuard};

fn main() {
    let lock = Lock::new((1, 2));
    let mut kept: Option<&mut i32> = None;
    let one = LockGuard::map(lock.try_lock().unwrap(), |pair| {
        kept = Some(&mut pair.1);
        &mut pair.0
    });
    drop(one);
}
