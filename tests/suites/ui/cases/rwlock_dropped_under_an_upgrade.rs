// error: E0597
// A dropped upgrade leaves its list, and then the lock, which must still exist.

use std::pin::pin;

use anywake_core::{RwLock, UpgradableGuard};

fn main() {
    let future;
    {
        let lock = RwLock::new(1);
        future = UpgradableGuard::upgrade(lock.try_upgradable_read().unwrap());
    }
    drop(pin!(future));
}
