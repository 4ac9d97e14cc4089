//! A waker that panics, and those who can stand it.

use core::panic::AssertUnwindSafe;
use core::task::Waker;
use std::panic::{catch_unwind, resume_unwind};
use std::sync::Arc;
use std::task::Wake;
use std::thread;

/// What the waker of a saboteur panics with.
pub(crate) struct Sabotage;

struct Saboteur;

impl Wake for Saboteur {
    fn wake(self: Arc<Self>) {
        // Twice at once would be an abort, here as anywhere.
        if !thread::panicking() {
            resume_unwind(Box::new(Sabotage));
        }
    }
}

/// A waker that panics.
pub(crate) fn waker() -> Waker {
    Waker::from(Arc::new(Saboteur))
}

/// Whether it came to its end, or was interrupted by a saboteur's waker. Any other panic goes on.
pub(crate) fn is_complete(outcome: thread::Result<()>) -> bool {
    match outcome {
        Ok(()) => true,
        Err(panic) if panic.is::<Sabotage>() => false,
        Err(panic) => resume_unwind(panic),
    }
}

/// Calls what may wake a saboteur.
pub(crate) fn survive(call: impl FnOnce()) -> bool {
    is_complete(catch_unwind(AssertUnwindSafe(call)))
}
