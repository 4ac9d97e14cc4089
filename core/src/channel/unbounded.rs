//! A channel without a bound: its sender does not wait.

use crate::sys::Arc;

use super::{ReceiverOf, SenderOf, WeakReceiverOf, WeakSenderOf, over};
use crate::queue::{PushError, Queue, UnboundedQueue};
use crate::wait::handle::Handle;

/// A sender that owns a part of a channel without a bound.
#[cfg_attr(docsrs, doc(cfg(feature = "alloc")))]
pub type UnboundedSender<T> = SenderOf<Arc<UnboundedQueue<T>>>;
/// A receiver that owns a part of a channel without a bound.
#[cfg_attr(docsrs, doc(cfg(feature = "alloc")))]
pub type UnboundedReceiver<T> = ReceiverOf<Arc<UnboundedQueue<T>>>;
/// A [`WeakSenderOf`] that owns a part of a channel without a bound.
#[cfg_attr(docsrs, doc(cfg(feature = "alloc")))]
pub type UnboundedWeakSender<T> = WeakSenderOf<Arc<UnboundedQueue<T>>>;
/// A [`WeakReceiverOf`] that owns a part of a channel without a bound.
pub type UnboundedWeakReceiver<T> = WeakReceiverOf<Arc<UnboundedQueue<T>>>;

/// A channel without a bound: a queue that [grows](UnboundedQueue::unbounded), and its two ends.
///
/// [`send_now`](SenderOf::send_now) never waits, so nothing holds a sender back that is faster than the receivers. Allocates
/// the queue, and no block before the first item.
///
/// # Examples
/// ```
/// # use anywake_core as anywake;
/// # async fn example() {
/// let (sender, receiver) = anywake::channel::unbounded();
/// for item in 0..100 {
///     sender.send_now(item).unwrap();
/// }
/// drop(sender);
/// assert_eq!(receiver.len(), 100);
/// assert_eq!(receiver.recv().await, Ok(0));
/// # }
/// # anywake_core::doctest::block_on(example());
/// ```
#[cfg_attr(docsrs, doc(cfg(feature = "alloc")))]
#[doc(alias("channel", "mpsc", "mpmc", "unbounded_channel"))]
pub fn unbounded<T>() -> (UnboundedSender<T>, UnboundedReceiver<T>) {
    over(Arc::new(Queue::unbounded()))
}

impl<T, H: Handle<Target = UnboundedQueue<T>>> SenderOf<H> {
    /// Adds an item, and never waits: [`UnboundedQueue::push_now`].
    ///
    /// # Errors
    /// [`PushError`], with the item, if no receiver is left, the channel was closed, or there is no memory for the item.
    /// [`try_send`](Self::try_send) tells the last from the others.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// let (sender, receiver) = anywake::channel::unbounded();
    /// sender.send_now("one").unwrap();
    /// drop(receiver);
    /// assert_eq!(sender.send_now("two").unwrap_err().into_inner(), "two");
    /// ```
    #[inline]
    pub fn send_now(&self, item: T) -> Result<(), PushError<T>> {
        self.queue.push_now(item)
    }
}
