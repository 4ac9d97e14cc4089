// error: E0080
// A limit of 0 would turn the order of the levels around: everybody is overtaken often enough at once.

use anywake_core::PrioritySemaphore;

static SEMAPHORE: PrioritySemaphore<2> = PrioritySemaphore::with_priorities(1, 0);

fn main() {
    assert!(!SEMAPHORE.is_closed());
}
