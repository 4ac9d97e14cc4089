// error: E0277
// As through its handle: a reader that was sent must not name a lock that may not be shared.

use std::sync::MutexGuard;

use anywake_core::rwlock::{ReadGuard, RwLock};

fn lock_of<'a>(guard: &ReadGuard<'a, MutexGuard<'static, u8>>) -> &'a RwLock<MutexGuard<'static, u8>> {
    ReadGuard::lock(guard)
}

fn main() {
    let _ = lock_of;
}
