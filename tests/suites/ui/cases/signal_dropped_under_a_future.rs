// error: E0597
// A dropped future removes itself from the list of its signal, which must still exist.

use std::pin::pin;

use anywake_core::Signal;

fn main() {
    let future;
    {
        let signal = Signal::<u8>::new();
        future = signal.wait();
    }
    drop(pin!(future));
}
