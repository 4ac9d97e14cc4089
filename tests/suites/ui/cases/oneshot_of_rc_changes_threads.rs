// error: E0277
// The value goes where the receiver goes, so an end can be sent only if the value can.

use std::rc::Rc;
use std::thread;

use anywake_core::oneshot::channel;

fn main() {
    let (sender, receiver) = channel::<Rc<u8>>();
    thread::spawn(move || drop(receiver));
    drop(sender);
}
