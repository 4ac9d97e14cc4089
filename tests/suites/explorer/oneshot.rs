//! The programs of oneshots.

use anywake_tests::explorer::oneshot::{self, OneshotScenario};

use crate::{all_programs, random_programs};

#[test]
fn oneshot_in_all_programs() {
    all_programs(OneshotScenario, 3, 7);
}

#[test]
fn oneshot_in_long_programs() {
    random_programs(oneshot::check);
}
