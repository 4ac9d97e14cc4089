// error: E0308
// Two plain readers that upgrade would wait for each other, for ever. One reader at a time is upgradable.

use anywake_core::{RwLock, UpgradableGuard};

fn main() {
    let lock = RwLock::new(1);
    let guard = lock.try_read().unwrap();
    drop(UpgradableGuard::upgrade(guard));
}
