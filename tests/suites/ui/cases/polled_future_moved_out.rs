// error: E0507
// If a queued future were moved, the neighbours of its node would hold dangling pointers.

use std::pin::pin;

use anywake_core::Event;

fn main() {
    let event = Event::new();
    let wait = pin!(event.wait());
    let moved = *wait;
    drop(moved);
}
