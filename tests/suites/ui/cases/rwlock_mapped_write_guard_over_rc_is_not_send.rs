// error: E0277
// RUSTSEC-2020-0059 (futures-util): Send depended on the whole value instead of the part behind the guard.

use std::rc::Rc;

use anywake_core::MappedWriteGuard;

fn send<T: Send>() {}

fn main() {
    send::<MappedWriteGuard<'static, Rc<u8>>>();
}
