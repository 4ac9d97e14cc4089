// error: E0499
// Two waits of one receiver would read one position twice.

use std::pin::pin;

use anywake_core::Broadcast;

fn main() {
    let news = Broadcast::<u8, 1>::new();
    let mut receiver = news.receiver();
    let (first, second) = (pin!(receiver.recv()), pin!(receiver.recv()));
    first.enable();
    second.enable();
}
