// error: E0277
// `share` clones the Arc of a shared reader, and so the other thread may be the one that drops the value.

use std::sync::MutexGuard;

use anywake_core::OwnedReadGuard;

fn sync<T: Sync>() {}

fn main() {
    sync::<OwnedReadGuard<MutexGuard<'static, u8>>>();
}
