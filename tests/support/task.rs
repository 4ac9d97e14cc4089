//! A future on the heap that a test polls by hand.

use core::fmt;
use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll, Waker};

use crate::flavour::Arc;
use crate::waker::CountingWaker;

/// A pinned future with its own [`CountingWaker`]. Dropping the task cancels the future.
pub struct Task<F: Future> {
    future: Pin<Box<F>>,
    waker: Arc<CountingWaker>,
    wakes_seen: usize,
}

impl<F: Future> Task<F> {
    /// Makes a task, without polling it.
    pub fn new(future: F) -> Self {
        Self::with_waker(future, CountingWaker::new())
    }

    /// Makes a task with the caller's waker, without polling it.
    pub fn with_waker(future: F, waker: Arc<CountingWaker>) -> Self {
        Self { future: Box::pin(future), waker, wakes_seen: 0 }
    }

    /// Polls the task once.
    pub fn poll(&mut self) -> Poll<F::Output> {
        self.wakes_seen = self.waker.wakes();
        let waker = self.waker.waker();
        self.poll_with(&waker)
    }

    /// Polls the task once, with another waker.
    pub fn poll_with(&mut self, waker: &Waker) -> Poll<F::Output> {
        self.future.as_mut().poll(&mut Context::from_waker(waker))
    }

    /// Polls the task once, which must complete it, and returns the output.
    ///
    /// # Panics
    /// If the task is pending.
    #[track_caller]
    pub fn ready(&mut self) -> F::Output {
        crate::assert_ready!(self.poll(), "the task should have been ready")
    }

    /// Polls the task if it was woken since its last poll, as an executor would.
    pub fn poll_if_woken(&mut self) -> Poll<F::Output> {
        if self.is_woken() { self.poll() } else { Poll::Pending }
    }

    /// Whether the task was woken since its last poll.
    pub fn is_woken(&self) -> bool {
        self.waker.wakes() > self.wakes_seen
    }

    /// The number of wakes so far.
    pub fn wakes(&self) -> usize {
        self.waker.wakes()
    }

    /// The number of its wakers that exist now.
    pub fn wakers_alive(&self) -> usize {
        self.waker.alive()
    }

    /// The future, pinned, for methods other than `poll`.
    pub fn pinned(&mut self) -> Pin<&mut F> {
        self.future.as_mut()
    }

    /// The future, by shared reference.
    pub fn future(&self) -> &F {
        &self.future
    }

    /// Drops the future.
    pub fn cancel(self) {}

    /// Leaks the future: it is never dropped, and its memory is never reused.
    pub fn forget(self) {
        crate::forget(self.future);
    }
}

/// Makes a task, polls it once, and asserts that it waits.
///
/// # Panics
/// If the task is ready.
#[track_caller]
pub fn queued<F: Future>(future: F) -> Task<F> {
    let mut task = Task::new(future);
    crate::assert_pending!(task.poll(), "the task should have waited");
    task
}

/// Makes `count` tasks that wait, each polled once, in the order of the list.
///
/// # Panics
/// If a task is ready.
#[track_caller]
pub fn queue_up<F: Future>(count: usize, future: impl Fn() -> F) -> Vec<Task<F>> {
    let mut tasks = Vec::with_capacity(count);
    for _ in 0..count {
        tasks.push(queued(future()));
    }
    tasks
}

/// Polls the woken tasks, first to last, until no task is woken any more. A task that completes is removed from the
/// list, and its output passed to `done`.
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
