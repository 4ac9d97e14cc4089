// error: E0382
// A sender is used up by its one send.

use anywake_core::oneshot::channel;

fn main() {
    let (sender, receiver) = channel();
    sender.send(1).unwrap();
    sender.send(2).unwrap();
    drop(receiver);
}
