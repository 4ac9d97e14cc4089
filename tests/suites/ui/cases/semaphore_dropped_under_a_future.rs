// error: E0597
// A dropped future leaves the list of its semaphore, which must still be there.

use std::pin::pin;

use anywake_core::Semaphore;

fn main() {
    let future;
    {
        let semaphore = Semaphore::new(1);
        future = semaphore.acquire();
    }
    drop(pin!(future));
}
