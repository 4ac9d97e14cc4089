//! Storms of ten seeds on every runtime. `main.rs` runs them as tests, `bin.rs` runs any of them from the command line.
//!
//! A storm is a crowd of tasks that share the primitives of one [`World`](world::World). Each task acts at random:
//! it waits with or without a limit, drops a wait, is cancelled, has a waker that panics, forgets a future, or closes
//! the queue that others use. All choices follow from a seed. At the end the counters must balance, and every task must
//! have completed.

mod flavours;
mod patience;
mod plan;
mod rng;
mod roles;
mod sabotage;
mod seeded;
mod storm;
mod watchdog;
mod world;

use std::sync::Arc;

use flavours::FLAVOURS;
use plan::Plan;
use seeded::Seeded;
use world::World;

/// Ten consecutive seeds have each hazard, alone and with others.
fn ten_storms(runtime: &str) {
    let flavour =
        FLAVOURS.iter().find(|flavour| flavour.name == runtime).expect("the runtime is in the list");
    for seed in 0..10 {
        flavour.run(seed).check_dropped();
    }
}

#[test]
fn storms_on_tokio_current_thread() {
    ten_storms("tokio-current-thread");
}

#[test]
fn storms_on_tokio() {
    ten_storms("tokio");
}

#[test]
fn storms_on_async_std() {
    ten_storms("async-std");
}

#[test]
fn storms_on_smol() {
    ten_storms("smol");
}

#[test]
fn storms_on_threads() {
    ten_storms("threads");
}

#[test]
fn storms_on_all_runtimes_at_once() {
    ten_storms("mixed");
}

#[test]
fn storms_in_the_order_of_a_seed() {
    ten_storms("seeded");
}

#[test]
fn a_seeded_storm_repeats_itself() {
    let storm = |seed| {
        let world = Arc::new(World::new(Plan::of(seed)));
        let ((), polls) = Seeded::run(seed, storm::storm::<Seeded>(&world));
        (polls, format!("{world:?}"))
    };
    assert_eq!(storm(7), storm(7));
    assert_ne!(storm(7).0, storm(8).0);
}
