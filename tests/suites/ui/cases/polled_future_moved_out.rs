// error: E0507
// Moving a queued future leaves its node's neighbours pointing at nothing.

use std::pin::pin;

use anywake_core::Event;

fn main() {
    let event = Event::new();
    let wait = pin!(event.wait());
    let moved = *wait;
    drop(moved);
}
