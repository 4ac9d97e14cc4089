//! What all suites share: futures that are polled by hand, wakers that tell what happened to them or misbehave,
//! and items that count their drops.
//!
//! Nothing here but [`runtimes`] knows a runtime, waits for time to pass, or keeps anything per thread.

pub mod explorer;
mod item;
mod leak;
pub mod runtimes;
mod task;
mod thread;
mod waker;

use core::future::Future;
use core::panic::AssertUnwindSafe;
use core::pin::Pin;
use core::task::{Context, Poll, Waker};
use std::panic::catch_unwind;

// Linked for its implementation.
#[cfg(feature = "critical-section")]
use critical_section as _;

pub use item::{Drops, Item};
pub use leak::{forget, leak};
pub use task::{Task, queue_up, queued, run_woken};
pub use thread::{block_on, finishes};
pub use waker::{Call, CountingWaker};

/// Polls once, with a waker that does nothing.
pub fn poll_once<F: Future + ?Sized>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

/// The message of the panic that `body` must end with.
///
/// # Panics
/// If `body` does not.
#[track_caller]
pub fn panic_of<R>(body: impl FnOnce() -> R) -> String {
    let Err(panic) = catch_unwind(AssertUnwindSafe(body)) else { panic!("this should have panicked") };
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

/// Asserts that a [`Poll`] is ready, and gives its output.
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

/// The examples of the front page compile, run and assert.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
