//! Compares each primitive with a plain model, step by step, in all small programs and in long random ones.
//!
//! The interpreter and the models are in `support/explorer`, where the fuzzer uses them too.

#[cfg(feature = "local")]
extern crate anywake_tests_local as anywake_tests;

mod barrier;
mod broadcast;
mod cancellation_token;
mod condition;
mod event;
mod latch;
mod lazy;
mod lock;
mod notify;
mod once_cell;
mod oneshot;
mod queue;
mod rwlock;
mod semaphore;
mod signal;
mod wait_group;
mod watch;

use core::fmt;

use anywake_tests::explorer::{Disagreement, Scenario, explore};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

/// Explores all programs, prints their number, and fails if it is suspiciously small.
fn all_programs<S: Scenario>(scenario: S, slots: usize, steps: usize) {
    // Miri takes a thousand times as long.
    let steps = if cfg!(miri) { steps.min(3) } else { steps };
    let programs = explore(scenario, slots, steps).unwrap();
    println!("{scenario:?}: {programs} programs of up to {steps} steps in {slots} slots");
    assert!(programs > 1_000 || cfg!(miri), "only {programs} programs: the exploration ended early");
}

/// Runs random programs of up to some hundred steps: 1024, or as many as `PROPTEST_CASES` says. A failing one is shrunk.
///
/// They are the same in each run, so that a check of a commit says the same twice. `PROPTEST_RNG_SEED=<number>` selects
/// others.
fn random_programs(check: impl Fn(&[u8]) -> Result<(), Disagreement>) {
    // No file of failures is written: the steps of a failing program are shown.
    let mut config = ProptestConfig { failure_persistence: None, ..ProptestConfig::default() };
    if config.rng_seed == RngSeed::Random {
        config.rng_seed = RngSeed::Fixed(0);
    }
    if std::env::var_os("PROPTEST_CASES").is_none() {
        config.cases = 1024;
    }
    proptest!(config, |(program in vec(any::<u8>(), 2..600).prop_map(Program))| {
        check(&program.0).map_err(|difference| TestCaseError::fail(format!("{difference:?}")))?;
    });
}

/// Bytes whose `Debug` is one line.
struct Program(Vec<u8>);

impl fmt::Debug for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.0)
    }
}
