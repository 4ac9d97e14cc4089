//! The programs of barriers.

use anywake_tests::explorer::barrier::{self, BarrierScenario};

use crate::{all_programs, random_programs};

#[test]
fn barrier_in_all_programs() {
    for parties in [2, 3] {
        all_programs(BarrierScenario { parties }, 4, 7);
    }
}

#[test]
fn barrier_in_long_programs() {
    random_programs(barrier::check);
}
