//! The programs of signals.

use anywake_tests::explorer::signal::{self, SignalScenario};

use crate::{all_programs, random_programs};

#[test]
fn signal_in_all_programs() {
    all_programs(SignalScenario, 3, 6);
}

#[test]
fn signal_in_long_programs() {
    random_programs(signal::check);
}
