// error: E0277
// RUSTSEC-2025-0023: two threads would read one `Cell` at once.

use std::cell::Cell;
use std::thread;

use anywake_core::watch::channel;

fn main() {
    let (sender, receiver) = channel(Cell::new(1));
    thread::spawn(move || receiver.borrow().set(2));
    sender.borrow().set(3);
}
