// error: E0277
// RUSTSEC-2020-0070 (lock_api): a part that is Send does not make the whole value Send, which the guard may drop.

use std::rc::Rc;

use anywake_core::OwnedMappedReadGuard;

fn send<T: Send>() {}

fn main() {
    send::<OwnedMappedReadGuard<Rc<u8>, u8>>();
}
