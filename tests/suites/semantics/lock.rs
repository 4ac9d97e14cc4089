//! [`Lock`], its guards, and bounded overtaking.

mod api;
mod bypass;
mod cancel;
mod fairness;
mod guards;

use anywake_tests::Arc;
use core::fmt::Display;
use std::sync::Mutex;

use anywake_core::{Lock, LockGuard, MappedGuard, OwnedLockGuard, lock::LockFuture};
use anywake_tests::{
    Call, CountingWaker, Task, assert_pending, assert_ready, leak, panic_of, queue_up, queued,
};
use futures_util::future::FusedFuture;

use crate::cost;

/// The guard of a lock, and the waits queued for it.
type Contended<'a> = (LockGuard<'a, ()>, Vec<Task<LockFuture<'a, ()>>>);

/// Locks a free lock and queues `waiters` waits for it.
fn contended(lock: &Lock<()>, waiters: usize) -> Contended<'_> {
    let owner = lock.try_lock().expect("the lock is free");
    (owner, queue_up(waiters, || lock.lock()))
}
