//! The programs of semaphores.

use anywake_core::semaphore::{Bypass, Fifo, Priorities};
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
fn semaphore_with_priorities_in_all_programs() {
    use SemaphoreKind::{At, Many, TryAt};
    use SemaphoreOperation::{Close, Reduce, Release};

    for (bounded, limit) in [(false, 1), (true, 2)] {
        all_programs(
            SemaphoreScenario::<Priorities<3>> {
                permits: 2,
                bounded,
                limit,
                kinds: &[At(1, 0), Many(2), TryAt(1, 1)],
                operations: &[Release(1), Reduce(1), Close],
            },
            3,
            6,
        );
    }
    all_programs(
        SemaphoreScenario::<Priorities<3>> {
            permits: 1,
            bounded: false,
            limit: 1,
            kinds: &[At(1, 0), At(1, 1), At(2, 2)],
            operations: &[Release(1)],
        },
        4,
        7,
    );
}

#[test]
fn semaphore_in_long_programs() {
    random_programs(semaphore::check);
}
