//! The names and signatures of other crates over the primitives of [`anywake_core`].
//!
//! | module | in the place of | what it has |
//! |---|---|---|
//! | [`async_lock`] | async-lock 3.5 | all, without `get_unchecked` |
//! | [`async_channel`] | async-channel 2.5 | all |
//! | [`tokio`] | `tokio::sync` of tokio 1.54 | `Mutex`, `Semaphore`, `Notify`, `mpsc`, `oneshot`, `watch` |
//!
//! The documentation of each module begins with a table of what is different.
//!
//! # In one crate
//! Change what is imported:
//!
//! ```
//! use anywake_compat::async_channel;
//! use anywake_compat::async_lock::Mutex;
//! use anywake_compat::tokio as sync;
//!
//! let (sender, receiver) = async_channel::bounded(1);
//! sender.send_blocking("hello").unwrap();
//! assert_eq!(receiver.recv_blocking(), Ok("hello"));
//! *Mutex::new(1).lock_blocking() += 1;
//! assert!(sync::Semaphore::new(1).try_acquire().is_ok());
//! ```
//!
//! # In a whole dependency tree
//! Cargo puts a crate of the same name and version in the place of async-lock or async-channel, for all crates of a
//! program and without a change to their sources:
//!
//! ```toml
//! [patch.crates-io]
//! async-lock = { path = "anywake/compat/patch/async-lock" }
//! async-channel = { path = "anywake/compat/patch/async-channel" }
//! ```
//!
//! # When not to
//! The layer is for code that exists. New code uses [`anywake_core`]: it has futures with names, primitives in a `static`
//! without an allocation, deadlines that lose nothing, and says more of what went wrong.
//!
//! # How it is checked
//! `tests/ports/run` runs the tests of async-lock, async-channel and `tokio::sync` against the modules, and those of crates
//! that use them, before and after.
#![forbid(unsafe_code)]

pub mod async_channel;
pub mod async_lock;
mod block_on;
pub mod tokio;
mod wrap;
