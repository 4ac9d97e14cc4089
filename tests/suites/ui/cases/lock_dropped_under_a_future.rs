// error: E0597
// A dropped future removes itself from the list of its lock, which must still exist.

use std::pin::pin;

use anywake_core::Lock;

fn main() {
    let future;
    {
        let lock = Lock::new(1);
        future = lock.lock();
    }
    drop(pin!(future));
}
