// A queue carries what may be sent, even if it may not be shared.

use std::cell::Cell;
use std::sync::Arc;
use std::thread;

use anywake_core::Queue;

fn main() {
    let queue = Arc::new(Queue::<Cell<u8>>::with_capacity(1).unwrap());
    queue.try_push(Cell::new(1)).unwrap();
    thread::spawn(move || drop(queue.try_pop()));
}
