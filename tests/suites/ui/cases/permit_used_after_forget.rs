// error: E0382
// asyncio's BoundedSemaphore misses some surplus releases. Here a permit can be forgotten only once.

use anywake_core::Semaphore;

fn main() {
    let semaphore = Semaphore::new(1);
    let permit = semaphore.try_acquire().unwrap();
    permit.forget();
    drop(permit);
}
