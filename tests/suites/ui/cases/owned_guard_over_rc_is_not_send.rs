// error: E0277
// RUSTSEC-2020-0070 (lock_api): the owned guard needs the same bounds as the borrowed one.

use std::rc::Rc;
use std::sync::Arc;
use std::thread;

use anywake_core::Lock;

fn main() {
    let guard = Arc::new(Lock::new(Rc::new(1))).try_lock_owned();
    thread::spawn(move || drop(guard));
}
