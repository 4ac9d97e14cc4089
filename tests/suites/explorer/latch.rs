//! The programs of latches.

use anywake_tests::explorer::latch::{self, LatchScenario};

use crate::{all_programs, random_programs};

#[test]
fn latch_in_all_programs() {
    for count in [0, 1, 2, 3] {
        all_programs(LatchScenario { count }, 3, 6);
    }
}

#[test]
fn latch_in_long_programs() {
    random_programs(latch::check);
}
