// error: E0277
// The wait has a receiver, which drops values.

use std::rc::Rc;

use anywake_core::watch::channel;

fn send<T: Send>(_: T) {}

fn main() {
    let (_sender, mut receiver) = channel(Rc::new(1));
    send(receiver.changed());
}
