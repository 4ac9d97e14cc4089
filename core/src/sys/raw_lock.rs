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
//! A critical section excludes every other one, on all cores: that is its contract. So a byte inside it would never be
//! found taken, and there is none.
//!
//! # Invariants
//! * R1. At most one [`RawGuard`] of a lock exists at a time.
//! * R2. What happened under a guard happens before what happens under the next one.
//!
//! A byte enforces R1: a second `lock` on the same thread would never return. Critical sections nest, so there R1 is
//! the callers' duty: no function takes the lock of a queue while it holds it. That is so because no user code runs
//! under the lock (W4), and the protocol itself takes one lock, or a condition's and then a lock's. Builds with debug
//! assertions check it.

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
