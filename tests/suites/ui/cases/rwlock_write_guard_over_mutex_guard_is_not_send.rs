// error: E0277
// RUSTSEC-2020-0070 (lock_api): a writer may take the value, which must be dropped on its own thread.

use std::sync::MutexGuard;

use anywake_core::WriteGuard;

fn send<T: Send>() {}

fn main() {
    send::<WriteGuard<'static, MutexGuard<'static, u8>>>();
}
