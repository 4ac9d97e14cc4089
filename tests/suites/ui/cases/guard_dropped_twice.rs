// error: E0382
// asyncio's lock may be released twice; here the guard is the release, and there is one.

use anywake_core::Lock;

fn main() {
    let lock = Lock::new(1);
    let guard = lock.try_lock().unwrap();
    drop(guard);
    drop(guard);
}
