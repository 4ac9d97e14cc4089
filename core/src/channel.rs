//! A queue with two ends: [`Sender`]s and [`Receiver`]s, counted, so that the queue is closed when no one is left on the
//! other side.
//!
//! The ends are the queue of [`queue`](crate::queue) and add nothing to how it waits. What they add is the end of a
//! conversation: a consumer's loop is over when its last producer has returned or panicked, and a producer fails when no
//! consumer is left. A program that shares one object and closes it by hand needs no ends.
//!
//! | what goes | what happens, in one step |
//! |---|---|
//! | the last sender | the queue is [closed](QueueOf::close): what it holds is received, then `recv` fails |
//! | the last receiver | the queue is [closed now](QueueOf::close_now): sends fail and return their items, and what the queue holds is dropped |
//!
//! An end is counted by its type and not by its handle: an end over a reference ([`StaticSender`]) closes a queue in a
//! `static` without any allocation.

#[cfg(feature = "alloc")]
use crate::sys::Arc;
#[cfg(feature = "alloc")]
use alloc::vec::Vec;
use core::fmt;
#[cfg(feature = "alloc")]
use core::future::Future;
#[cfg(feature = "alloc")]
use core::pin::Pin;
#[cfg(feature = "alloc")]
use core::task::{Context, Poll, ready};

#[cfg(feature = "alloc")]
use crate::queue::Queue;
use crate::queue::{
    AnyQueue, ClosedFuture, InArray, PopFuture, PushFuture, QueueOf, ReserveFuture, Slot, Slots, Storage,
    TryPopError, TryPushError,
};
use crate::wait::handle::{Handle, Primitive};
#[cfg(feature = "alloc")]
use crate::wait::poll::polled_again;

#[cfg(feature = "futures")]
mod stream;
#[cfg(feature = "alloc")]
mod unbounded;

#[cfg(feature = "futures")]
#[cfg_attr(docsrs, doc(cfg(feature = "futures")))]
pub use stream::ReceiverStream;
#[cfg(feature = "alloc")]
pub use unbounded::{
    UnboundedReceiver, UnboundedSender, UnboundedWeakReceiver, UnboundedWeakSender, unbounded,
};

/// An end of a channel that sends: [`bounded`], [`unbounded`] and [`split`](QueueOf::split) make one, and `clone` makes
/// more.
///
/// `H` is how the queue is held: by `Arc` in a [`Sender`], by reference in a [`StaticSender`].
///
/// # Forgotten ends
/// A sender that is leaked keeps the channel open.
pub struct SenderOf<H: Handle<Target: AnyQueue>> {
    queue: H,
}

/// An end of a channel that receives: [`bounded`], [`unbounded`] and [`split`](QueueOf::split) make one, and `clone` makes
/// more. Each item goes to one receiver.
///
/// `H` is how the queue is held: by `Arc` in a [`Receiver`], by reference in a [`StaticReceiver`].
///
/// # Forgotten ends
/// A receiver that is leaked keeps the channel open.
pub struct ReceiverOf<H: Handle<Target: AnyQueue>> {
    queue: H,
}

/// A way back to a [`SenderOf`] a channel that does not keep the channel open.
pub struct WeakSenderOf<H: Handle<Target: AnyQueue>> {
    queue: H,
}

/// A way back to a [`ReceiverOf`] a channel that does not keep the channel open.
pub struct WeakReceiverOf<H: Handle<Target: AnyQueue>> {
    queue: H,
}

/// A sender that owns a part of its channel.
#[cfg(feature = "alloc")]
#[cfg_attr(docsrs, doc(cfg(feature = "alloc")))]
pub type Sender<T> = SenderOf<Arc<Queue<T>>>;
/// A receiver that owns a part of its channel.
#[cfg(feature = "alloc")]
#[cfg_attr(docsrs, doc(cfg(feature = "alloc")))]
pub type Receiver<T> = ReceiverOf<Arc<Queue<T>>>;
/// A [`WeakSenderOf`] that owns a part of its channel.
#[cfg(feature = "alloc")]
#[cfg_attr(docsrs, doc(cfg(feature = "alloc")))]
pub type WeakSender<T> = WeakSenderOf<Arc<Queue<T>>>;
/// A [`WeakReceiverOf`] that owns a part of its channel.
#[cfg(feature = "alloc")]
#[cfg_attr(docsrs, doc(cfg(feature = "alloc")))]
pub type WeakReceiver<T> = WeakReceiverOf<Arc<Queue<T>>>;
/// A sender over a [`StaticQueue`](crate::StaticQueue).
pub type StaticSender<'a, T, const N: usize> = SenderOf<&'a QueueOf<T, InArray<N>>>;
/// A receiver over a [`StaticQueue`](crate::StaticQueue).
pub type StaticReceiver<'a, T, const N: usize> = ReceiverOf<&'a QueueOf<T, InArray<N>>>;

/// A channel for `capacity` items: a queue on the heap, and its two ends.
///
/// # Panics
/// If the capacity is 0, or there is no memory for it. [`over`] with
/// [`Queue::with_capacity`](QueueOf::with_capacity) returns an error instead.
///
/// # Examples
/// ```
/// # use anywake_core as anywake;
/// # async fn example() {
/// let (sender, receiver) = anywake::channel::bounded(16);
/// sender.send("hello").await.unwrap();
/// drop(sender);
/// assert_eq!(receiver.recv().await, Ok("hello"));
/// assert!(receiver.recv().await.is_err(), "there is no sender any more");
/// # }
/// # anywake_core::doctest::block_on(example());
/// ```
#[cfg(feature = "alloc")]
#[cfg_attr(docsrs, doc(cfg(feature = "alloc")))]
#[doc(alias("channel", "mpsc", "mpmc"))]
pub fn bounded<T>(capacity: usize) -> (Sender<T>, Receiver<T>) {
    match Queue::with_capacity(capacity) {
        Ok(queue) => over(Arc::new(queue)),
        Err(error) => panic!("{error}"),
    }
}

/// Two ends for a queue that is there already.
///
/// A queue may have ends and be used as one object too: then it is closed when the last end of a kind is gone, as if
/// somebody had closed it by hand.
///
/// # Examples
/// ```
/// # use anywake_core as anywake;
/// let queue = anywake::StaticQueue::<u8, 2>::new();
/// let (sender, receiver) = anywake::channel::over(&queue);
/// drop(receiver);
/// assert!(sender.is_closed() && queue.is_closed());
/// ```
pub fn over<H: Handle<Target: AnyQueue>>(queue: H) -> (SenderOf<H>, ReceiverOf<H>) {
    queue.core().add_sender();
    let sender = SenderOf { queue: queue.clone() };
    queue.core().add_receiver();
    (sender, ReceiverOf { queue })
}

impl<T, S: Storage<T>> QueueOf<T, S> {
    /// Two ends that borrow the queue: no allocation, also of a queue in a `static`.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// # async fn example() {
    /// static JOBS: anywake::StaticQueue<u32, 4> = anywake::StaticQueue::new();
    ///
    /// let (sender, receiver) = JOBS.split();
    /// sender.send(1).await.unwrap();
    /// drop(sender);
    /// assert_eq!(receiver.recv().await, Ok(1));
    /// assert!(receiver.recv().await.is_err());
    /// # }
    /// # anywake_core::doctest::block_on(example());
    /// ```
    pub fn split(&self) -> (SenderOf<&Self>, ReceiverOf<&Self>) {
        over(self)
    }
}

impl<T, S: Slots<T>, H: Handle<Target = QueueOf<T, S>>> SenderOf<H> {
    /// Adds an item, and waits while there is no room: [`QueueOf::push`].
    ///
    /// # Cancel safety
    /// As for [`push`](QueueOf::push): the item of a future that is dropped may have been sent. [`reserve`](Self::reserve)
    /// waits without an item.
    ///
    /// # Errors
    /// [`PushError`](crate::PushError), with the item, if no receiver is left or the channel was closed.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// # async fn example() {
    /// let queue = anywake::StaticQueue::<_, 1>::new();
    /// let (sender, receiver) = queue.split();
    /// sender.send("one").await.unwrap();
    /// drop(receiver);
    /// assert_eq!(sender.send("two").await.unwrap_err().into_inner(), "two");
    /// # }
    /// # anywake_core::doctest::block_on(example());
    /// ```
    #[inline]
    #[cfg_attr(feature = "diagnose", track_caller)]
    pub fn send(&self, item: T) -> PushFuture<'_, H::Target> {
        self.queue.push(item)
    }

    /// Waits for room, and reserves it: [`QueueOf::reserve`].
    ///
    /// # Cancel safety
    /// Nothing is lost when the future is dropped.
    ///
    /// # Errors
    /// [`Closed`](crate::Closed), if no receiver is left or the channel was closed.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// # async fn example() {
    /// let queue = anywake::StaticQueue::<_, 1>::new();
    /// let (sender, receiver) = queue.split();
    /// sender.reserve().await.unwrap().send("made when there was room").unwrap();
    /// assert_eq!(receiver.len(), 1);
    /// # }
    /// # anywake_core::doctest::block_on(example());
    /// ```
    #[inline]
    #[cfg_attr(feature = "diagnose", track_caller)]
    pub fn reserve(&self) -> ReserveFuture<'_, H::Target> {
        self.queue.reserve()
    }

    /// Reserves room for one item if there is some.
    ///
    /// # Errors
    /// [`TryPushError`] with nothing in it, if the channel is full or closed.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// let queue = anywake::StaticQueue::<_, 1>::new();
    /// let (sender, _receiver) = queue.split();
    /// let slot = sender.try_reserve().unwrap();
    /// assert!(sender.try_reserve().is_err());
    /// slot.send("item").unwrap();
    /// ```
    #[cfg_attr(feature = "diagnose", track_caller)]
    pub fn try_reserve(&self) -> Result<Slot<&H::Target>, TryPushError<()>> {
        self.queue.try_reserve()
    }
}

impl<T, S: Storage<T>, H: Handle<Target = QueueOf<T, S>>> SenderOf<H> {
    /// Adds an item if there is room.
    ///
    /// # Errors
    /// [`TryPushError`], with the item, if the channel is full or closed.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// let queue = anywake::StaticQueue::<_, 1>::new();
    /// let (sender, _receiver) = queue.split();
    /// assert!(sender.try_send("one").is_ok());
    /// assert_eq!(sender.try_send("two").unwrap_err().into_inner(), "two");
    /// ```
    #[inline]
    pub fn try_send(&self, item: T) -> Result<(), TryPushError<T>> {
        self.queue.try_push(item)
    }

    /// Waits until no receiver is left, or the channel is closed.
    ///
    /// # Cancel safety
    /// Dropping the future loses nothing.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// # async fn example() {
    /// let queue = anywake::StaticQueue::<u8, 1>::new();
    /// let (sender, receiver) = queue.split();
    /// drop(receiver);
    /// sender.closed().await;
    /// assert!(sender.is_closed());
    /// # }
    /// # anywake_core::doctest::block_on(example());
    /// ```
    #[cfg_attr(feature = "diagnose", track_caller)]
    pub fn closed(&self) -> ClosedFuture<'_, H::Target> {
        self.queue.closed()
    }

    /// A way back to a sender, which does not keep the channel open.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// let queue = anywake::StaticQueue::<u8, 1>::new();
    /// let (sender, receiver) = queue.split();
    /// let weak = sender.downgrade();
    /// drop(weak.upgrade().unwrap());
    /// drop(sender);
    /// assert!(weak.upgrade().is_none() && receiver.is_closed());
    /// ```
    pub fn downgrade(&self) -> WeakSenderOf<H> {
        WeakSenderOf { queue: self.queue.clone() }
    }
}

impl<T, S: Storage<T>, H: Handle<Target = QueueOf<T, S>>> ReceiverOf<H> {
    /// Takes the first item, and waits while there is none: [`QueueOf::pop`].
    ///
    /// # Cancel safety
    /// Nothing is lost when the future is dropped.
    ///
    /// # Errors
    /// [`Closed`](crate::Closed), if no sender is left, or the channel was closed, and all items are received.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// # async fn example() {
    /// let queue = anywake::StaticQueue::<_, 1>::new();
    /// let (sender, receiver) = queue.split();
    /// sender.try_send("one").unwrap();
    /// assert_eq!(receiver.recv().await, Ok("one"));
    /// # }
    /// # anywake_core::doctest::block_on(example());
    /// ```
    #[inline]
    #[cfg_attr(feature = "diagnose", track_caller)]
    pub fn recv(&self) -> PopFuture<'_, H::Target> {
        self.queue.pop()
    }

    /// Takes the first item if there is one that is not promised to another receiver.
    ///
    /// # Errors
    /// [`TryPopError`]: there is none now, or there will be none any more.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// use anywake::TryPopError;
    ///
    /// let queue = anywake::StaticQueue::<u8, 1>::new();
    /// let (sender, receiver) = queue.split();
    /// assert_eq!(receiver.try_recv(), Err(TryPopError::Empty));
    /// drop(sender);
    /// assert_eq!(receiver.try_recv(), Err(TryPopError::Closed));
    /// ```
    #[inline]
    pub fn try_recv(&self) -> Result<T, TryPopError> {
        self.queue.try_pop()
    }

    /// Waits for an item, and adds it and those behind it to `items`, `limit` at most. Returns how many; 0 if the channel is
    /// closed and drained, or if the limit is 0.
    ///
    /// # Cancel safety
    /// Nothing is lost when the future is dropped: it takes items in its last poll only.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// # async fn example() {
    /// let (sender, receiver) = anywake::channel::bounded(4);
    /// (1..=3).for_each(|item| sender.try_send(item).unwrap());
    /// let mut items = Vec::new();
    /// assert_eq!(receiver.recv_many(&mut items, 2).await, 2);
    /// assert_eq!(receiver.recv_many(&mut items, 2).await, 1);
    /// assert_eq!(items, [1, 2, 3]);
    /// # }
    /// # anywake_core::doctest::block_on(example());
    /// ```
    #[cfg(feature = "alloc")]
    #[cfg_attr(docsrs, doc(cfg(feature = "alloc")))]
    #[cfg_attr(feature = "diagnose", track_caller)]
    pub fn recv_many<'a>(&'a self, items: &'a mut Vec<T>, limit: usize) -> RecvManyFuture<'a, H::Target> {
        RecvManyFuture { queue: &self.queue, items, limit, pop: Some(self.queue.pop()) }
    }

    /// The items as a stream that owns this receiver. (A [stream](QueueOf::stream) of the queue borrows it.)
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// # async fn example() {
    /// use futures_core::Stream;
    ///
    /// let queue = anywake::StaticQueue::<_, 1>::new();
    /// let (sender, receiver) = queue.split();
    /// sender.try_send("one").unwrap();
    /// drop(sender);
    /// let mut items = Box::pin(receiver.into_stream());
    /// let mut next = async || core::future::poll_fn(|context| items.as_mut().poll_next(context)).await;
    /// assert_eq!((next().await, next().await), (Some("one"), None));
    /// # }
    /// # anywake_core::doctest::block_on(example());
    /// ```
    #[cfg(feature = "futures")]
    #[cfg_attr(docsrs, doc(cfg(feature = "futures")))]
    pub fn into_stream(self) -> ReceiverStream<H> {
        ReceiverStream::new(self)
    }

    /// Lets no further item in. What is in the channel can still be received. Returns whether this call closed it.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// let queue = anywake::StaticQueue::<_, 1>::new();
    /// let (sender, receiver) = queue.split();
    /// sender.try_send("one").unwrap();
    /// assert!(receiver.close());
    /// assert!(sender.is_closed());
    /// assert_eq!(receiver.try_recv(), Ok("one"));
    /// ```
    pub fn close(&self) -> bool {
        self.queue.close()
    }

    /// A way to get a receiver back that does not keep the channel open.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// let queue = anywake::StaticQueue::<u8, 1>::new();
    /// let (sender, receiver) = queue.split();
    /// let weak = receiver.downgrade();
    /// drop(weak.upgrade().unwrap());
    /// drop(receiver);
    /// assert!(weak.upgrade().is_none() && sender.is_closed());
    /// ```
    pub fn downgrade(&self) -> WeakReceiverOf<H> {
        WeakReceiverOf { queue: self.queue.clone() }
    }
}

impl<T, S: Storage<T>, H: Handle<Target = QueueOf<T, S>>> WeakReceiverOf<H> {
    /// A receiver, if there is another one and the channel is open.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// let queue = anywake::StaticQueue::<_, 1>::new();
    /// let (sender, receiver) = queue.split();
    /// let weak = receiver.downgrade();
    /// sender.try_send("one").unwrap();
    /// assert_eq!(weak.upgrade().unwrap().try_recv(), Ok("one"));
    /// receiver.close();
    /// assert!(weak.upgrade().is_none());
    /// ```
    pub fn upgrade(&self) -> Option<ReceiverOf<H>> {
        self.queue.core().add_receiver_to_others().then(|| ReceiverOf { queue: self.queue.clone() })
    }
}

impl<T, S: Storage<T>, H: Handle<Target = QueueOf<T, S>>> WeakSenderOf<H> {
    /// A sender, if there is another one and the channel is open.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// let queue = anywake::StaticQueue::<_, 1>::new();
    /// let (sender, receiver) = queue.split();
    /// let weak = sender.downgrade();
    /// weak.upgrade().unwrap().try_send("one").unwrap();
    /// receiver.close();
    /// assert!(weak.upgrade().is_none());
    /// ```
    pub fn upgrade(&self) -> Option<SenderOf<H>> {
        self.queue.core().add_sender_to_others().then(|| SenderOf { queue: self.queue.clone() })
    }
}

/// What both ends can say about their channel.
macro_rules! ends {
    ($($end:ident: $new:ident, $make:literal;)+) => {$(
        impl<T, S: Storage<T>, H: Handle<Target = QueueOf<T, S>>> $end<H> {
            /// The queue, as this end holds it.
            ///
            /// # Examples
            /// ```
            /// # use anywake_core as anywake;
            #[doc = $make]
            /// assert_eq!(end.queue().waiters(), 0);
            /// ```
            pub fn queue(&self) -> &H {
                &self.queue
            }

            /// Whether both are ends of one channel.
            ///
            /// # Examples
            /// ```
            /// # use anywake_core as anywake;
            #[doc = $make]
            /// assert!(end.same_channel(&end.clone()));
            /// ```
            pub fn same_channel(&self, other: &Self) -> bool {
                core::ptr::eq(&raw const *self.queue, &raw const *other.queue)
            }

            /// Whether the channel is closed, by hand or because one side is gone.
            ///
            /// # Examples
            /// ```
            /// # use anywake_core as anywake;
            #[doc = $make]
            /// assert!(!end.is_closed());
            /// end.queue().close();
            /// assert!(end.is_closed());
            /// ```
            pub fn is_closed(&self) -> bool {
                self.queue.is_closed()
            }

            /// How many items are in the channel.
            ///
            /// # Examples
            /// ```
            /// # use anywake_core as anywake;
            #[doc = $make]
            /// assert_eq!(end.len(), 0);
            /// ```
            pub fn len(&self) -> usize {
                self.queue.len()
            }

            /// Whether no item is in the channel.
            ///
            /// # Examples
            /// ```
            /// # use anywake_core as anywake;
            #[doc = $make]
            /// assert!(end.is_empty());
            /// ```
            pub fn is_empty(&self) -> bool {
                self.queue.is_empty()
            }

            /// How many senders the channel has.
            ///
            /// # Examples
            /// ```
            /// # use anywake_core as anywake;
            #[doc = $make]
            /// assert_eq!(end.sender_count(), 1);
            /// ```
            pub fn sender_count(&self) -> usize {
                self.queue.core().senders()
            }

            /// How many receivers the channel has.
            ///
            /// # Examples
            /// ```
            /// # use anywake_core as anywake;
            #[doc = $make]
            /// assert_eq!(end.receiver_count(), 1);
            /// ```
            pub fn receiver_count(&self) -> usize {
                self.queue.core().receivers()
            }
        }

        impl<T, S: Slots<T>, H: Handle<Target = QueueOf<T, S>>> $end<H> {
            /// The most items that the channel can hold.
            ///
            /// # Examples
            /// ```
            /// # use anywake_core as anywake;
            #[doc = $make]
            /// assert_eq!(end.capacity(), 2);
            /// ```
            pub fn capacity(&self) -> usize {
                self.queue.capacity()
            }
        }

        impl<H: Handle<Target: AnyQueue>> Clone for $end<H> {
            fn clone(&self) -> Self {
                let queue = self.queue.clone();
                queue.core().$new();
                Self { queue }
            }
        }
    )+};
}

ends! {
    SenderOf: add_sender, "let queue = anywake::StaticQueue::<u8, 2>::new();\nlet (end, _receiver) = queue.split();";
    ReceiverOf: add_receiver, "let queue = anywake::StaticQueue::<u8, 2>::new();\nlet (_sender, end) = queue.split();";
}

impl<H: Handle<Target: AnyQueue>> Clone for WeakSenderOf<H> {
    fn clone(&self) -> Self {
        Self { queue: self.queue.clone() }
    }
}

impl<H: Handle<Target: AnyQueue>> Clone for WeakReceiverOf<H> {
    fn clone(&self) -> Self {
        Self { queue: self.queue.clone() }
    }
}

impl<H: Handle<Target: AnyQueue>> Drop for SenderOf<H> {
    fn drop(&mut self) {
        self.queue.core().remove_sender();
    }
}

impl<H: Handle<Target: AnyQueue>> Drop for ReceiverOf<H> {
    fn drop(&mut self) {
        self.queue.core().remove_receiver();
    }
}

/// The future of [`ReceiverOf::recv_many`]: waits for an item, and takes as many as there are.
///
/// The future is lazy: it asks for nothing until it is first polled, and takes its place in the queue then. Dropping it at
/// any point is safe: an item that was promised to it goes to the next receiver.
///
/// # Panics
/// If it is polled again after it has returned its output.
#[cfg(feature = "alloc")]
#[cfg_attr(docsrs, doc(cfg(feature = "alloc")))]
#[must_use = "a wait does nothing unless it is awaited"]
pub struct RecvManyFuture<'a, Q: AnyQueue> {
    queue: &'a Q,
    items: &'a mut Vec<Q::Item>,
    limit: usize,
    /// Pinned. The wait for the first item; none when the output is returned.
    pop: Option<PopFuture<'a, Q>>,
}

#[cfg(feature = "alloc")]
impl<'a, Q: AnyQueue> RecvManyFuture<'a, Q> {
    #[inline]
    fn pop(self: Pin<&mut Self>) -> Pin<&mut Option<PopFuture<'a, Q>>> {
        // SAFETY: W1, `pop` is pinned with this: nothing moves it, and it is dropped in its place.
        unsafe { self.map_unchecked_mut(|this| &mut this.pop) }
    }

    /// Takes the place in the queue now, without a waker. Returns whether the wait is decided, so that the next poll returns
    /// the output. With a limit of 0 it is, and takes no place.
    ///
    /// # Panics
    /// If the future has returned its output.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// # async fn example() {
    /// let (sender, receiver) = anywake::channel::bounded(2);
    /// let mut items = Vec::new();
    /// let mut wait = core::pin::pin!(receiver.recv_many(&mut items, 2));
    /// assert!(!wait.as_mut().enable());
    /// sender.try_send(1).unwrap();
    /// assert!(receiver.try_recv().is_err(), "the item is promised");
    /// assert!(wait.as_mut().enable());
    /// assert_eq!(wait.await, 1);
    /// # }
    /// # anywake_core::doctest::block_on(example());
    /// ```
    pub fn enable(self: Pin<&mut Self>) -> bool {
        let takes_none = self.limit == 0;
        let pop = self.pop().as_pin_mut().unwrap_or_else(|| polled_again());
        takes_none || pop.enable()
    }

    /// Whether the wait is decided, so that the next poll returns the output. False before the first poll or
    /// [`enable`](Self::enable), unless the limit is 0, and after the output is returned. The waker stays as it is.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// let (sender, receiver) = anywake::channel::bounded(2);
    /// let mut items = Vec::new();
    /// let mut wait = core::pin::pin!(receiver.recv_many(&mut items, 2));
    /// wait.as_mut().enable();
    /// assert!(!wait.is_decided());
    /// sender.try_send(1).unwrap();
    /// assert!(wait.is_decided());
    /// ```
    pub fn is_decided(&self) -> bool {
        self.pop.as_ref().is_some_and(|pop| self.limit == 0 || pop.is_decided())
    }
}

#[cfg(feature = "alloc")]
impl<T, S: Storage<T>> Future for RecvManyFuture<'_, QueueOf<T, S>> {
    type Output = usize;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<usize> {
        if self.pop.is_none() {
            polled_again();
        }
        // mistake recv_many_of_none_waits: self.limit > 0 ~> true
        let first = if self.limit > 0 {
            // SAFETY: W1, `pop` is not touched here.
            let this = unsafe { self.as_mut().get_unchecked_mut() };
            // Before an item is taken: this may run out of memory.
            this.items.reserve(this.queue.len().clamp(1, this.limit));
            let pop = self.as_mut().pop().as_pin_mut().unwrap_or_else(|| polled_again());
            ready!(pop.poll(context)).ok()
        } else {
            None
        };
        // mistake recv_many_is_not_over: self.as_mut().pop().set(None); ~>
        self.as_mut().pop().set(None);
        let Some(first) = first else { return Poll::Ready(0) };
        // SAFETY: W1, `pop` is not touched here.
        let this = unsafe { self.get_unchecked_mut() };
        let before = this.items.len();
        this.items.push(first);
        let rest = core::iter::from_fn(|| this.queue.try_pop().ok()).take(this.limit - 1);
        this.items.extend(rest);
        Poll::Ready(this.items.len() - before)
    }
}

#[cfg(all(feature = "alloc", feature = "futures"))]
#[cfg_attr(docsrs, doc(cfg(feature = "futures")))]
impl<T, S: Storage<T>> futures_core::FusedFuture for RecvManyFuture<'_, QueueOf<T, S>> {
    fn is_terminated(&self) -> bool {
        self.pop.is_none()
    }
}

macro_rules! shown {
    ($($end:ident, $name:literal;)+) => {$(
        impl<T, S: Storage<T>, H: Handle<Target = QueueOf<T, S>>> fmt::Debug for $end<H> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct($name).field("queue", &*self.queue).finish()
            }
        }
    )+};
}

shown! {
    SenderOf, "Sender";
    ReceiverOf, "Receiver";
    WeakSenderOf, "WeakSender";
    WeakReceiverOf, "WeakReceiver";
}

#[cfg(feature = "alloc")]
impl<Q: AnyQueue> fmt::Debug for RecvManyFuture<'_, Q> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RecvManyFuture").field("pop", &self.pop).finish_non_exhaustive()
    }
}
