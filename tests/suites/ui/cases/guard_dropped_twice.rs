// error: E0382
// asyncio's lock can be released twice. Here the drop of the guard releases, and happens once.

use anywake_core::Lock;

fn main() {
    let lock = Lock::new(1);
    let guard = lock.try_lock().unwrap();
    drop(guard);
    drop(guard);
}
