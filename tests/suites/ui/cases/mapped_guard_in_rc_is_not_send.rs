// error: E0277
// RUSTSEC-2020-0070 (lock_api): a part that may be sent does not make its whole so; the guard may drop the whole.

use std::rc::Rc;

use anywake_core::OwnedMappedGuard;

fn send<T: Send>() {}

fn main() {
    send::<OwnedMappedGuard<Rc<u8>, u8>>();
}
