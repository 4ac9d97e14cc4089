// The future of a wait is used as if it were the guard.

use anywake_core::Lock;

async fn count(lock: &Lock<u32>) {
    *lock.lock() += 1;
}

fn main() {
    let _ = count(&Lock::new(0));
}
