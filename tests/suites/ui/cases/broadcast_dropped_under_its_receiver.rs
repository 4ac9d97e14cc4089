// error: E0597
// A dropped receiver counts itself off at its broadcast, which must still exist.

use anywake_core::Broadcast;

fn main() {
    let receiver;
    {
        let news = Broadcast::<u8, 1>::new();
        receiver = news.receiver();
    }
    drop(receiver);
}
