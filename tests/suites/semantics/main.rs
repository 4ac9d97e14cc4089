//! What the primitives promise, polled by hand: no runtime, no sleeping, and no thread where none is needed.
//!
//! The promises have numbers, and a test that begins with `promise_n` is one of them:
//!
//! | n | promise | tested in |
//! |---|---|---|
//! | 1 | no lost wake: a grant to a waiter that is dropped goes on | here, and by the `explorer` at every poll |
//! | 2 | first come, first served | here |
//! | 3 | no allocation | `counting_allocator` and `machines/no_alloc/` |
//! | 4 | a wait costs the same however many wait | here |
//! | 5 | no user code under an internal lock | here: the hazards whose name says "re-enters" or "inline" |
//! | 6 | a broadcast reaches exactly those that waited | here |
//! | 7 | dropping and forgetting is safe | here |
//! | 8 | bounded critical sections | here |
//! | 9 | interrupts | `machines/firmware/`, with the feature that turns them off |
//! | 10 | auto traits | `auto_traits` and `ui/` |
//! | 11 | a panic leaves everything usable | here |

mod condition;
mod cost;
mod debug;
mod errors;
mod event;
mod hazards;
mod lock;
mod queue;
mod rwlock;
mod semaphore;
mod subjects;
