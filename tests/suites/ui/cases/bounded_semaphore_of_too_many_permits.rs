// error: E0080
// A bound above the largest count bounds nothing.

use anywake_core::Semaphore;

static SEMAPHORE: Semaphore = Semaphore::bounded(Semaphore::MAX_PERMITS + 1);

fn main() {
    assert_eq!(SEMAPHORE.waiters(), 0);
}
