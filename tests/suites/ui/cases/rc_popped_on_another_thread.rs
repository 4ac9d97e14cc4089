// error: E0277
// RUSTSEC-2020-0106 (multiqueue2): a queue sent an Rc to another thread.

use std::rc::Rc;
use std::sync::Arc;
use std::thread;

use anywake_core::Queue;

fn main() {
    let queue = Arc::new(Queue::<Rc<u8>>::with_capacity(1).unwrap());
    thread::spawn(move || drop(queue.try_pop()));
}
