//! The programs of wait groups.

use anywake_tests::explorer::wait_group::{self, GroupScenario};

use crate::{all_programs, random_programs};

#[test]
fn wait_group_in_all_programs() {
    all_programs(GroupScenario, 3, 7);
}

#[test]
fn wait_group_in_long_programs() {
    random_programs(wait_group::check);
}
