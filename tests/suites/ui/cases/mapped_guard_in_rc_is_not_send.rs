// error: E0277
// RUSTSEC-2020-0070 (lock_api): a part that may be sent does not make its whole so; the lock goes with the guard.

use std::rc::Rc;

use anywake_core::MappedLockGuard;

fn send<T: Send>() {}

fn main() {
    send::<MappedLockGuard<'static, Rc<u8>, u8>>();
}
