//! The programs of locks.

use anywake_tests::explorer::lock::{self, LockKind, LockScenario};

use crate::{all_programs, random_programs};

#[test]
fn lock_in_all_programs() {
    for limit in [0, 1, 2] {
        all_programs(LockScenario { limit, kinds: &[LockKind::Lock, LockKind::TryLock] }, 4, 8);
    }
}

#[test]
fn owned_lock_in_all_programs() {
    for limit in [0, 1] {
        all_programs(LockScenario { limit, kinds: LockScenario::ALL }, 3, 6);
    }
}

#[test]
fn lock_in_long_programs() {
    random_programs(lock::check);
}
