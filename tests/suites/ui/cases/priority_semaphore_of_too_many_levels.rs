// error: E0080
// Each operation looks at all levels, so there are few.

use anywake_core::PrioritySemaphore;

static SEMAPHORE: PrioritySemaphore<17> = PrioritySemaphore::with_priorities(1, 1);

fn main() {
    assert!(!SEMAPHORE.is_closed());
}
