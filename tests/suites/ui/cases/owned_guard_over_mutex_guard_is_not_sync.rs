// error: E0277
// async-lock #50: the guard hands out the lock that the Arc keeps, and its last owner drops the value elsewhere.

use std::sync::MutexGuard;

use anywake_core::OwnedLockGuard;

fn sync<T: Sync>() {}

fn main() {
    sync::<OwnedLockGuard<MutexGuard<'static, u8>>>();
}
