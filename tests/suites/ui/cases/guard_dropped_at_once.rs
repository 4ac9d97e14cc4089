// error: unused_must_use
// The benchmarks of futures-intrusive measured a lock that was never held.

#![deny(unused_must_use)]

use anywake_core::Lock;

fn main() {
    let lock = Lock::new(1);
    lock.try_lock().unwrap();
}
