// error: unused_must_use
// A lock that is left at once protects nothing.

#![deny(unused_must_use)]

use anywake_core::RwLock;

fn main() {
    let lock = RwLock::new(1);
    lock.try_write().unwrap();
}
