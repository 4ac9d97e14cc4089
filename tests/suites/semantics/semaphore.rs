//! [`Semaphore`] and its permits.

mod api;
mod bounds;
mod bypass;
mod cancel;
mod close;
mod fairness;
mod permits;
mod priorities;

use anywake_tests::Arc;
use core::pin::pin;

use anywake_core::{
    AcquireError, Closed, Permit, ReleaseError, Semaphore, TooManyPermits, TryAcquireError,
    semaphore::{AcquireFuture, Mode},
};
use anywake_tests::{
    Call, CountingWaker, Task, assert_pending, assert_ready, finishes, leak, panic_of, poll_once, queue_up,
    queued, run_woken,
};
use futures_util::future::FusedFuture;

use crate::cost;

/// The observable state of a semaphore, to assert that nothing has changed.
fn state<M: Mode>(semaphore: &Semaphore<M>) -> (usize, usize, bool) {
    (semaphore.available_permits(), semaphore.waiters(), semaphore.is_closed())
}

/// Completes the woken tasks, forgets their permits, and returns their numbers.
fn granted(tasks: &mut [Task<AcquireFuture<'_>>]) -> Vec<usize> {
    let woken = tasks.iter_mut().enumerate().filter(|(_, task)| task.is_woken());
    woken.map(|(name, task)| (name, task.ready().unwrap().forget()).0).collect()
}
