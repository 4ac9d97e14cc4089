// error: E0499
// A slot has one sender and one receiver at a time: that is what its safety rests on.

use anywake_core::Oneshot;

fn main() {
    let mut slot = Oneshot::new();
    let (first, receiver) = slot.split();
    let (second, _) = slot.split();
    first.send(1).unwrap();
    second.send(2).unwrap();
    drop(receiver);
}
