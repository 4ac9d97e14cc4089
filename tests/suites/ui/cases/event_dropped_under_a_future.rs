// error: E0597
// A dropped future removes itself from the list of its event, which must still exist.

use std::pin::pin;

use anywake_core::Event;

fn main() {
    let future;
    {
        let event = Event::new();
        future = event.wait();
    }
    drop(pin!(future));
}
