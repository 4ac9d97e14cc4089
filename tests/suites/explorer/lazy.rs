//! Programs for [`Lazy`](anywake_core::Lazy).

use anywake_tests::explorer::lazy::{LazyOperation, LazyScenario, check};

use super::{all_programs, random_programs};

#[test]
fn lazy_in_all_programs() {
    use LazyOperation::{Get, Open};

    all_programs(LazyScenario { operations: &[Open] }, 4, 8);
    all_programs(LazyScenario { operations: &[Open, Get] }, 3, 7);
}

#[test]
fn lazy_in_long_programs() {
    random_programs(check);
}
