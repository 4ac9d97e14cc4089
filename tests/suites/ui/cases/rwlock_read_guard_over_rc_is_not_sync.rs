// error: E0277
// RUSTSEC-2020-0070 (lock_api): guards were Sync for any value.

use std::rc::Rc;

use anywake_core::ReadGuard;

fn sync<T: Sync>() {}

fn main() {
    sync::<ReadGuard<'static, Rc<u8>>>();
}
