// error: E0597
// A dropped future leaves the list of its lock, which must still be there.

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
