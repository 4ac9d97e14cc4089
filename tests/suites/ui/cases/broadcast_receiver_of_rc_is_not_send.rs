// error: E0277
// RUSTSEC-2026-0221 (event-listener): a receiver receives a value, so sending the receiver may send the value.

use std::rc::Rc;

use anywake_core::Broadcast;

fn send<T: Send>(_: T) {}

fn main() {
    let news = Broadcast::<Rc<u8>, 1>::new();
    send(news.receiver());
}
