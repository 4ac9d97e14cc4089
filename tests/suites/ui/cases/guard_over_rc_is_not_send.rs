// error: E0277
// RUSTSEC-2020-0070 (lock_api): guards were Send for any value.

use std::rc::Rc;

use anywake_core::LockGuard;

fn send<T: Send>() {}

fn main() {
    send::<LockGuard<'static, Rc<u8>>>();
}
