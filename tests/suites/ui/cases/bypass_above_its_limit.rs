// error: E0080
// A count of overtakings that reaches into the flags of its word unlocks the lock.

use anywake_core::Lock;

static LOCK: Lock<u8> = Lock::with_bypass(0, Lock::<u8>::MAX_BYPASS + 1);

fn main() {
    assert!(!LOCK.is_locked());
}
