// error: E0080
// asyncio takes a capacity of 0 as unbounded. Here it is refused at compile time.

use anywake_core::StaticQueue;

static QUEUE: StaticQueue<u8, 0> = StaticQueue::new();

fn main() {
    assert!(QUEUE.is_empty());
}
