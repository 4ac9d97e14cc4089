// error: E0599
// A wait that has begun is in a list, and must not move: only a pinned one can be enabled.

use anywake_core::Notify;

fn main() {
    let notify = Notify::new();
    let mut future = notify.notified();
    future.enable();
    drop(future);
}
