// error: E0505
// A dropped future removes itself from the list of its watch, which must still exist.

use std::pin::pin;

use anywake_core::Watch;

fn main() {
    let watch = Watch::new(1);
    let future = pin!(watch.closed());
    drop(watch);
    drop(future);
}
