//! A waker that panics, and calls that survive it.

use core::panic::AssertUnwindSafe;
use core::task::Waker;
use std::panic::{catch_unwind, resume_unwind};
use std::sync::Arc;
use std::task::Wake;
use std::thread;

/// The payload of a saboteur's panic.
pub(crate) struct Sabotage;

struct Saboteur;

impl Wake for Saboteur {
    fn wake(self: Arc<Self>) {
        // A panic during a panic would abort.
        if !thread::panicking() {
            resume_unwind(Box::new(Sabotage));
        }
    }
}

/// A waker that panics.
pub(crate) fn waker() -> Waker {
    Waker::from(Arc::new(Saboteur))
}

/// Returns true after a complete step, and false after one that a saboteur's waker interrupted. Resumes other panics.
pub(crate) fn is_complete(outcome: thread::Result<()>) -> bool {
    match outcome {
        Ok(()) => true,
        Err(panic) if panic.is::<Sabotage>() => false,
        Err(panic) => resume_unwind(panic),
    }
}

/// Calls a function that may wake a saboteur.
pub(crate) fn survive(call: impl FnOnce()) -> bool {
    is_complete(catch_unwind(AssertUnwindSafe(call)))
}
