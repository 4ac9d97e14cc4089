// error: E0277
// RUSTSEC-2026-0221 (event-listener): a pop receives an item, so sending the pop may send the item.

use std::rc::Rc;

use anywake_core::StaticQueue;

fn send<T: Send>(_: T) {}

fn main() {
    let queue = StaticQueue::<Rc<u8>, 1>::new();
    send(queue.pop());
}
