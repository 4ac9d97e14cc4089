//! Compares each primitive with a plain model, step by step, in all small programs and in long random ones.
//!
//! The interpreter and the models are in `support/explorer`, where the fuzzer uses them too.

use core::fmt;

use anywake_core::{Queue, StaticQueue};
use anywake_tests::explorer::condition::{ConditionKind, ConditionOperation, ConditionScenario};
use anywake_tests::explorer::event::EventScenario;
use anywake_tests::explorer::lock::{LockKind, LockScenario};
use anywake_tests::explorer::queue::{QueueKind, QueueOperation, QueueScenario};
use anywake_tests::explorer::rwlock::{RwLockKind, RwLockScenario};
use anywake_tests::explorer::semaphore::{SemaphoreKind, SemaphoreOperation, SemaphoreScenario};
use anywake_tests::explorer::{
    Disagreement, Scenario, condition, event, explore, lock, queue, rwlock, semaphore,
};
use proptest::collection::vec;
use proptest::prelude::*;

/// Explores all programs, prints their number, and fails if it is suspiciously small.
fn all_programs<S: Scenario>(scenario: S, slots: usize, steps: usize) {
    // Miri takes a thousand times as long.
    let steps = if cfg!(miri) { steps.min(3) } else { steps };
    let programs = explore(scenario, slots, steps).unwrap();
    println!("{scenario:?}: {programs} programs of up to {steps} steps in {slots} slots");
    assert!(programs > 1_000 || cfg!(miri), "only {programs} programs: the exploration ended early");
}

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
fn semaphore_in_all_programs() {
    use SemaphoreKind::{Many, One, Try};
    use SemaphoreOperation::{Close, Reduce, Release};

    for bounded in [false, true] {
        all_programs(
            SemaphoreScenario {
                permits: 2,
                bounded,
                kinds: &[One, Many(2), Try(1)],
                operations: &[Release(1), Reduce(1), Close],
            },
            3,
            6,
        );
    }
}

#[test]
fn event_in_all_programs() {
    all_programs(EventScenario, 3, 8);
}

#[test]
fn condition_in_all_programs() {
    use ConditionKind::{Lock, Wait};
    use ConditionOperation::{Notify, NotifyAll};

    for limit in [0, 1] {
        all_programs(
            ConditionScenario {
                locks: 1,
                limit,
                kinds: &[Lock(0), Wait(0)],
                operations: &[Notify(1), NotifyAll],
            },
            3,
            6,
        );
    }
}

#[test]
fn condition_for_and_until_in_all_programs() {
    use ConditionKind::{WaitFor, WaitUntil};
    use ConditionOperation::{Notify, Stock, Stop};

    for limit in [0, 1] {
        all_programs(
            ConditionScenario {
                locks: 1,
                limit,
                kinds: &[WaitFor(0), WaitUntil(0)],
                operations: &[Notify(1), Stock(0), Stop],
            },
            3,
            6,
        );
    }
}

#[test]
fn condition_of_two_locks_in_all_programs() {
    use ConditionKind::{Lock, Wait};
    use ConditionOperation::{Notify, NotifyAll};

    all_programs(
        ConditionScenario {
            locks: 2,
            limit: 0,
            kinds: &[Wait(0), Wait(1), Lock(0)],
            operations: &[Notify(2), NotifyAll],
        },
        3,
        6,
    );
}

#[test]
fn queue_in_all_programs() {
    use QueueKind::{Pop, Push};
    use QueueOperation::{Close, CloseNow, ForcePush, TryPop, TryPush};

    const KINDS: &[QueueKind] = &[Push, Pop];
    const OPERATIONS: &[QueueOperation] = &[TryPush, TryPop, ForcePush, Close, CloseNow];
    let make = || StaticQueue::<_, 1>::new();
    all_programs(QueueScenario { make, kinds: KINDS, operations: OPERATIONS }, 3, 6);
    let make = || StaticQueue::<_, 2>::new();
    all_programs(QueueScenario { make, kinds: KINDS, operations: OPERATIONS }, 3, 6);
}

#[test]
fn queue_with_joins_in_all_programs() {
    use QueueKind::{Join, Pop, Push};
    use QueueOperation::{CloseNow, ForcePush, TaskDone, TryPush};

    let make = || Queue::with_capacity(1).expect("there is memory for one item");
    let operations = &[TryPush, ForcePush, TaskDone, CloseNow];
    all_programs(QueueScenario { make, kinds: &[Push, Pop, Join], operations }, 3, 6);
}

#[test]
fn rwlock_in_all_programs() {
    use RwLockKind::{Read, TryRead, Upgradable, Upgrade, Write};

    all_programs(RwLockScenario { kinds: &[Read, Write, Upgradable, Upgrade] }, 4, 6);
    all_programs(RwLockScenario { kinds: &[Read, Write, TryRead] }, 4, 6);
    all_programs(RwLockScenario { kinds: RwLockScenario::ALL }, 3, 5);
}

/// Runs random programs of up to some hundred steps: 256, or as many as `PROPTEST_CASES` says. A failing one is shrunk.
fn random_programs(check: impl Fn(&[u8]) -> Result<(), Disagreement>) {
    // No file of failures is written: the steps of a failing program are shown.
    let config = ProptestConfig { failure_persistence: None, ..ProptestConfig::default() };
    proptest!(config, |(program in vec(any::<u8>(), 2..600).prop_map(Program))| {
        check(&program.0).map_err(|difference| TestCaseError::fail(format!("{difference:?}")))?;
    });
}

/// Bytes whose `Debug` is one line.
struct Program(Vec<u8>);

impl fmt::Debug for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.0)
    }
}

#[test]
fn lock_in_long_programs() {
    random_programs(lock::check);
}

#[test]
fn semaphore_in_long_programs() {
    random_programs(semaphore::check);
}

#[test]
fn event_in_long_programs() {
    random_programs(event::check);
}

#[test]
fn condition_in_long_programs() {
    random_programs(condition::check);
}

#[test]
fn queue_in_long_programs() {
    random_programs(queue::check);
}

#[test]
fn rwlock_in_long_programs() {
    random_programs(rwlock::check);
}
