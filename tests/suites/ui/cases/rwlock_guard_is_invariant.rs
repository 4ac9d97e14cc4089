// error: E0597
// async-lock #45: a guard made covariant would let a shorter reference be written into the lock.

use anywake_core::{RwLock, WriteGuard};

fn main() {
    let lock: RwLock<&'static str> = RwLock::new("lives for ever");
    {
        let local = String::from("does not");
        let mut guard: WriteGuard<'_, &str> = lock.try_write().unwrap();
        *guard = &local;
    }
    println!("{}", lock.into_inner());
}
