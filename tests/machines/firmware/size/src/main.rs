//! Runs the steps that the features select. Without features it is an empty program, for comparison.

#![no_std]
#![no_main]

#[allow(unused_imports, reason = "the features select the imports that are used")]
use anywake_size::{anywake, embassy, local, maitake};

const STEPS: &[fn()] = &[
    #[cfg(all(feature = "anywake", feature = "lock"))]
    anywake::lock,
    #[cfg(all(feature = "anywake", feature = "semaphore"))]
    anywake::semaphore,
    #[cfg(all(feature = "anywake", feature = "semaphore_bypass"))]
    anywake::semaphore_bypass,
    #[cfg(all(feature = "anywake", feature = "semaphore_priorities"))]
    anywake::semaphore_priorities,
    #[cfg(all(feature = "anywake", feature = "priority_queue"))]
    anywake::priority_queue,
    #[cfg(all(feature = "anywake", feature = "event"))]
    anywake::event,
    #[cfg(all(feature = "anywake", feature = "barrier"))]
    anywake::barrier,
    #[cfg(all(feature = "anywake", feature = "broadcast"))]
    anywake::broadcast,
    #[cfg(all(feature = "anywake", feature = "condition"))]
    anywake::condition,
    #[cfg(all(feature = "anywake", feature = "queue"))]
    anywake::queue,
    #[cfg(all(feature = "anywake", feature = "notify"))]
    anywake::notify,
    #[cfg(all(feature = "anywake", feature = "once_cell"))]
    anywake::once_cell,
    #[cfg(all(feature = "anywake", feature = "oneshot"))]
    anywake::oneshot,
    #[cfg(all(feature = "anywake", feature = "signal"))]
    anywake::signal,
    #[cfg(all(feature = "anywake", feature = "latch"))]
    anywake::latch,
    #[cfg(all(feature = "anywake", feature = "wait_group"))]
    anywake::wait_group,
    #[cfg(all(feature = "anywake", feature = "rwlock"))]
    anywake::rwlock,
    #[cfg(all(feature = "anywake", feature = "watch"))]
    anywake::watch,
    #[cfg(all(feature = "local", feature = "lock"))]
    local::lock,
    #[cfg(all(feature = "local", feature = "semaphore"))]
    local::semaphore,
    #[cfg(all(feature = "local", feature = "event"))]
    local::event,
    #[cfg(all(feature = "local", feature = "condition"))]
    local::condition,
    #[cfg(all(feature = "local", feature = "queue"))]
    local::queue,
    #[cfg(all(feature = "noop", feature = "lock"))]
    local::embassy::lock,
    #[cfg(all(feature = "noop", feature = "semaphore"))]
    local::embassy::semaphore,
    #[cfg(all(feature = "noop", feature = "event"))]
    local::embassy::event,
    #[cfg(all(feature = "noop", feature = "queue"))]
    local::embassy::queue,
    #[cfg(all(feature = "embassy", feature = "lock"))]
    embassy::lock,
    #[cfg(all(feature = "embassy", feature = "semaphore"))]
    embassy::semaphore,
    #[cfg(all(feature = "embassy", feature = "event"))]
    embassy::event,
    #[cfg(all(feature = "embassy", feature = "queue"))]
    embassy::queue,
    #[cfg(all(feature = "maitake", feature = "lock"))]
    maitake::lock,
    #[cfg(all(feature = "maitake", feature = "semaphore"))]
    maitake::semaphore,
    #[cfg(all(feature = "maitake", feature = "event"))]
    maitake::event,
];

#[cortex_m_rt::entry]
fn main() -> ! {
    anywake_size::run(STEPS)
}
