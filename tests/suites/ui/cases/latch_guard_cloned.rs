// error: E0599
// A cloned guard would count down twice.

use anywake_core::Latch;

fn main() {
    let latch = Latch::new(1);
    let guard = latch.guard().unwrap();
    let copy = guard.clone();
    drop((guard, copy));
}
