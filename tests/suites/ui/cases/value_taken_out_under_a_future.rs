// error: E0505
// A queued waiter points at its lock, which must not be taken apart meanwhile.

use anywake_core::Lock;

fn main() {
    let lock = Lock::new(1);
    let future = lock.lock();
    lock.into_inner();
    drop(future);
}
