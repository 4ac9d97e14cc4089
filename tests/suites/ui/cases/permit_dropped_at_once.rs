// error: unused_must_use
// A permit that is dropped at once limits nothing.

#![deny(unused_must_use)]

use anywake_core::Semaphore;

fn main() {
    let semaphore = Semaphore::new(1);
    semaphore.try_acquire().unwrap();
}
