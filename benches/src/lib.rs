//! anywake beside its rivals.
//!
//! | module | what |
//! |---|---|
//! | [`contenders`] | a small trait to each primitive, and every library behind it |
//! | [`programs`] | what the tasks do, generic over contender and runtime |
//! | [`workloads`] | every program with every contender: the comparison |
//! | [`harness`] | measures a suite of workloads, round-robin |
//! | [`report`], [`plots`] | prints, writes JSON, Markdown and SVG |
//! | [`probes`] | single operations, for `micro` and `instructions` |
//! | [`executor`], [`runtimes`] | where the tasks run |
//! | [`alloc`], [`slots`] | counts allocations; futures polled by hand |
//!
//! The programs: `compare` (bin) is the comparison, `instructions` (bin) counts instructions against a baseline, `micro`
//! (bench) is the uncontended operations under criterion.

pub mod alloc;
pub mod contenders;
pub mod executor;
pub mod harness;
pub mod plots;
pub mod probes;
pub mod programs;
pub mod report;
pub mod runtimes;
pub mod slots;
pub mod workloads;
