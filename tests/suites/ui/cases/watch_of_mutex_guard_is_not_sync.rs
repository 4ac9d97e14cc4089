// error: E0277
// A thread that shares a watch drops the values that another one has sent, so it is Sync only if T is Send.

use std::sync::MutexGuard;

use anywake_core::Watch;

fn sync<T: Sync>() {}

fn main() {
    sync::<Watch<MutexGuard<'static, u8>>>();
}
