//! The programs of broadcasts.

use anywake_tests::explorer::broadcast::{self, BroadcastScenario};

use crate::{all_programs, random_programs};

#[test]
fn broadcast_for_one_in_all_programs() {
    all_programs(BroadcastScenario::<1>, 2, 6);
}

#[test]
fn broadcast_for_two_in_all_programs() {
    all_programs(BroadcastScenario::<2>, 2, 6);
}

#[test]
fn broadcast_in_long_programs() {
    random_programs(broadcast::check);
}
