// error: E0505
// A queued future is linked into its latch.

use std::pin::pin;

use anywake_core::Latch;

fn main() {
    let latch = Latch::new(1);
    let wait = pin!(latch.wait());
    drop(latch);
    let _ = wait.enable();
}
