// error: E0597
// async-lock #45: a covariant owned guard would let a shorter reference be written into the lock.

use std::sync::Arc;

use anywake_core::{Lock, OwnedLockGuard};

fn main() {
    let lock: Arc<Lock<&'static str>> = Arc::new(Lock::new("lives for ever"));
    {
        let local = String::from("does not");
        let mut guard: OwnedLockGuard<&str> = Arc::clone(&lock).try_lock_owned().unwrap();
        *guard = &local;
    }
    println!("{}", lock.try_lock().unwrap());
}
