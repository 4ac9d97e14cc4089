//! The programs of notifies.

use anywake_tests::explorer::notify::{self, NotifyScenario};

use crate::{all_programs, random_programs};

#[test]
fn notify_in_all_programs() {
    all_programs(NotifyScenario, 3, 6);
}

#[test]
fn notify_in_long_programs() {
    random_programs(notify::check);
}
