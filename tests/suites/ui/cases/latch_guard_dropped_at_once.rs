// error: unused_must_use
// A guard that is dropped at once counts down before the work begins.

#![deny(unused_must_use)]

use anywake_core::Latch;

fn main() {
    let latch = Latch::new(1);
    latch.guard().unwrap();
}
