// error: E0080
// asyncio takes a capacity of 0 as unbounded. Here it is refused at compile time.

use anywake_core::StaticPriorityQueue;

static QUEUE: StaticPriorityQueue<u8, 0> = StaticPriorityQueue::new();

fn main() {
    assert!(QUEUE.is_empty());
}
