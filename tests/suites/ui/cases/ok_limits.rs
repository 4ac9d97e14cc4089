// The largest and smallest arguments that are accepted.

use anywake_core::{Lock, Semaphore, StaticQueue};

static LOCK: Lock<u8> = Lock::with_bypass(0, Lock::<u8>::MAX_BYPASS);
static SEMAPHORE: Semaphore = Semaphore::new(Semaphore::MAX_PERMITS);
static BOUNDED: Semaphore = Semaphore::bounded(Semaphore::MAX_PERMITS);
static QUEUE: StaticQueue<u8, 1> = StaticQueue::new();

fn main() {
    assert!(!LOCK.is_locked() && QUEUE.is_empty());
    assert_eq!(SEMAPHORE.available_permits(), BOUNDED.available_permits());
}
