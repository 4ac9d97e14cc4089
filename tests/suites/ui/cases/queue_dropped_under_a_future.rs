// error: E0597
// A dropped future leaves the list of its queue, which must still be there.

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
