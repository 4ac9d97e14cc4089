// error: E0277
// A value is signalled on one thread and taken on another, so a static signal needs values that may be sent.

use std::rc::Rc;

use anywake_core::Signal;

static SIGNAL: Signal<Rc<u8>> = Signal::new();

fn main() {
    SIGNAL.reset();
}
