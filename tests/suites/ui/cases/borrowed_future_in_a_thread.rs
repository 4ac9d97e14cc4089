// error: E0597
// A thread may outlive the stack that its future points into.

use std::thread;

use anywake_core::Event;

fn main() {
    let event = Event::new();
    let wait = event.wait();
    thread::spawn(move || drop(wait));
}
