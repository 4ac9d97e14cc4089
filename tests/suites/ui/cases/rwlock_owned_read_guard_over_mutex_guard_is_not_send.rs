// error: E0277
// An owned reader may be the last owner of the lock, and then drops the value on the thread that it was sent to.

use std::sync::MutexGuard;

use anywake_core::OwnedReadGuard;

fn send<T: Send>() {}

fn main() {
    send::<OwnedReadGuard<MutexGuard<'static, u8>>>();
}
