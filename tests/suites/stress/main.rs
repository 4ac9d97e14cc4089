//! Storms of ten seeds on every runtime. `main.rs` runs them as tests, `bin.rs` any of them by hand.
//!
//! A storm is a crowd of tasks that use the five primitives of one [`World`](world::World) together, each at random:
//! they wait with and without limit, give up, are cancelled, panic in each other's wakers, forget what they have, and
//! close the queue under the others. Its plan follows from a seed. In the end the books must balance, and everybody
//! must have gone home.

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

/// Ten seeds in a row have each hazard, alone and together.
fn weather(runtime: &str) {
    let flavour = FLAVOURS.iter().find(|flavour| flavour.name == runtime).expect("there is such a runtime");
    for seed in 0..10 {
        flavour.run(seed).bury();
    }
}

#[test]
fn storms_on_tokio_current_thread() {
    weather("tokio-current-thread");
}

#[test]
fn storms_on_tokio() {
    weather("tokio");
}

#[test]
fn storms_on_async_std() {
    weather("async-std");
}

#[test]
fn storms_on_smol() {
    weather("smol");
}

#[test]
fn storms_on_threads() {
    weather("threads");
}

#[test]
fn storms_on_all_runtimes_at_once() {
    weather("mixed");
}

#[test]
fn storms_in_the_order_of_a_seed() {
    weather("seeded");
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
