//! The programs of semaphores.

use anywake_core::semaphore::{Bypass, Fifo};
use anywake_tests::explorer::semaphore::{
    self, Nobody, SemaphoreKind, SemaphoreOperation, SemaphoreScenario, UNBOUNDED,
};

use crate::{all_programs, random_programs};

#[test]
fn semaphore_in_all_programs() {
    use SemaphoreKind::{Many, One, Try};
    use SemaphoreOperation::{Close, Reduce, Release};

    for bounded in [false, true] {
        all_programs(
            SemaphoreScenario::<Fifo> {
                permits: 2,
                bounded,
                limit: Nobody,
                kinds: &[One, Many(2), Try(1)],
                operations: &[Release(1), Reduce(1), Close],
            },
            3,
            6,
        );
    }
}

#[test]
fn semaphore_with_bypass_in_all_programs() {
    use SemaphoreKind::{Many, One, Try};
    use SemaphoreOperation::{Close, Reduce, Release};

    for (bounded, limit) in [(false, 0), (false, 1), (true, 2), (false, UNBOUNDED)] {
        all_programs(
            SemaphoreScenario::<Bypass> {
                permits: 2,
                bounded,
                limit,
                kinds: &[One, Many(2), Try(1)],
                operations: &[Release(1), Reduce(1), Close],
            },
            3,
            6,
        );
        all_programs(
            SemaphoreScenario::<Bypass> {
                permits: 2,
                bounded,
                limit,
                kinds: &[One, Many(2)],
                operations: &[],
            },
            4,
            7,
        );
    }
}

#[test]
fn semaphore_in_long_programs() {
    random_programs(semaphore::check);
}
