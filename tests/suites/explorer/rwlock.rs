//! The programs of reader-writer locks.

use anywake_tests::explorer::rwlock::{self, RwLockKind, RwLockScenario};

use crate::{all_programs, random_programs};

#[test]
fn rwlock_in_all_programs() {
    use RwLockKind::{Read, TryRead, Upgradable, Upgrade, Write};

    all_programs(RwLockScenario { kinds: &[Read, Write, Upgradable, Upgrade] }, 4, 6);
    all_programs(RwLockScenario { kinds: &[Read, Write, TryRead] }, 4, 6);
    all_programs(RwLockScenario { kinds: RwLockScenario::ALL }, 3, 5);
}

#[test]
fn rwlock_in_long_programs() {
    random_programs(rwlock::check);
}
