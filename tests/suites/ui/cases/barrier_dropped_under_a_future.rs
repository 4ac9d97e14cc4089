// error: E0597
// A dropped future removes itself from the list of its barrier, which must still exist.

use std::pin::pin;

use anywake_core::Barrier;

fn main() {
    let future;
    {
        let barrier = Barrier::new(2);
        future = barrier.wait();
    }
    drop(pin!(future));
}
