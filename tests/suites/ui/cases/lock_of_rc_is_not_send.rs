// error: E0277
// RUSTSEC-2020-0087 and a dozen like it: a container was Send for any value.

use std::rc::Rc;

use anywake_core::Lock;

fn send<T: Send>() {}

fn main() {
    send::<Lock<Rc<u8>>>();
}
