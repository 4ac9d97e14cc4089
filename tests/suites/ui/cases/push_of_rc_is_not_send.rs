// error: E0277
// RUSTSEC-2026-0221 (event-listener): the future owns the item, which is sent with it.

use std::rc::Rc;

use anywake_core::StaticQueue;

fn send<T: Send>(_: T) {}

fn main() {
    let queue = StaticQueue::<Rc<u8>, 1>::new();
    send(queue.push(Rc::new(1)));
}
