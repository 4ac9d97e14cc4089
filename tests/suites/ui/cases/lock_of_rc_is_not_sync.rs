// error: E0277
// RUSTSEC-2020-0087 and a dozen like it: a lock was Sync for any value, and so sent an Rc to another thread.

use std::rc::Rc;

use anywake_core::Lock;

fn sync<T: Sync>() {}

fn main() {
    sync::<Lock<Rc<u8>>>();
}
