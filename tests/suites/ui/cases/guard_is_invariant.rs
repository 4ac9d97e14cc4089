// error: E0597
// async-lock #45: a guard made covariant would let a shorter reference be written into the lock.

use anywake_core::{Lock, LockGuard};

fn main() {
    let lock: Lock<&'static str> = Lock::new("lives for ever");
    {
        let local = String::from("does not");
        let mut guard: LockGuard<'_, &str> = lock.try_lock().unwrap();
        *guard = &local;
    }
    println!("{}", lock.into_inner());
}
