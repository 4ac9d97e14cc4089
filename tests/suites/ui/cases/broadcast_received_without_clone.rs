// error: E0599
// Every receiver but the last gets a clone, so a value that cannot be cloned can be published, and not received.

use anywake_core::Broadcast;

struct Unique;

fn main() {
    let news = Broadcast::<Unique, 1>::new();
    let mut receiver = news.receiver();
    let _ = news.try_publish(Unique);
    drop(receiver.try_recv());
}
