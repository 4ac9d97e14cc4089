// error: E0597
// A dropped future removes itself from the list of its queue, which must still exist.

use std::pin::pin;

use anywake_core::StaticQueue;

fn main() {
    let future;
    {
        let queue = StaticQueue::<u8, 1>::new();
        future = queue.pop();
    }
    drop(pin!(future));
}
