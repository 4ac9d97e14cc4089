//! A receiver as a stream.

use core::fmt;
use core::pin::Pin;
use core::task::{Context, Poll, ready};

use futures_core::{FusedStream, Stream};

use super::ReceiverOf;
use crate::queue::{AnyQueue, PopOf};
use crate::wait::future::Wait;
use crate::wait::handle::Handle;
use crate::wait::waiter::Phase;

/// The items of a channel, until it is closed and drained: the stream of [`ReceiverOf::into_stream`].
///
/// It owns the receiver, so it can be stored in a struct and spawned. It holds a waiter, so it has to be pinned (in a
/// `Box`, for example) before it is polled. Dropping it loses no item, and drops the receiver.
#[must_use = "a stream does nothing unless it is polled"]
pub struct ReceiverStream<H: Handle<Target: AnyQueue>> {
    /// Pinned, and before the receiver, which may be the last one. Done when the stream is.
    pop: Wait<H, PopOf<H::Target>>,
    _receiver: ReceiverOf<H>,
}

impl<H: Handle<Target: AnyQueue>> ReceiverStream<H> {
    #[cfg_attr(feature = "diagnose", track_caller)]
    pub(super) fn new(receiver: ReceiverOf<H>) -> Self {
        Self { pop: Wait::new(receiver.queue.clone(), ()), _receiver: receiver }
    }
}

impl<H: Handle<Target: AnyQueue>> Stream for ReceiverStream<H> {
    type Item = <H::Target as AnyQueue>::Item;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        // SAFETY: W1, the only pinned field is `pop`, and it is replaced in its place, after its drop.
        let this = unsafe { self.get_unchecked_mut() };
        if this.pop.phase() == Phase::Done {
            return Poll::Ready(None);
        }
        // SAFETY: W1, `pop` is pinned with the stream.
        let mut pop = unsafe { Pin::new_unchecked(&mut this.pop) };
        let (queue, item) = ready!(pop.as_mut().poll(context));
        if item.is_ok() {
            pop.set(Wait::new(queue, ()));
        }
        Poll::Ready(item.ok())
    }
}

impl<H: Handle<Target: AnyQueue>> FusedStream for ReceiverStream<H> {
    fn is_terminated(&self) -> bool {
        self.pop.phase() == Phase::Done
    }
}

impl<H: Handle<Target: AnyQueue>> fmt::Debug for ReceiverStream<H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReceiverStream").field("pop", &self.pop.phase()).finish_non_exhaustive()
    }
}
