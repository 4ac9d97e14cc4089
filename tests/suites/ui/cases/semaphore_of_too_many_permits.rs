// error: E0080
// A count that overflows into the flags of its word would close the semaphore or hide its waiters.

use anywake_core::Semaphore;

static SEMAPHORE: Semaphore = Semaphore::new(usize::MAX);

fn main() {
    assert_eq!(SEMAPHORE.waiters(), 0);
}
