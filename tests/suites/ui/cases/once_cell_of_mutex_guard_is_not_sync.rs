// error: E0277
// conquer-once, RUSTSEC-2020-0101: a value that was set through & on one thread was dropped on another, though not Send.

use std::sync::MutexGuard;

use anywake_core::OnceCell;

fn sync<T: Sync>() {}

fn main() {
    sync::<OnceCell<MutexGuard<'static, u8>>>();
}
