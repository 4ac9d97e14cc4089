//! A queue as a stream.

use core::pin::Pin;
use core::task::{Context, Poll, ready};

use futures_core::{FusedFuture, FusedStream, Stream};

use super::{BoundedQueue, PopFuture, Slots};

/// The items of a queue, until it is closed and drained: the stream of [`BoundedQueue::stream`].
///
/// Each item is a [`pop`](BoundedQueue::pop), with its fairness and its cancel safety: dropping the stream loses
/// no item. Any number of streams may share a queue.
#[derive(Debug)]
#[must_use = "a stream does nothing unless it is polled"]
pub struct PopStream<'a, T, S: Slots> {
    queue: &'a BoundedQueue<T, S>,
    /// Pinned. Terminated when the stream is.
    pop: PopFuture<'a, T, S>,
}

impl<'a, T, S: Slots> PopStream<'a, T, S> {
    pub(super) fn new(queue: &'a BoundedQueue<T, S>) -> Self {
        Self { queue, pop: queue.pop() }
    }
}

impl<T, S: Slots> Stream for PopStream<'_, T, S> {
    type Item = T;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<T>> {
        // SAFETY: the only pinned field is `pop`, and it is replaced in its place.
        let this = unsafe { self.get_unchecked_mut() };
        if this.pop.is_terminated() {
            return Poll::Ready(None);
        }
        // SAFETY: pinned with the stream.
        let mut pop = unsafe { Pin::new_unchecked(&mut this.pop) };
        let item = ready!(pop.as_mut().poll(context)).ok();
        if item.is_some() {
            pop.set(this.queue.pop());
        }
        Poll::Ready(item)
    }
}

impl<T, S: Slots> FusedStream for PopStream<'_, T, S> {
    fn is_terminated(&self) -> bool {
        self.pop.is_terminated()
    }
}
