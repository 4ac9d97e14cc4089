//! The programs of conditions.

use anywake_tests::explorer::condition::{self, ConditionKind, ConditionOperation, ConditionScenario};

use crate::{all_programs, random_programs};

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
fn condition_in_long_programs() {
    random_programs(condition::check);
}
