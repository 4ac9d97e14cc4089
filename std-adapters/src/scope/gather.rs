//! [`gather`] and [`gather_settled`]: the results of several tasks, in the order of the arguments.

use core::fmt;
use core::future::Future;
use core::mem;
use core::pin::Pin;
use core::task::{Context, Poll, ready};

use super::children::{Children, Settled};
use crate::task::{Failure, Outcome, Task, TaskError};

/// Waits for all `tasks` and returns what they return, in the order of the arguments: `asyncio.gather`.
///
/// The first failure, an error, a panic or a task that was cancelled, is returned at once. As in asyncio the other
/// tasks are then *not* cancelled: they run on by themselves ([`task_group`](crate::task_group) is the one that
/// cancels). Without tasks the result is there at once, and empty.
///
/// # Cancel safety
///
/// If the future is dropped before it has a result, all tasks are cancelled. A drop cannot
/// wait for their ends, but the [`task_group`](crate::task_group) or [`exit_stack`](crate::exit_stack()) in which this
/// happens does.
///
/// # Errors
///
/// The failure that occurred first.
///
/// # Panics
///
/// If the future is polled again after it has returned its result.
///
/// # Examples
///
/// ```
/// # #[cfg(feature = "smol")] {
/// use anywake::{Runtime, Smol, gather};
///
/// let squares = Smol.block_on(gather((0..4).map(|n| Smol.spawn(async move { n * n }))));
/// assert_eq!(squares.unwrap(), [0, 1, 4, 9]);
/// # }
/// ```
#[doc(alias("join_all", "try_join_all"))]
pub fn gather<O: Outcome>(tasks: impl IntoIterator<Item = Task<O>>) -> Gather<O> {
    let children = Children::new(tasks);
    let values = (0..children.len()).map(|_| None).collect();
    Gather { children, values, completed: false }
}

/// The future of [`gather`].
#[must_use = "the tasks are cancelled otherwise"]
pub struct Gather<O: Outcome> {
    children: Children<O>,
    values: Vec<Option<O::Value>>,
    completed: bool,
}

impl<O: Outcome> Future for Gather<O> {
    type Output = Result<Vec<O::Value>, Failure<O::Error>>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        assert!(!self.completed, "`Gather` polled after it had completed");
        while let Some((index, ended)) = ready!(self.children.poll_next(cx)) {
            match ended {
                Ok(value) => self.values[index] = Some(value),
                Err(failure) => {
                    // mistake a_gather_returns_again: self.completed = true; ~>
                    self.completed = true;
                    self.children.detach();
                    return Poll::Ready(Err(failure));
                }
            }
        }
        self.completed = true;
        Poll::Ready(Ok(in_order(&mut self.values)))
    }
}

/// Waits for all `tasks` and returns how each ended, in the order of the arguments: `asyncio.gather` with
/// `return_exceptions=True`.
///
/// # Cancel safety
///
/// If the future is dropped before it has a result, all tasks are cancelled. A drop cannot
/// wait for their ends, but the [`task_group`](crate::task_group) or [`exit_stack`](crate::exit_stack()) in which this
/// happens does.
///
/// # Panics
///
/// If the future is polled again after it has returned its result.
///
/// # Examples
///
/// ```
/// # #[cfg(feature = "smol")] {
/// use anywake::{Failure, Runtime, Smol, gather_settled};
///
/// let tasks = ["1", "x", "3"].map(|text| Smol.spawn(async { text.parse::<u8>() }));
/// let settled = Smol.block_on(gather_settled(tasks));
/// assert!(matches!(settled[..], [Ok(1), Err(Failure::Error(_)), Ok(3)]));
/// # }
/// ```
#[doc(alias = "join_all")]
pub fn gather_settled<O: Outcome>(tasks: impl IntoIterator<Item = Task<O>>) -> GatherSettled<O> {
    let children = Children::new(tasks);
    let settled = (0..children.len()).map(|_| None).collect();
    GatherSettled { children, settled, completed: false }
}

/// The future of [`gather_settled`].
#[must_use = "the tasks are cancelled otherwise"]
pub struct GatherSettled<O: Outcome> {
    children: Children<O>,
    settled: Vec<Option<Settled<O>>>,
    completed: bool,
}

impl<O: Outcome> Future for GatherSettled<O> {
    type Output = Vec<Settled<O>>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        assert!(!self.completed, "`GatherSettled` polled after it had completed");
        while let Some((index, ended)) = ready!(self.children.poll_next(cx)) {
            self.settled[index] = Some(ended);
        }
        self.completed = true;
        Poll::Ready(in_order(&mut self.settled))
    }
}

/// Waits for all `tasks` and returns their outputs, whatever they are, in the order of the arguments.
///
/// An output is what the task returns: a `Result` in it is not looked at. Of a task that has none, because it panicked or
/// was cancelled, the [`TaskError`] is returned at once, and the others run on, as with [`gather`].
///
/// # Cancel safety
///
/// If the future is dropped before it has a result, all tasks are cancelled, as with [`gather`].
///
/// # Errors
///
/// The first task that ended without an output.
///
/// # Panics
///
/// If the future is polled again after it has returned its result.
///
/// # Examples
///
/// ```
/// # #[cfg(feature = "smol")] {
/// use anywake::{Smol, gather_outputs};
///
/// // A type that is no `Outcome`.
/// let ranges = Smol.block_on(gather_outputs((1..3).map(|n| Smol.spawn(async move { 0..n }))));
/// assert_eq!(ranges.unwrap(), [0..1, 0..2]);
/// # }
/// ```
#[doc(alias = "join_all")]
pub fn gather_outputs<T>(tasks: impl IntoIterator<Item = Task<T>>) -> GatherOutputs<T> {
    let children = Children::new(tasks);
    let outputs = (0..children.len()).map(|_| None).collect();
    GatherOutputs { children, outputs, completed: false }
}

/// The future of [`gather_outputs`].
#[must_use = "the tasks are cancelled otherwise"]
pub struct GatherOutputs<T> {
    children: Children<T>,
    outputs: Vec<Option<T>>,
    completed: bool,
}

impl<T> Future for GatherOutputs<T> {
    type Output = Result<Vec<T>, TaskError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        assert!(!self.completed, "`GatherOutputs` polled after it had completed");
        while let Some((index, ended)) = ready!(self.children.poll_ended(cx)) {
            match ended {
                Ok(output) => self.outputs[index] = Some(output),
                Err(error) => {
                    self.completed = true;
                    self.children.detach();
                    return Poll::Ready(Err(error));
                }
            }
        }
        self.completed = true;
        Poll::Ready(Ok(in_order(&mut self.outputs)))
    }
}

fn in_order<T>(slots: &mut Vec<Option<T>>) -> Vec<T> {
    mem::take(slots).into_iter().map(|slot| slot.expect("all have ended")).collect()
}

// The values are only kept here.
impl<O: Outcome> Unpin for Gather<O> {}
impl<O: Outcome> Unpin for GatherSettled<O> {}
impl<T> Unpin for GatherOutputs<T> {}

impl<T> fmt::Debug for GatherOutputs<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GatherOutputs").field("running", &self.children.len()).finish()
    }
}

impl<O: Outcome> fmt::Debug for Gather<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gather").field("running", &self.children.len()).finish()
    }
}

impl<O: Outcome> fmt::Debug for GatherSettled<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GatherSettled").field("running", &self.children.len()).finish()
    }
}
