// error: E0277
// RUSTSEC-2020-0070 (lock_api): guards that could be sent with what they guard.

use std::rc::Rc;

use anywake_core::LockGuard;

fn send<T: Send>() {}

fn main() {
    send::<LockGuard<'static, Rc<u8>>>();
}
