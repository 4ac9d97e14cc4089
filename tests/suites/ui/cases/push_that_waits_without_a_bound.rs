// error: E0599
// A queue without a bound has no `push` that waits, which would never wait: `push_now` is its push.

use anywake_core::{Queue, UnboundedQueue};

async fn sends(queue: &UnboundedQueue<u8>) {
    queue.push(1).await.unwrap();
}

fn main() {
    drop(sends(&Queue::unbounded()));
}
