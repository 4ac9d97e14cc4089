// error: E0277
// A reader of it may be sent, since it is a `&T`. If it handed out the lock there, a writer could take the value.

use std::sync::MutexGuard;

use anywake_core::rwlock::{ReadGuard, RwLock};

fn lock_of<'a>(guard: &ReadGuard<'a, MutexGuard<'static, u8>>) -> &'a RwLock<MutexGuard<'static, u8>> {
    ReadGuard::handle(guard)
}

fn main() {
    let _ = lock_of;
}
