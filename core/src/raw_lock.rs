//! The internal lock: what a primitive holds while it moves pointers, never while user code runs.
//!
//! # Problem
//! Every wait that does not end at once, and every wake, edits a list. The edits are a few pointer moves, may
//! come from any thread or from an interrupt handler, and on a microcontroller there is nobody to block on.
//!
//! # Rejected
//! * A lock that sleeps (`std::sync::Mutex`): not there without an operating system, and a system call costs a
//!   hundred times what it would protect.
//! * A type parameter (`M: RawMutex`): it ends up in the signature of every function that takes a lock.
//! * A ticket lock: fair, but a preempted ticket holder stalls everybody behind it, and the order of the
//!   waiters is the list's business, not that of this lock.
//!
//! # Chosen
//! One byte, taken by a `swap`, given back by a plain store; or no byte at all. It varies here alone:
//!
//! | built with           | is                  | while it is taken elsewhere                     | interrupts   |
//! |----------------------|---------------------|-------------------------------------------------|--------------|
//! | nothing              | a byte              | spins in doubling pauses                        | as they were |
//! | `std`                | a byte              | the same, then yields to the operating system   | as they were |
//! | `critical-section`   | a critical section  | cannot be; another core waits in `acquire`      | off          |
//!
//! A critical section excludes every other one, on all cores: that is its contract, so a byte inside it would never be
//! found taken. (The two are in this order only, if at all. With the byte taken first, a handler could interrupt
//! between them and spin for ever for a holder that cannot run.)
//!
//! # Invariants
//! 1. At most one [`RawGuard`] of a lock exists at a time.
//! 2. What happened under a guard happens before what happens under the next one.

#[cfg(loom)]
mod modelled;
#[cfg(all(feature = "critical-section", not(loom)))]
mod section;
#[cfg(any(loom, not(feature = "critical-section")))]
#[cfg_attr(loom, allow(dead_code, reason = "there for its own models only"))]
pub(crate) mod spin;

#[cfg(loom)]
pub(crate) use modelled::{RawGuard, RawLock};
#[cfg(all(feature = "critical-section", not(loom)))]
pub(crate) use section::{RawGuard, RawLock};
#[cfg(not(any(loom, feature = "critical-section")))]
pub(crate) use spin::{RawGuard, RawLock};
