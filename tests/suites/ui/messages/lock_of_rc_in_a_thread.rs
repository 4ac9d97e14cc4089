// A lock does not make a value Send that is not.

use std::rc::Rc;
use std::sync::Arc;

use anywake_core::Lock;

fn main() {
    let lock = Arc::new(Lock::new(Rc::new(1)));
    std::thread::spawn(move || drop(lock));
}
