// error: E0505
// A wait for the end of the receiver borrows the sender, which a send would use up.

use anywake_core::oneshot::channel;

fn main() {
    let (sender, receiver) = channel();
    let closed = sender.closed();
    sender.send(1).unwrap();
    drop((closed, receiver));
}
