// error: E0499
// A receive borrows the receiver exclusively: two at once could take the value twice.

use anywake_core::Oneshot;

fn main() {
    let mut slot = Oneshot::<u8>::new();
    let (_sender, mut receiver) = slot.split();
    let first = receiver.recv();
    let second = receiver.recv();
    drop((first, second));
}
