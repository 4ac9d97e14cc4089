//! Helpers that all suites share: futures that are polled by hand, wakers that count their calls or misbehave, and
//! items that count their drops.
//!
//! Only [`runtimes`] knows a runtime or waits for time to pass. Nothing here is thread-local.

pub mod explorer;
mod flavour;
mod item;
mod leak;
#[cfg(not(feature = "local"))]
pub mod runtimes;
mod task;
mod thread;
mod waker;

use core::future::Future;
use core::panic::AssertUnwindSafe;
use core::pin::Pin;
use core::task::{Context, Poll, Waker};
use std::panic::catch_unwind;

// Linked only because it implements the critical section, for embassy and for the feature of that name.
#[cfg(not(feature = "local"))]
use critical_section as _;

pub use flavour::{Arc, Portable, Sendable};
pub use item::{Drops, Item};
pub use leak::{forget, leak, leak_mut};
pub use task::{Task, queue_up, queued, run_woken};
pub use thread::{block_on, finishes};
pub use waker::{Call, CountingWaker};

/// Polls once, with a waker that does nothing.
pub fn poll_once<F: Future + ?Sized>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

/// Runs `body`, which must panic, and returns the panic's message.
///
/// # Panics
/// If `body` does not panic.
#[track_caller]
pub fn panic_of<R>(body: impl FnOnce() -> R) -> String {
    let Err(panic) = catch_unwind(AssertUnwindSafe(body)) else { panic!("the closure should have panicked") };
    panic
        .downcast::<String>()
        .map(|text| *text)
        .or_else(|panic| panic.downcast::<&str>().map(|text| (*text).to_owned()))
        .unwrap_or_default()
}

/// Asserts that a [`Poll`] is pending.
#[macro_export]
macro_rules! assert_pending {
    ($poll:expr $(, $($message:tt)+)?) => {
        // The output need not be `Debug`.
        assert!($poll.is_pending() $(, $($message)+)?)
    };
}

/// Asserts that a [`Poll`] is ready, and returns its output.
#[macro_export]
macro_rules! assert_ready {
    ($poll:expr) => {
        $crate::assert_ready!($poll, "pending: {}", stringify!($poll))
    };
    ($poll:expr, $($message:tt)+) => {
        match $poll {
            ::core::task::Poll::Ready(output) => output,
            ::core::task::Poll::Pending => panic!($($message)+),
        }
    };
}

/// Runs the examples of the README as doc tests.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
