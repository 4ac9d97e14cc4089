// error: E0080
// A limit that no count reaches is no limit: the first waiter could starve, although a bound was asked for.

use anywake_core::Semaphore;
use anywake_core::semaphore::Bypass;

static SEMAPHORE: Semaphore<Bypass> = Semaphore::with_bypass(1, Semaphore::MAX_BYPASS + 1);

fn main() {
    assert!(!SEMAPHORE.is_closed());
}
