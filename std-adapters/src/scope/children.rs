//! Several tasks awaited at once: the engine of `gather`, `gather_settled`, `as_completed` and `race`.

use core::future::Future;
use core::mem;
use core::pin::Pin;
use core::task::{Context, Poll, Waker, ready};
use std::collections::VecDeque;

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;

use crate::task::{self, CancelOnDrop, Failure, Outcome, Task, TaskError, flatten};

/// How a task with this outcome ended, in one layer.
pub(crate) type Settled<O> = Result<<O as Outcome>::Value, Failure<<O as Outcome>::Error>>;

/// Tasks that have not ended, each with its place in the argument. A wake costs a look at the tasks that it came from,
/// not at all of them.
///
/// They are given in the order in which they end; those that had ended before the call that made this, in the order of
/// the arguments.
///
/// Dropping them cancels the tasks that run, and the scope in which that happens waits for their ends;
/// [`detach`](Children::detach) is for those that let them run on.
pub(crate) struct Children<O> {
    ended: VecDeque<Ended<O>>,
    running: FuturesUnordered<Child<O>>,
}

pub(crate) type Ended<O> = (usize, Result<O, TaskError>);

struct Child<O> {
    index: usize,
    task: CancelOnDrop<O>,
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
        let mut running: FuturesUnordered<_> =
            tasks.map(|(index, task)| Child { index, task: task.cancel_on_drop() }).collect();
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

    pub(crate) fn cancel(&self) {
        self.running.iter().for_each(|child| child.task.cancel());
    }

    /// Lets go of the handles: the tasks run on.
    pub(crate) fn detach(&mut self) {
        drop(self.take_tasks());
    }

    /// The handles of those whose outcomes were not taken, in the order of the arguments.
    pub(crate) fn take_tasks(&mut self) -> Vec<(usize, Task<O>)> {
        let ended = mem::take(&mut self.ended).into_iter();
        let ended = ended.map(|(index, outcome)| (index, task::ended(outcome)));
        let running = mem::take(&mut self.running).into_iter();
        let running = running.map(|child| (child.index, child.task.detach()));
        let mut tasks: Vec<_> = ended.chain(running).collect();
        tasks.sort_unstable_by_key(|&(index, _)| index);
        tasks
    }
}

impl<O> Children<O> {
    /// The next that ends, as its task has ended, or `None` if there are no more.
    pub(crate) fn poll_ended(&mut self, cx: &mut Context<'_>) -> Poll<Option<Ended<O>>> {
        match self.ended.pop_front() {
            Some(early) => Poll::Ready(Some(early)),
            None => self.running.poll_next_unpin(cx),
        }
    }
}

impl<O: Outcome> Children<O> {
    /// The next that ends, or `None` if there are no more.
    pub(crate) fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<(usize, Settled<O>)>> {
        let ended = ready!(self.poll_ended(cx));
        Poll::Ready(ended.map(|(index, ended)| (index, flatten(ended))))
    }
}

// The outcomes are only kept here.
impl<O> Unpin for Children<O> {}
