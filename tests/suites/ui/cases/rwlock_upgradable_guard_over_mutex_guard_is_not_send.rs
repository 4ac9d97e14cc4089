// error: E0277
// An upgradable reader looks like a `&T`, and becomes a `&mut T` on the thread that it was sent to.

use std::sync::MutexGuard;

use anywake_core::UpgradableGuard;

fn send<T: Send>() {}

fn main() {
    send::<UpgradableGuard<'static, MutexGuard<'static, u8>>>();
}
