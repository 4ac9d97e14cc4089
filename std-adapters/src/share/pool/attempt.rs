//! Connecting, which belongs to the pool.
//!
//! An attempt runs in a task of its own. So a checkout that waits for it sees a connection that comes back first, and one
//! that gives up does not waste it: the next checkout takes the attempt over, or the connection becomes an idle one.
//!
//! # Invariant
//!
//! The handle of an attempt without a waiting checkout is in the pool's state only while the attempt is there too, and the
//! attempt is taken out before it ends. So a connection that was made is never kept in a handle that no task looks at.

use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll, ready};
use std::sync::Arc;

use anywake_core::OwnedPermit;

use super::idle::Held;
use super::record::Event;
use super::{Manager, PoolError, Pooled, Shared, Slot};
use crate::runtime::Runtime;
use crate::task::{AbortHandle, Task, TaskError};

pub(super) type Made<M, R> = Result<Pooled<M, R>, PoolError<<M as Manager>::Error>>;

/// An attempt that is under way.
pub(super) struct Entry<M: Manager, R: Runtime> {
    /// `None` until it has been spawned.
    abort: Option<AbortHandle>,
    /// Its handle, if no checkout waits for it.
    unclaimed: Option<Task<Made<M, R>>>,
}

impl<M: Manager, R: Runtime> Entry<M, R> {
    pub(super) fn cancel(self) {
        if let Some(abort) = self.abort {
            abort.abort();
        }
    }
}

/// The waiting side of an attempt.
pub(super) struct Attempt<M: Manager, R: Runtime> {
    shared: Arc<Shared<M, R>>,
    id: u64,
    /// There until it is dropped.
    task: Option<Task<Made<M, R>>>,
    /// Whether another checkout has begun it.
    adopted: bool,
}

impl<M: Manager, R: Runtime> Future for Attempt<M, R> {
    /// `None` if it ended with the runtime of another checkout, so that it has to be begun again.
    type Output = Option<Made<M, R>>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let task = self.task.as_mut().expect("there until it is dropped");
        let made = ready!(Pin::new(task).poll(cx));
        let again = matches!(made, Err(TaskError::Cancelled)) && self.adopted;
        Poll::Ready((!again).then(|| ended(made)))
    }
}

impl<M: Manager, R: Runtime> Drop for Attempt<M, R> {
    fn drop(&mut self) {
        let task = self.task.take();
        let mut state = self.shared.state();
        let unused = match state.attempts.get_mut(&self.id) {
            Some(entry) => core::mem::replace(&mut entry.unclaimed, task),
            // It is over, or the pool is closed. A connection that was made becomes an idle one, or is closed.
            None => task,
        };
        drop(state);
        drop(unused);
    }
}

/// In the attempt itself: takes it out of the state when it is over.
struct Running<M: Manager, R: Runtime> {
    shared: Arc<Shared<M, R>>,
    id: u64,
}

impl<M: Manager, R: Runtime> Drop for Running<M, R> {
    fn drop(&mut self) {
        let entry = self.shared.state().attempts.remove(&self.id);
        drop(entry);
    }
}

/// What an attempt's task returned.
pub(super) fn ended<T, E>(ended: Result<Result<T, PoolError<E>>, TaskError>) -> Result<T, PoolError<E>> {
    match ended {
        Ok(made) => made,
        Err(TaskError::Panicked(panic)) => panic.resume(),
        // By the end of the pool or of the runtime.
        Err(TaskError::Cancelled) => Err(PoolError::Closed),
    }
}

impl<M: Manager, R: Runtime> Shared<M, R> {
    /// The right to have a connection, unless the pool is closed.
    fn slot(&self, slot: OwnedPermit) -> Option<Slot> {
        let work = Arc::clone(&self.work).try_acquire_owned().ok()?;
        Some(Slot { _work: work, _slot: slot })
    }

    pub(super) fn begin_attempt(self: &Arc<Self>, slot: OwnedPermit) -> Option<Attempt<M, R>> {
        let slot = self.slot(slot)?;
        Some(self.attempt(async { Some(slot) }))
    }

    /// Ends a connection and makes another in its place.
    pub(super) fn begin_replacing(self: &Arc<Self>, pooled: Pooled<M, R>) -> Attempt<M, R> {
        let closing = pooled.close();
        self.attempt(async {
            match closing.await {
                Ok(slot) => Some(slot),
                Err(TaskError::Panicked(panic)) => panic.resume(),
                Err(TaskError::Cancelled) => None,
            }
        })
    }

    fn attempt(self: &Arc<Self>, slot: impl Future<Output = Option<Slot>> + Send + 'static) -> Attempt<M, R> {
        let (id, task) = self.spawn_attempt(slot, |made| made);
        Attempt { shared: Arc::clone(self), id, task: Some(task), adopted: false }
    }

    /// An attempt of the pool's own, whose connection becomes an idle one. `None` without a free slot.
    pub(super) fn begin_idle(self: &Arc<Self>) -> Option<Task<Result<(), PoolError<M::Error>>>> {
        let slot = self.slot(Arc::clone(&self.slots).try_acquire_owned().ok()?)?;
        let (_, task) = self.spawn_attempt(async { Some(slot) }, |made| made.map(drop));
        Some(task)
    }

    fn spawn_attempt<T: Send + 'static>(
        self: &Arc<Self>,
        slot: impl Future<Output = Option<Slot>> + Send + 'static,
        finish: fn(Made<M, R>) -> T,
    ) -> (u64, Task<T>) {
        let mut state = self.state();
        state.last_attempt += 1;
        let id = state.last_attempt;
        state.attempts.insert(id, Entry { abort: None, unclaimed: None });
        drop(state);
        let running = Running { shared: Arc::clone(self), id };
        let task = self.runtime.spawn(async move {
            let made = match slot.await {
                Some(slot) => running.shared.connect(slot).await,
                None => Err(PoolError::Closed),
            };
            drop(running);
            finish(made)
        });
        let mut state = self.state();
        if let Some(entry) = state.attempts.get_mut(&id) {
            entry.abort = Some(task.abort_handle());
        }
        let closed = state.closed;
        drop(state);
        if closed {
            task.cancel();
        }
        (id, task)
    }

    /// An attempt for which no checkout waits any more.
    pub(super) fn adopt(self: &Arc<Self>) -> Option<Attempt<M, R>> {
        let mut state = self.state();
        let (&id, entry) = state.attempts.iter_mut().find(|(_, entry)| entry.unclaimed.is_some())?;
        let task = entry.unclaimed.take();
        drop(state);
        Some(Attempt { shared: Arc::clone(self), id, task, adopted: true })
    }

    /// Begins to make as many connections as are missing to `min_idle`.
    pub(super) fn replenish(self: &Arc<Self>) {
        while self.lacks_idle() && self.begin_idle().is_some() {}
    }

    fn lacks_idle(&self) -> bool {
        let state = self.state();
        // An attempt counts as one that is going to be idle. If a checkout takes it, that looks again.
        !state.closed && state.idle.len() + state.attempts.len() < self.config.min_idle
    }

    async fn connect(self: &Arc<Self>, slot: Slot) -> Made<M, R> {
        let mut pause = self.config.backoff;
        let mut attempt = 1;
        loop {
            let error = match self.limit(self.config.connect_timeout, self.manager.connect()).await {
                Some(Ok(connection)) => {
                    self.record(Event::Connected { attempt });
                    let now = self.runtime.now();
                    return Ok(Pooled::fresh(self, Held { connection, slot, made: now, since: now }));
                }
                Some(Err(error)) => PoolError::Connection(error),
                None => PoolError::ConnectTimedOut,
            };
            self.record(Event::NotConnected { attempt, error: &error });
            if attempt > self.config.retries {
                return Err(error);
            }
            attempt += 1;
            self.runtime.sleep(pause.min(self.config.max_backoff)).await;
            pause = pause.saturating_mul(2);
        }
    }
}
