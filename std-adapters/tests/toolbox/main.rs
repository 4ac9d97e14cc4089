//! The toolbox: each rule as a test, on each runtime and in simulations with many seeds.

#[macro_use]
mod support;

mod as_completed;
mod barrier;
mod blocking_pool;
mod busy;
mod cache_bounded;
mod cache_hazards;
mod context;
#[cfg(any(feature = "tokio", feature = "async-std", feature = "smol"))]
mod counted;
mod exit_stack;
mod gather;
mod group;
mod group_cancel;
mod group_grace;
mod group_start;
mod keyed_lock;
mod keyed_lock_hazards;
mod may_block;
mod nested;
mod ordered_queue;
mod ordered_queue_hazards;
mod ordered_queue_model;
mod panics;
mod plain;
mod pool;
mod pool_connect;
mod pool_idle;
mod pool_time;
mod race;
mod shield;
mod simulation;
mod spawnable;
mod state;
mod stream;
mod timeout;
