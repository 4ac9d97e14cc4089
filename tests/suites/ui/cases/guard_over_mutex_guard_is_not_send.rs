// error: E0277
// RUSTSEC-2020-0070 (lock_api): a MutexGuard behind the lock must be dropped on its own thread.

use std::sync::MutexGuard;

use anywake_core::LockGuard;

fn send<T: Send>() {}

fn main() {
    send::<LockGuard<'static, MutexGuard<'static, u8>>>();
}
