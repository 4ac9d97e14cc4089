//! [`QueueExt::sink`]: a queue as the end of a stream.

use core::fmt;
use core::pin::Pin;
use core::task::{Context, Poll, ready};

use anywake_core::{
    PushError, TryPushError,
    queue::{PushFuture, QueueOf, Slots},
};
use futures_util::sink::Sink;
use pin_project_lite::pin_project;

use crate::task::turn;

/// What a queue can do once there is `futures_util`: be a [`Sink`].
///
/// (Its other side, [`QueueOf::stream`], is a method of the core.)
pub trait QueueExt<T, S: Slots<T>> {
    /// A [`Sink`] that pushes into this queue.
    ///
    /// Any number of sinks and plain pushes may be used side by side.
    ///
    /// # Examples
    ///
    /// ```
    /// use anywake::{Queue, QueueExt, blocking};
    /// use futures_util::{SinkExt, StreamExt, future, stream};
    ///
    /// let queue = Queue::with_capacity(2).unwrap();
    /// let numbers = stream::iter(0..10).map(Ok).forward(queue.sink());
    /// let (sent, received) = blocking::wait(future::join(numbers, queue.stream().collect::<Vec<_>>()));
    /// sent.unwrap();
    /// assert_eq!(received, (0..10).collect::<Vec<_>>());
    /// ```
    fn sink(&self) -> QueueSink<'_, T, S>;
}

impl<T, S: Slots<T>> QueueExt<T, S> for QueueOf<T, S> {
    fn sink(&self) -> QueueSink<'_, T, S> {
        QueueSink { queue: self, push: None }
    }
}

pin_project! {
    /// A [`Sink`] over a queue, made by [`QueueExt::sink`].
    ///
    /// Back-pressure is kept: an item goes straight into the queue while there is room; otherwise the sink waits its
    /// turn with that one item, and is not ready for another before it is in the queue. Closing the sink, which
    /// `forward` does at the end of its stream, closes the *queue*; `send_all` leaves it open.
    ///
    /// # Cancel safety
    ///
    /// Giving up `send`, `feed` or `flush` loses nothing and keeps the place in the queue: the item that waits stays
    /// in the sink. Dropping the sink drops that item; [`take`](QueueSink::take) rescues it.
    ///
    /// # Errors
    ///
    /// [`PushError`], with the item, if an item cannot be pushed because the queue is closed. It comes from the operation
    /// that finds this out: `start_send` with a new item, `poll_ready`, `poll_flush` or `poll_close` with the one that
    /// waits. Without an item there is no error: a sink over a closed queue is ready, and its next item fails.
    pub struct QueueSink<'a, T, S: Slots<T>> {
        queue: &'a QueueOf<T, S>,
        #[pin]
        push: Option<PushFuture<'a, QueueOf<T, S>>>,
    }
}

impl<T, S: Slots<T>> QueueSink<'_, T, S> {
    /// Takes back the item that was accepted and is not in the queue yet, if there is one.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(feature = "test-util")] {
    /// use anywake::{Queue, QueueExt, assert_pending, test_util::Probe};
    /// use futures_util::SinkExt;
    /// use std::pin::pin;
    ///
    /// let queue = Queue::with_capacity(1).unwrap();
    /// queue.try_push("first").unwrap();
    /// let mut sink = pin!(queue.sink());
    /// assert_pending!(Probe::new(sink.send("second")).poll());
    /// assert_eq!(sink.as_mut().take(), Some("second"));
    /// # }
    /// ```
    #[must_use = "the item is dropped otherwise"]
    pub fn take(self: Pin<&mut Self>) -> Option<T> {
        let mut push = self.project().push;
        let item = push.as_mut().as_pin_mut().and_then(PushFuture::cancel);
        push.set(None);
        item
    }
}

impl<T, S: Slots<T>> Sink<T> for QueueSink<'_, T, S> {
    type Error = PushError<T>;

    fn poll_ready(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), PushError<T>>> {
        if self.push.is_none() {
            // Nothing waits in the queue, whose place would be kept: so here the next item may let others run.
            return turn::poll_proceed(cx).map(Ok);
        }
        self.poll_flush(cx)
    }

    fn start_send(self: Pin<&mut Self>, item: T) -> Result<(), PushError<T>> {
        let mut this = self.project();
        assert!(this.push.is_none(), "`start_send` without a successful `poll_ready`");
        match this.queue.try_push(item) {
            Ok(()) => Ok(()),
            Err(TryPushError::Closed(item)) => Err(PushError(item)),
            Err(TryPushError::Full(item)) => {
                this.push.set(Some(this.queue.push(item)));
                Ok(())
            }
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), PushError<T>>> {
        let mut push = self.project().push;
        let Some(waiting) = push.as_mut().as_pin_mut() else { return Poll::Ready(Ok(())) };
        let outcome = ready!(waiting.poll(cx));
        push.set(None);
        Poll::Ready(outcome)
    }

    fn poll_close(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), PushError<T>>> {
        let flushed = ready!(self.as_mut().poll_flush(cx));
        self.queue.close();
        Poll::Ready(flushed)
    }
}

impl<T, S: Slots<T>> fmt::Debug for QueueSink<'_, T, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("QueueSink").field("item_waits", &self.push.is_some()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
