// error: E0597
// A dropped future removes itself from the list of its semaphore, which must still exist.

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
