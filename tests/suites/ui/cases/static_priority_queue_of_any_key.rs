// error: E0277
// A key is an integer: another type would be compared by its own code, under the internal lock.

use anywake_core::StaticPriorityQueue;

static QUEUE: StaticPriorityQueue<u8, 2, String> = StaticPriorityQueue::new();

fn main() {
    assert!(QUEUE.is_empty());
}
