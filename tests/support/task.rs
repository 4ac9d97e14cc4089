//! A future on the heap that a test polls by hand.

use core::fmt;
use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll, Waker};
use std::sync::Arc;

use crate::waker::CountingWaker;

/// A pinned future with a [`CountingWaker`] of its own. Dropping it cancels the future.
pub struct Task<F: Future> {
    future: Pin<Box<F>>,
    waker: Arc<CountingWaker>,
    wakes_seen: usize,
}

impl<F: Future> Task<F> {
    /// A task that has not been polled.
    pub fn new(future: F) -> Self {
        Self::with_waker(future, CountingWaker::new())
    }

    /// A task that has not been polled, with a waker that the caller keeps a hold on.
    pub fn with_waker(future: F, waker: Arc<CountingWaker>) -> Self {
        Self { future: Box::pin(future), waker, wakes_seen: 0 }
    }

    /// Polls it once.
    pub fn poll(&mut self) -> Poll<F::Output> {
        self.wakes_seen = self.waker.wakes();
        let waker = self.waker.waker();
        self.poll_with(&waker)
    }

    /// Polls it once with another waker.
    pub fn poll_with(&mut self, waker: &Waker) -> Poll<F::Output> {
        self.future.as_mut().poll(&mut Context::from_waker(waker))
    }

    /// Polls it once, which must end it.
    ///
    /// # Panics
    /// If it is pending.
    #[track_caller]
    pub fn ready(&mut self) -> F::Output {
        crate::assert_ready!(self.poll(), "this task should have been ready")
    }

    /// Polls it as an executor would, only if it was woken since it was last polled.
    pub fn poll_if_woken(&mut self) -> Poll<F::Output> {
        if self.is_woken() { self.poll() } else { Poll::Pending }
    }

    /// Whether it was woken since it was last polled.
    pub fn is_woken(&self) -> bool {
        self.waker.wakes() > self.wakes_seen
    }

    /// How often it was woken.
    pub fn wakes(&self) -> usize {
        self.waker.wakes()
    }

    /// How many wakers of it exist.
    pub fn wakers_alive(&self) -> usize {
        self.waker.alive()
    }

    /// Its future, for what futures can do besides being polled.
    pub fn pinned(&mut self) -> Pin<&mut F> {
        self.future.as_mut()
    }

    /// Its future, to look at.
    pub fn future(&self) -> &F {
        &self.future
    }

    /// Drops the future.
    pub fn cancel(self) {}

    /// Leaks the future: it is never dropped, and its place is never used again.
    pub fn forget(self) {
        crate::forget(self.future);
    }
}

/// A task that has been polled once and waits.
///
/// # Panics
/// If it does not wait.
#[track_caller]
pub fn queued<F: Future>(future: F) -> Task<F> {
    let mut task = Task::new(future);
    crate::assert_pending!(task.poll(), "this task should have had to wait");
    task
}

/// `count` tasks that have been polled once, in this order, and wait.
///
/// # Panics
/// If one does not wait.
#[track_caller]
pub fn queue_up<F: Future>(count: usize, future: impl Fn() -> F) -> Vec<Task<F>> {
    let mut tasks = Vec::with_capacity(count);
    for _ in 0..count {
        tasks.push(queued(future()));
    }
    tasks
}

/// Polls the tasks that were woken, first to last, until none is any more. Those that end leave the list and hand
/// their output to `done`.
pub fn run_woken<F: Future>(tasks: &mut Vec<Task<F>>, mut done: impl FnMut(F::Output)) {
    while let Some(place) = tasks.iter().position(Task::is_woken) {
        if let Poll::Ready(output) = tasks[place].poll() {
            drop(tasks.remove(place));
            done(output);
        }
    }
}

impl<F: Future> fmt::Debug for Task<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Task").field("waker", &self.waker).finish_non_exhaustive()
    }
}
