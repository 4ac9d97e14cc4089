// error: E0505
// A queued waiter borrows its lock, which must not be consumed meanwhile.

use anywake_core::Lock;

fn main() {
    let lock = Lock::new(1);
    let future = lock.lock();
    lock.into_inner();
    drop(future);
}
