// The items of a queue must be Send and need not be Sync.

use std::cell::Cell;
use std::sync::Arc;
use std::thread;

use anywake_core::Queue;

fn main() {
    let queue = Arc::new(Queue::<Cell<u8>>::with_capacity(1).unwrap());
    queue.try_push(Cell::new(1)).unwrap();
    thread::spawn(move || drop(queue.try_pop()));
}
