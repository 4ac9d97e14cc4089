// error: E0597
// A dropped future removes itself from the list of its notify, which must still exist.

use std::pin::pin;

use anywake_core::Notify;

fn main() {
    let future;
    {
        let notify = Notify::new();
        future = notify.notified();
    }
    drop(pin!(future));
}
