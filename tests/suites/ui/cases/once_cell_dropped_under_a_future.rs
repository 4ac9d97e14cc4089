// error: E0597
// A dropped future removes itself from the list of its cell, which must still exist.

use std::future::pending;
use std::pin::pin;

use anywake_core::OnceCell;

fn main() {
    let future;
    {
        let cell = OnceCell::<u8>::new();
        future = cell.get_or_init(pending);
    }
    drop(pin!(future));
}
