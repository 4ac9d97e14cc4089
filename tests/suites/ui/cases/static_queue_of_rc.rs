// error: E0277
// RUSTSEC-2025-0045 (static_cell), RUSTSEC-2020-0143 (multiqueue): a static accepted items of any type.

use std::rc::Rc;

use anywake_core::StaticQueue;

static QUEUE: StaticQueue<Rc<u8>, 1> = StaticQueue::new();

fn main() {
    assert!(QUEUE.is_empty());
}
