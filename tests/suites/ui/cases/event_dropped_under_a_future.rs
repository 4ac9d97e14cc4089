// error: E0597
// A dropped future leaves the list of its event, which must still be there.

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
