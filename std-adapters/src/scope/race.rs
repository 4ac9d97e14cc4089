//! [`race`], and [`wait`] for some of several tasks.

use core::fmt;
use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll, ready};

use futures_core::FusedFuture;
use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;

use super::children::{Children, Settled};
use crate::task::{Outcome, Task};
use crate::wait::Wait;

/// Waits for the first of `tasks` to end and returns its place and how it ended; the others are cancelled.
///
/// It returns when the others have ended too: none outlives the race. What they may have returned meanwhile is dropped.
///
/// # Cancel safety
///
/// If the future is dropped, all tasks are cancelled. A drop cannot
/// wait for their ends, but the [`task_group`](crate::task_group) or [`exit_stack`](crate::exit_stack()) in which this
/// happens does.
///
/// # Panics
///
/// If there is no task.
///
/// # Examples
///
/// ```
/// # #[cfg(feature = "smol")] {
/// use anywake::{Runtime, Smol, race};
///
/// let (index, won) = Smol.block_on(race([
///     Smol.spawn(std::future::pending()),
///     Smol.spawn(async { "here" }),
/// ]));
/// assert_eq!((index, won.unwrap()), (1, "here"));
/// # }
/// ```
#[doc(alias("select", "select_ok"))]
pub fn race<O: Outcome>(tasks: impl IntoIterator<Item = Task<O>>) -> Race<O> {
    let children = Children::new(tasks);
    assert!(children.len() > 0, "a race needs a task");
    Race { children, first: None }
}

/// The future of [`race`].
#[must_use = "the tasks are cancelled otherwise"]
pub struct Race<O: Outcome> {
    children: Children<O>,
    /// The winner, while the others come to their ends.
    first: Option<(usize, Settled<O>)>,
}

impl<O: Outcome> Future for Race<O> {
    type Output = (usize, Settled<O>);

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        while let Some(ended) = ready!(self.children.poll_next(cx)) {
            if self.first.is_none() {
                self.first = Some(ended);
                self.children.cancel();
            }
        }
        Poll::Ready(self.first.take().expect("`Race` polled after it had completed"))
    }
}

// The outcome is only kept here.
impl<O: Outcome> Unpin for Race<O> {}

impl<O: Outcome> fmt::Debug for Race<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Race").field("running", &self.children.len()).finish()
    }
}

/// What [`wait`] waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum When {
    /// Until one of the tasks has ended: `FIRST_COMPLETED`.
    FirstCompleted,
    /// Until one has failed, or all have ended: `FIRST_EXCEPTION`.
    FirstFailed,
    /// Until all have ended: `ALL_COMPLETED`.
    AllCompleted,
}

/// Waits until as many of `tasks` have ended as `when` says: `asyncio.wait`.
///
/// No task is cancelled, and no outcome taken: the handles stay with the caller, who sorts them by
/// [`is_finished`](Task::is_finished) and awaits the finished ones for their outcome. Like any wait it can be given a
/// deadline, with [`Wait::within`]; the tasks run on if it elapses. Without tasks it does not wait.
///
/// # Examples
///
/// ```
/// # #[cfg(feature = "smol")] {
/// use anywake::{Runtime, Smol, Task, wait, scope::When};
///
/// Smol.block_on(async {
///     let mut tasks = vec![Smol.spawn(std::future::pending()), Smol.spawn(async { 7 })];
///     wait(&mut tasks, When::FirstCompleted).await;
///     let (done, pending): (Vec<_>, Vec<_>) = tasks.into_iter().partition(Task::is_finished);
///     assert_eq!((done.len(), pending.len()), (1, 1));
///     for task in done {
///         assert_eq!(task.await.unwrap(), 7);
///     }
/// });
/// # }
/// ```
#[doc(alias = "select_all")]
pub fn wait<O: Outcome>(tasks: &mut [Task<O>], when: When) -> WaitTasks<'_, O> {
    WaitTasks { running: tasks.iter_mut().map(End).collect(), when }
}

/// The future of [`wait`].
///
/// # Cancel safety
///
/// Nothing is lost.
#[must_use = "a wait does nothing unless it is awaited"]
pub struct WaitTasks<'a, O> {
    running: FuturesUnordered<End<'a, O>>,
    when: When,
}

/// The end of a task, whose outcome stays where it is.
struct End<'a, O>(&'a mut Task<O>);

impl<O: Outcome> Future for End<'_, O> {
    /// Whether it has failed.
    type Output = bool;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<bool> {
        self.0.poll_finished(cx).map(|()| self.0.has_failed())
    }
}

impl<O> Drop for End<'_, O> {
    fn drop(&mut self) {
        self.0.forget_waker();
    }
}

impl<O: Outcome> Future for WaitTasks<'_, O> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        while let Some(failed) = ready!(self.running.poll_next_unpin(cx)) {
            match self.when {
                When::FirstCompleted => self.running.clear(),
                When::FirstFailed if failed => self.running.clear(),
                When::FirstFailed | When::AllCompleted => {}
            }
        }
        Poll::Ready(())
    }
}

impl<O: Outcome> FusedFuture for WaitTasks<'_, O> {
    fn is_terminated(&self) -> bool {
        self.running.is_empty()
    }
}

impl<O: Outcome> Wait for WaitTasks<'_, O> {
    type Returned = ();

    fn give_up(self: Pin<&mut Self>) -> Result<(), ()> {
        Err(())
    }
}

impl<O> fmt::Debug for WaitTasks<'_, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WaitTasks").field("when", &self.when).field("running", &self.running.len()).finish()
    }
}
