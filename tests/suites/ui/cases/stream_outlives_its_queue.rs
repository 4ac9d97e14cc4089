// error: E0597
// A stream waits in the list of its queue, which must still exist.

use anywake_core::StaticQueue;

fn main() {
    let stream;
    {
        let queue = StaticQueue::<u8, 1>::new();
        stream = queue.stream();
    }
    drop(stream);
}
