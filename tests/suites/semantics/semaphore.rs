//! [`Semaphore`] and its permits.

mod api;
mod bounds;
mod cancel;
mod close;
mod fairness;
mod permits;

use core::pin::pin;
use std::sync::Arc;

use anywake_core::{
    AcquireError, Closed, Permit, ReleaseError, Semaphore, TooManyPermits, TryAcquireError,
    semaphore::AcquireFuture,
};
use anywake_tests::{
    Call, CountingWaker, Task, assert_pending, assert_ready, leak, panic_of, poll_once, queue_up, queued,
    run_woken,
};
use futures_util::future::FusedFuture;

use crate::cost;

/// What can be seen of a semaphore, to show that something changed nothing.
fn state(semaphore: &Semaphore) -> (usize, usize, bool) {
    (semaphore.available_permits(), semaphore.waiters(), semaphore.is_closed())
}

/// The order in which tasks that were woken get their permits, keeping them.
fn granted(tasks: &mut [Task<AcquireFuture<'_>>]) -> Vec<usize> {
    let woken = tasks.iter_mut().enumerate().filter(|(_, task)| task.is_woken());
    woken.map(|(name, task)| (name, task.ready().unwrap().forget()).0).collect()
}
