// error: unused_must_use
// Counting down too far is an error, and an error must be looked at.

#![deny(unused_must_use)]

use anywake_core::Latch;

fn main() {
    let latch = Latch::new(1);
    latch.count_down(2);
}
