// error: E0597
// A value that is read lies in its watch, which must still exist.

use anywake_core::Watch;

fn main() {
    let value;
    {
        let watch = Watch::new(1);
        value = watch.borrow();
    }
    drop(value);
}
