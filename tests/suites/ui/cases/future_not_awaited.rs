// error: unused_must_use
// A future that is not awaited does not wait, and the next line would run unprotected.

#![deny(unused_must_use)]

use anywake_core::Lock;

fn main() {
    let lock = Lock::new(1);
    lock.lock();
}
