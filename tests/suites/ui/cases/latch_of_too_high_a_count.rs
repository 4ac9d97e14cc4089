// error: E0080
// A count that overflows into the bits of another one would be a lie.

use anywake_core::Latch;

static LATCH: Latch = Latch::new(Latch::MAX_COUNT + 1);

fn main() {
    assert_eq!(LATCH.waiters(), 0);
}
