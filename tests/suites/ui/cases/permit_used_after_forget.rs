// error: E0382
// asyncio's BoundedSemaphore lets a bogus release slip by; a permit can be given up only once.

use anywake_core::Semaphore;

fn main() {
    let semaphore = Semaphore::new(1);
    let permit = semaphore.try_acquire().unwrap();
    permit.forget();
    drop(permit);
}
