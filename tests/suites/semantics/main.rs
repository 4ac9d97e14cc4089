//! The promises of the primitives, tested by polling futures by hand: without a runtime or a sleep, and with threads
//! only where a race needs them.
//!
//! The promises are numbered. A test whose name begins with `promise_n` tests promise n:
//!
//! | n | promise | tested in |
//! |---|---|---|
//! | 1 | no lost wake: a grant to a waiter that is dropped goes to the next waiter | here, and by the `explorer` at every poll |
//! | 2 | first come, first served | here |
//! | 3 | no allocation | `counting_allocator` and `machines/no_alloc/` |
//! | 4 | the cost of a wait does not depend on the number of waiters | here |
//! | 5 | no user code under an internal lock | here: the hazards whose name says "re-enters" or "inline" |
//! | 6 | a broadcast reaches exactly the waiters that were queued | here |
//! | 7 | dropping or forgetting a future or a guard is safe | here |
//! | 8 | bounded critical sections | here |
//! | 9 | interrupts |`machines/firmware/` |
//! | 10 | auto traits | `auto_traits` and `ui/` |
//! | 11 | a panic leaves every primitive usable | here |

#![cfg_attr(
    feature = "local",
    allow(unused, reason = "tests that need threads or a `static` are left out there")
)]

#[cfg(feature = "local")]
extern crate anywake_tests_local as anywake_tests;

mod barrier;
mod broadcast;
mod cancellation_token;
mod channel;
mod condition;
mod cost;
mod debug;
mod errors;
mod event;
mod hazards;
mod latch;
mod lock;
mod notify;
mod once_cell;
mod oneshot;
mod queue;
mod rwlock;
mod semaphore;
mod signal;
mod subjects;
mod wait_group;
mod watch;
