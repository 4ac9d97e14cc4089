// A wait is polled by hand without being pinned, as in a `select!` that requires pinned futures.

use core::future::poll_fn;
use core::pin::Pin;

use anywake_core::Lock;

async fn lock_by_hand(lock: &Lock<u32>) {
    let mut wait = lock.lock();
    let guard = poll_fn(|context| Pin::new(&mut wait).poll(context)).await;
    drop(guard);
}

fn main() {
    let _ = lock_by_hand(&Lock::new(0));
}
