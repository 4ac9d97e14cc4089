//! Several tasks awaited at once: the engine of `gather`, `gather_settled`, `as_completed` and `race`.

use core::future::Future;
use core::ops::{Deref, DerefMut};
use core::pin::Pin;
use core::task::{Context, Poll, Waker, ready};
use std::collections::VecDeque;
use std::sync::Arc;

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;

use crate::enclosing::Stay;
use crate::outcome::{Failure, Outcome, flatten};
use crate::{Task, TaskError};

/// How a task with this outcome ended, in one layer.
pub(crate) type Settled<O> = Result<<O as Outcome>::Value, Failure<<O as Outcome>::Error>>;

/// Tasks that have not ended, each with its place in the argument. A wake costs a look at the tasks that it came from,
/// not at all of them.
///
/// They are given in the order in which they end; those that had ended before the call that made this, in the order of
/// the arguments.
///
/// Dropping them lets the tasks run on, as it does with any handle; [`CancelOnDrop`] is for those who own theirs.
pub(crate) struct Children<O> {
    ended: VecDeque<Ended<O>>,
    running: FuturesUnordered<Child<O>>,
}

type Ended<O> = (usize, Result<O, TaskError>);

struct Child<O> {
    index: usize,
    task: Task<O>,
}

impl<O> Future for Child<O> {
    type Output = Ended<O>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Ended<O>> {
        let outcome = ready!(Pin::new(&mut self.task).poll(cx));
        Poll::Ready((self.index, outcome))
    }
}

impl<O> Children<O> {
    pub(crate) fn new(tasks: impl IntoIterator<Item = Task<O>>) -> Self {
        let tasks = tasks.into_iter().enumerate();
        let mut running: FuturesUnordered<_> = tasks.map(|(index, task)| Child { index, task }).collect();
        let mut ended = VecDeque::new();
        // From here on each tells when it ends, so that the order is known whenever somebody looks.
        while let Poll::Ready(Some(early)) = running.poll_next_unpin(&mut Context::from_waker(Waker::noop()))
        {
            ended.push_back(early);
        }
        Self { ended, running }
    }

    pub(crate) fn len(&self) -> usize {
        self.ended.len() + self.running.len()
    }

    /// Makes the scope that the caller runs in wait for those that have not ended.
    fn stay(&self) {
        if self.running.is_empty() {
            return;
        }
        if let Some(stay) = Stay::here().map(Arc::new) {
            self.running.iter().for_each(|child| child.task.keep(&stay));
        }
    }

    pub(crate) fn cancel(&self) {
        self.running.iter().for_each(|child| child.task.cancel());
    }

    /// Lets go of the handles.
    pub(crate) fn detach(&mut self) {
        self.running.clear();
    }

    /// The handles of those that had not ended when they were last looked at.
    pub(crate) fn into_running(self) -> Vec<(usize, Task<O>)> {
        let mut tasks: Vec<_> = self.running.into_iter().map(|child| (child.index, child.task)).collect();
        tasks.sort_unstable_by_key(|&(index, _)| index);
        tasks
    }
}

impl<O: Outcome> Children<O> {
    /// The next that ends, or `None` if there are no more.
    pub(crate) fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<(usize, Settled<O>)>> {
        let ended = match self.ended.pop_front() {
            Some(early) => Some(early),
            None => ready!(self.running.poll_next_unpin(cx)),
        };
        Poll::Ready(ended.map(|(index, ended)| (index, flatten(ended))))
    }
}

// The outcomes are only kept here.
impl<O> Unpin for Children<O> {}

/// Tasks that are cancelled if nobody waits for them any more. The scope in which that happens waits for their ends.
pub(crate) struct CancelOnDrop<O>(pub(crate) Children<O>);

impl<O> Drop for CancelOnDrop<O> {
    fn drop(&mut self) {
        self.0.stay();
        self.0.cancel();
    }
}

impl<O> Deref for CancelOnDrop<O> {
    type Target = Children<O>;

    fn deref(&self) -> &Children<O> {
        &self.0
    }
}

impl<O> DerefMut for CancelOnDrop<O> {
    fn deref_mut(&mut self) -> &mut Children<O> {
        &mut self.0
    }
}
