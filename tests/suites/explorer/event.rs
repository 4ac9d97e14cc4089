//! The programs of events.

use anywake_tests::explorer::event::{self, EventScenario};

use crate::{all_programs, random_programs};

#[test]
fn event_in_all_programs() {
    all_programs(EventScenario, 3, 8);
}

#[test]
fn event_in_long_programs() {
    random_programs(event::check);
}
