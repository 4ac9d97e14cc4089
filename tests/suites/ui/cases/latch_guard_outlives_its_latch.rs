// error: E0597
// A guard counts down when it is dropped, so the latch must still exist.

use anywake_core::Latch;

fn main() {
    let guard;
    {
        let latch = Latch::new(1);
        guard = latch.guard().unwrap();
    }
    drop(guard);
}
