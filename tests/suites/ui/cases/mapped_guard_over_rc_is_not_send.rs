// error: E0277
// RUSTSEC-2020-0059 (futures-util): Send looked at the whole value and not at the part that the guard gives.

use std::rc::Rc;

use anywake_core::MappedGuard;

fn send<T: Send>() {}

fn main() {
    send::<MappedGuard<'static, Rc<u8>>>();
}
