// error: E0277
// async-lock #50: a shared guard hands out its Arc of the lock, whose last owner may drop the value on another thread.

use std::sync::MutexGuard;

use anywake_core::OwnedLockGuard;

fn sync<T: Sync>() {}

fn main() {
    sync::<OwnedLockGuard<MutexGuard<'static, u8>>>();
}
