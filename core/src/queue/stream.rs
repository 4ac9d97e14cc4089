//! A queue as a stream.

use core::pin::Pin;
use core::task::{Context, Poll, ready};

use futures_core::{FusedFuture, FusedStream, Stream};

use super::storage::Storage;
use super::{AnyQueue, PopFuture, QueueOf};

/// The items of a queue, until it is closed and drained: the stream of [`QueueOf::stream`].
///
/// Each item is a [`pop`](QueueOf::pop), with its fairness and its cancel safety: dropping the stream loses no item.
/// Any number of streams may share a queue. The stream holds a waiter, so it has to be pinned (with `pin!`, for example)
/// before it is polled.
///
/// A stream that is kept unpolled after it returned `Pending` may hold a claim on an item, which no other `pop` gets
/// until the stream is polled or dropped.
#[derive(Debug)]
#[must_use = "a stream does nothing unless it is polled"]
pub struct PopStream<'a, Q: AnyQueue> {
    queue: &'a Q,
    /// Pinned. Terminated when the stream is.
    pop: PopFuture<'a, Q>,
}

impl<'a, T, S: Storage<T>> PopStream<'a, QueueOf<T, S>> {
    pub(super) fn new(queue: &'a QueueOf<T, S>) -> Self {
        Self { queue, pop: queue.pop() }
    }
}

impl<Q: AnyQueue> Stream for PopStream<'_, Q> {
    type Item = Q::Item;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Q::Item>> {
        // SAFETY: W1, the only pinned field is `pop`, and it is replaced in its place, after its drop.
        let this = unsafe { self.get_unchecked_mut() };
        if this.pop.is_terminated() {
            return Poll::Ready(None);
        }
        // SAFETY: W1, `pop` is pinned with the stream.
        let mut pop = unsafe { Pin::new_unchecked(&mut this.pop) };
        let item = ready!(pop.as_mut().poll(context)).ok();
        if item.is_some() {
            pop.set(super::wait::pop(this.queue));
        }
        Poll::Ready(item)
    }
}

impl<Q: AnyQueue> FusedStream for PopStream<'_, Q> {
    fn is_terminated(&self) -> bool {
        self.pop.is_terminated()
    }
}
