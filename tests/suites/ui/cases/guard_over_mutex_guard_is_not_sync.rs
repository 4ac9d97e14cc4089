// error: E0277
// async-lock #50: the guard hands out the lock, so sharing it lets another thread take the value: `T: Sync` is too little.

use std::sync::MutexGuard;

use anywake_core::LockGuard;

fn sync<T: Sync>() {}

fn main() {
    sync::<LockGuard<'static, MutexGuard<'static, u8>>>();
}
