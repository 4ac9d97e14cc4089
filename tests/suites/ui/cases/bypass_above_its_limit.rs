// error: E0080
// A bypass count that overflows into the flags of its word would unlock the lock.

use anywake_core::Lock;

static LOCK: Lock<u8> = Lock::with_bypass(0, Lock::<u8>::MAX_BYPASS + 1);

fn main() {
    assert!(!LOCK.is_locked());
}
