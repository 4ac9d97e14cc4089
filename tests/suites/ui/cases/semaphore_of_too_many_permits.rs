// error: E0080
// A count that reaches into the flags of its word closes the semaphore, or hides its waiters.

use anywake_core::Semaphore;

static SEMAPHORE: Semaphore = Semaphore::new(usize::MAX);

fn main() {
    assert_eq!(SEMAPHORE.waiters(), 0);
}
