//! The programs of semaphores.

use anywake_tests::explorer::semaphore::{self, SemaphoreKind, SemaphoreOperation, SemaphoreScenario};

use crate::{all_programs, random_programs};

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
fn semaphore_in_long_programs() {
    random_programs(semaphore::check);
}
