// error: E0499
// A wait marks what it has seen in its receiver, so a receiver has one wait at a time.

use anywake_core::Watch;

fn main() {
    let watch = Watch::new(1);
    let mut receiver = watch.receiver();
    let first = receiver.changed();
    let second = receiver.changed();
    drop((first, second));
}
