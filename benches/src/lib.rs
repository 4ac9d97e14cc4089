//! Compares anywake with its rivals.
//!
//! | module | content |
//! |---|---|
//! | [`contenders`] | a small trait for each primitive, with an adapter for each library |
//! | [`programs`] | the programs of the tasks, generic over contender and runtime |
//! | [`workloads`] | the comparison: every program with every contender |
//! | [`harness`], [`patience`] | measuring a suite of workloads, round-robin, and giving up those that never end |
//! | [`noise`] | whether two rows differ by more than noise |
//! | [`results`] | the results of a run as a file |
//! | [`report`], [`plots`] | tables, Markdown and SVG |
//! | [`page`], [`facets`] | all results as one page, and what it filters by |
//! | [`memory`] | bytes of each primitive and channel |
//! | [`probes`] | single operations, for `micro` and `instructions` |
//! | [`executor`], [`runtimes`] | executors and runtimes for the tasks |
//! | [`alloc`], [`slots`] | counting allocations; polling futures by hand |
//!
//! The binary `compare` runs the comparison. The binary `instructions` compares instruction counts with a baseline. The
//! binary `memory` prints bytes. The benchmark `micro` measures single operations with criterion.

pub mod alloc;
pub mod contenders;
pub mod executor;
pub mod facets;
pub mod harness;
pub mod memory;
pub mod noise;
pub mod page;
pub mod patience;
pub mod plots;
pub mod probes;
pub mod programs;
pub mod report;
pub mod results;
pub mod runtimes;
pub mod slots;
pub mod workloads;
