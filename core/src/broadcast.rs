//! [`Broadcast`]: each value goes to all receivers. On the heap it is made by [`channel`]. Its ends, futures and errors.
//!
//! # Problem
//! Each of many receivers reads each value, at its own pace. Values are cloned for that, and to clone is user code. A slow
//! receiver either makes publishers wait or misses values, and then it has to learn how many.
//!
//! # Rejected
//! * A queue for each receiver. Publishing then takes time and memory for each of them.
//! * A place in the broadcast for each receiver. Then their number is a constant of the type, or the broadcast allocates.
//! * To clone under the internal lock. A clone may take long, call back, or panic.
//!
//! # Chosen
//! The ring holds each value once, with the number of receivers that have still to read it. A receiver holds its position. It
//! is counted as reading while it clones, which keeps the value where it is; the last to read it moves it out.

#[cfg(feature = "alloc")]
use crate::sys::Arc;
#[cfg(feature = "alloc")]
use alloc::{boxed::Box, vec::Vec};
use core::fmt;
use core::panic::{RefUnwindSafe, UnwindSafe};

#[cfg(feature = "alloc")]
use crate::queue::Boxed;
#[cfg(feature = "alloc")]
use crate::queue::CapacityError;
use crate::queue::InArray;
use crate::sys::atomic::const_fn;
use crate::wait::future::Wait;
use crate::wait::handle::Primitive;
use crate::wait::offer::Offer;
use crate::wait::trace::{self, named};

mod ends;
mod error;
mod raw;
mod ring;
mod wait;

pub use ends::{ReceiverOf, SenderOf, over};
pub use error::{PublishError, RecvError, TryPublishError, TryRecvError};
use raw::BroadcastCore;
pub use ring::Storage;
use ring::{Place, ValueCell};
pub use wait::{ClosedFuture, PublishFuture, RecvFuture};
#[cfg(feature = "alloc")]
pub use wait::{OwnedClosedFuture, OwnedPublishFuture};

/// A broadcast: each value that is published goes to all receivers. The common type of [`Broadcast`] and [`HeapBroadcast`].
///
/// It holds up to its capacity of values that some receiver has still to read. [`publish`](Self::publish) waits for the
/// slowest receiver while there is no room. [`publish_now`](Self::publish_now) displaces the oldest value instead, and the
/// receivers that had not read it learn [how many](RecvError::Lagged) they have missed. Both may be used on one broadcast.
///
/// It is one object, shared by reference or `Arc`. [`receiver`](Self::receiver) makes a [`ReceiverOf`], which takes no memory in
/// the broadcast. There is no limit to the number of receivers but that of its count, 2^31 - 1.
///
/// # What a receiver receives
/// Each value that is published after the receiver was made, in one order for all receivers. A value that is published while
/// there is no receiver is dropped at once, and that is no error. (In tokio it is one, so a publisher that starts first has
/// to ignore errors; in async-broadcast the publisher waits for a receiver.)
///
/// # Clones
/// Each receiver gets a clone of the value, and the last one to read it gets the original. So a single receiver clones
/// nothing. A value that is costly to clone is best published in an `Arc`. Values are cloned and dropped without the internal
/// lock. Receivers on several threads clone one value at the same time, so sharing a broadcast takes `T: Send + Sync`.
/// (RUSTSEC-2025-0023 was a broadcast that asked for `Send` alone.)
///
/// # Displacing a value that is being cloned
/// `publish_now` does not wait for a clone. If the oldest value of a full broadcast is being cloned at that moment, the new
/// value is kept back, and is let in by the receiver that ends the clone. The next `publish_now` before that displaces
/// the value that is kept back. So the newest value always arrives. A receiver that is made in between may receive
/// a value that was kept back when it was made.
///
/// # Fairness
/// Waiting publishers are served in the order in which they began to wait, by direct hand-over. `try_publish` does not
/// overtake them; `publish_now` does.
///
/// # A wait that is not polled
/// A `publish` that is kept unpolled holds nothing up; its value goes in when there is room. A `recv` that is kept unpolled
/// keeps its receiver from reading, and a full broadcast waits for that.
///
/// # Wakers that panic
/// A receiver that makes room wakes a waiting `publish`. If that waker panics, the panic goes no further than the panic hook
/// with the feature `std`, and the receiver returns its value. Without `std` the panic unwinds through the `recv`, and the
/// value is dropped; the receiver may then learn that it missed a value.
///
/// # Interrupt handlers
/// With the feature `critical-section`, all methods that do not return a future may be called from one. Moving a value in or
/// out is part of the critical section: keep large values behind a reference.
///
/// # Examples
/// ```
/// # use anywake_core as anywake;
/// # async fn example() {
/// static NEWS: anywake::Broadcast<&str, 4> = anywake::Broadcast::new();
///
/// let (mut ada, mut bob) = (NEWS.receiver(), NEWS.receiver());
/// NEWS.publish("hello").await.unwrap();
/// assert_eq!(ada.recv().await, Ok("hello"));
/// assert_eq!(bob.recv().await, Ok("hello"));
/// # }
/// # anywake_core::doctest::block_on(example());
/// ```
#[doc(alias("pubsub", "PubSubChannel", "bus", "topic"))]
pub struct BroadcastRing<T, S: Storage> {
    core: BroadcastCore<T, S>,
}

/// A [`BroadcastRing`] with whatever storage: how ends and futures name their broadcast. Sealed.
#[allow(private_bounds, reason = "sealed")]
pub trait AnyBroadcast:
    Primitive<Core = BroadcastCore<<Self as AnyBroadcast>::Value, <Self as AnyBroadcast>::Storage>>
{
    /// What is published.
    type Value;
    /// Where the broadcast holds it.
    type Storage: Storage;
}

impl<T, S: Storage> AnyBroadcast for BroadcastRing<T, S> {
    type Value = T;
    type Storage = S;
}

impl<T, S: Storage> Primitive for BroadcastRing<T, S> {
    type Core = BroadcastCore<T, S>;

    #[inline]
    fn core(&self) -> &BroadcastCore<T, S> {
        &self.core
    }
}

// A panic in user code finds the broadcast whole: a clone that panics ends its reading, and nothing else of the user's runs
// between two changes.
impl<T, S: Storage> UnwindSafe for BroadcastRing<T, S> {}
impl<T, S: Storage> RefUnwindSafe for BroadcastRing<T, S> {}

/// A broadcast of at most `N` values inside itself: no allocation, fit for a `static`.
#[doc(alias("pubsub", "PubSubChannel", "bus", "topic"))]
pub type Broadcast<T, const N: usize> = BroadcastRing<T, InArray<N>>;

/// A broadcast whose capacity is chosen when it is made.
#[cfg(feature = "alloc")]
#[cfg_attr(docsrs, doc(cfg(feature = "alloc")))]
pub type HeapBroadcast<T> = BroadcastRing<T, Boxed>;

/// A sender that owns a part of its broadcast.
#[cfg(feature = "alloc")]
#[cfg_attr(docsrs, doc(cfg(feature = "alloc")))]
pub type Sender<T> = SenderOf<Arc<HeapBroadcast<T>>>;
/// A receiver that owns a part of its broadcast.
#[cfg(feature = "alloc")]
#[cfg_attr(docsrs, doc(cfg(feature = "alloc")))]
pub type Receiver<T> = ReceiverOf<Arc<HeapBroadcast<T>>>;
/// A sender over a [`Broadcast`].
pub type StaticSender<'a, T, const N: usize> = SenderOf<&'a Broadcast<T, N>>;
/// A receiver over a [`Broadcast`].
pub type StaticReceiver<'a, T, const N: usize> = ReceiverOf<&'a Broadcast<T, N>>;

/// A broadcast on the heap for `capacity` values, and its first two ends.
///
/// # Panics
/// If the capacity is 0, or there is no memory for it. [`over`] with
/// [`HeapBroadcast::with_capacity`](BroadcastRing::with_capacity) returns an error instead.
///
/// # Examples
/// ```
/// # use anywake_core as anywake;
/// # async fn example() {
/// let (sender, mut ada) = anywake::broadcast::channel(16);
/// let mut bob = sender.subscribe();
/// sender.publish("hello").await.unwrap();
/// drop(sender);
/// assert_eq!(ada.recv().await, Ok("hello"));
/// assert_eq!(bob.recv().await, Ok("hello"));
/// assert!(bob.recv().await.is_err(), "there is no sender any more");
/// # }
/// # anywake_core::doctest::block_on(example());
/// ```
#[cfg(feature = "alloc")]
#[cfg_attr(docsrs, doc(cfg(feature = "alloc")))]
pub fn channel<T>(capacity: usize) -> (Sender<T>, Receiver<T>) {
    match HeapBroadcast::with_capacity(capacity) {
        Ok(broadcast) => over(Arc::new(broadcast)),
        Err(error) => panic!("{error}"),
    }
}

impl<T, const N: usize> Broadcast<T, N> {
    const_fn! {
        /// A broadcast without receivers.
        ///
        /// A capacity `N` of 0 does not compile.
        ///
        /// # Examples
        /// ```
        /// # use anywake_core as anywake;
        /// static NEWS: anywake::Broadcast<u32, 4> = anywake::Broadcast::new();
        /// assert_eq!(NEWS.capacity(), 4);
        /// ```
        #[must_use]
        pub const fn new() -> Self {
            const {
                assert!(N > 0, "the capacity of a Broadcast is at least one");
                assert!(N <= ring::MAX_CAPACITY, "the capacity of a Broadcast is at most isize::MAX");
            }
            #[cfg(not(loom))]
            let values = [const { ValueCell::new() }; N];
            #[cfg(loom)]
            let values = core::array::from_fn(|_| ValueCell::new());
            Self { core: BroadcastCore::new(values, [Place::EMPTY; N]) }
        }
    }
}

impl<T, const N: usize> Default for Broadcast<T, N> {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(feature = "alloc")]
impl<T> HeapBroadcast<T> {
    /// A broadcast of at most `capacity` values, without receivers. Allocates here, and never again.
    ///
    /// # Errors
    /// [`CapacityError::Zero`], or [`CapacityError::TooLarge`] if there is no memory for it.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// use anywake::CapacityError;
    /// use anywake::broadcast::HeapBroadcast;
    ///
    /// let news = HeapBroadcast::<u8>::with_capacity(2).unwrap();
    /// assert_eq!(news.capacity(), 2);
    /// assert_eq!(HeapBroadcast::<u8>::with_capacity(0).unwrap_err(), CapacityError::Zero);
    /// ```
    pub fn with_capacity(capacity: usize) -> Result<Self, CapacityError> {
        if capacity == 0 {
            return Err(CapacityError::Zero);
        }
        let values = boxed(capacity, ValueCell::new)?;
        let places = boxed(capacity, || Place::EMPTY)?;
        Ok(Self { core: BroadcastCore::new(values, places) })
    }
}

#[cfg(feature = "alloc")]
fn boxed<X>(capacity: usize, new: impl FnMut() -> X) -> Result<Box<[X]>, CapacityError> {
    if capacity > ring::MAX_CAPACITY {
        return Err(CapacityError::TooLarge);
    }
    let mut cells = Vec::new();
    cells.try_reserve_exact(capacity).map_err(|_| CapacityError::TooLarge)?;
    cells.resize_with(capacity, new);
    Ok(cells.into_boxed_slice())
}

impl<T, S: Storage> BroadcastRing<T, S> {
    named! { core.queue }

    /// Publishes a value to all receivers, and waits for the slowest of them while there is no room.
    ///
    /// If there is no receiver, the value is dropped.
    ///
    /// # Cancel safety
    /// A publish whose last poll returned `Pending` may have been published: the thread that makes room takes the value over,
    /// before the future is polled again. If the future is dropped before that, the value is dropped with it, and was not
    /// published. Where that matters, end the future with [`PublishFuture::cancel`], which returns the value unless it was
    /// published.
    ///
    /// # Errors
    /// [`PublishError`], with the value, if the broadcast is or gets closed.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// # async fn example() {
    /// let news = anywake::Broadcast::<_, 1>::new();
    /// let mut receiver = news.receiver();
    /// news.publish("one").await.unwrap();
    /// assert!(!core::pin::pin!(news.publish("two")).enable(), "it waits for the receiver");
    /// assert_eq!(receiver.recv().await, Ok("one"));
    /// # }
    /// # anywake_core::doctest::block_on(example());
    /// ```
    #[doc(alias("send", "broadcast"))]
    #[inline]
    #[cfg_attr(feature = "diagnose", track_caller)]
    pub fn publish(&self, value: T) -> PublishFuture<'_, Self> {
        PublishFuture::over(Wait::new(self, Offer::new(Some(value))))
    }

    /// As [`publish`](Self::publish), with a future that keeps the broadcast alive: it can be stored in a struct and spawned.
    ///
    /// # Cancel safety
    /// As for [`publish`](Self::publish).
    ///
    /// # Errors
    /// As for [`publish`](Self::publish).
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// # use std::sync::Arc;
    /// # async fn example() {
    /// let news = Arc::new(anywake::Broadcast::<_, 2>::new());
    /// let receiver = Arc::clone(&news).receiver_owned();
    /// Arc::clone(&news).publish_owned("news").await.unwrap();
    /// assert_eq!(receiver.len(), 1);
    /// # }
    /// # anywake_core::doctest::block_on(example());
    /// ```
    #[cfg(feature = "alloc")]
    #[cfg_attr(docsrs, doc(cfg(feature = "alloc")))]
    #[cfg_attr(feature = "diagnose", track_caller)]
    pub fn publish_owned(self: Arc<Self>, value: T) -> OwnedPublishFuture<Self> {
        OwnedPublishFuture::over(Wait::new(self, Offer::new(Some(value))))
    }

    /// Publishes a value if there is room. May be called from an interrupt handler with the feature `critical-section`.
    ///
    /// If there is no receiver, the value is dropped.
    ///
    /// # Errors
    /// [`TryPublishError`], with the value: there is no room, others wait for it, or the broadcast is closed.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// use anywake::TryPublishError;
    ///
    /// let news = anywake::Broadcast::<_, 1>::new();
    /// let _receiver = news.receiver();
    /// news.try_publish(1).unwrap();
    /// assert_eq!(news.try_publish(2), Err(TryPublishError::Full(2)));
    /// ```
    #[inline]
    pub fn try_publish(&self, value: T) -> Result<(), TryPublishError<T>> {
        self.core.try_publish(value).map_err(|(value, is_closed)| {
            if is_closed { TryPublishError::Closed(value) } else { TryPublishError::Full(value) }
        })
    }

    /// Publishes a value now, even before publishes that wait, and displaces the oldest value if there is no room. Returns the
    /// displaced value. May be called from an interrupt handler with the feature `critical-section`.
    ///
    /// The receivers that had not read the displaced value learn that they [missed](RecvError::Lagged) it. If there is no
    /// receiver, the value is dropped. If the oldest value is being cloned, the new one is kept back until that has ended (see
    /// the type), and only a value that was kept back before is returned.
    ///
    /// # Errors
    /// [`PublishError`], with the value, if the broadcast is closed.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// use anywake::broadcast::TryRecvError;
    ///
    /// let news = anywake::Broadcast::<u8, 1>::new();
    /// let mut receiver = news.receiver();
    /// assert_eq!(news.publish_now(1), Ok(None));
    /// assert_eq!(news.publish_now(2), Ok(Some(1)));
    /// assert_eq!(receiver.try_recv(), Err(TryRecvError::Lagged(1)));
    /// assert_eq!(receiver.try_recv(), Ok(2));
    /// ```
    #[doc(alias("publish_immediate", "overflow"))]
    pub fn publish_now(&self, value: T) -> Result<Option<T>, PublishError<T>> {
        self.core.publish_now(value).map_err(PublishError)
    }

    /// A receiver of what is published from now on.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// let news = anywake::Broadcast::<u8, 2>::new();
    /// let mut early = news.receiver();
    /// news.try_publish(1).unwrap();
    /// let late = news.receiver();
    /// assert_eq!(early.try_recv(), Ok(1));
    /// assert!(late.is_empty());
    /// ```
    #[doc(alias("subscribe", "subscriber"))]
    pub fn receiver(&self) -> ReceiverOf<&Self> {
        ReceiverOf::new(self)
    }

    /// As [`receiver`](Self::receiver), with a receiver that keeps the broadcast alive.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// # use std::sync::Arc;
    /// let news = Arc::new(anywake::Broadcast::<u8, 2>::new());
    /// let mut receiver = Arc::clone(&news).receiver_owned();
    /// news.try_publish(1).unwrap();
    /// drop(news);
    /// assert_eq!(receiver.try_recv(), Ok(1));
    /// ```
    #[cfg(feature = "alloc")]
    #[cfg_attr(docsrs, doc(cfg(feature = "alloc")))]
    pub fn receiver_owned(self: Arc<Self>) -> ReceiverOf<Arc<Self>> {
        ReceiverOf::new(self)
    }

    /// An end that publishes, counted: when the last one is dropped, the broadcast is closed.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// let news = anywake::Broadcast::<u8, 2>::new();
    /// let sender = news.sender();
    /// drop(sender.clone());
    /// assert!(!news.is_closed());
    /// drop(sender);
    /// assert!(news.is_closed());
    /// ```
    pub fn sender(&self) -> SenderOf<&Self> {
        SenderOf::new(self)
    }

    /// How many values the broadcast holds for receivers that have still to read them.
    ///
    /// It may be one more than the capacity, while a value is [kept back](Self::publish_now).
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// let news = anywake::Broadcast::<u8, 2>::new();
    /// let receiver = news.receiver();
    /// news.try_publish(1).unwrap();
    /// assert_eq!(news.len(), 1);
    /// drop(receiver);
    /// assert_eq!(news.len(), 0);
    /// ```
    pub fn len(&self) -> usize {
        self.core.figures().len
    }

    /// Whether every receiver has read all that was published.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// assert!(anywake::Broadcast::<u8, 2>::new().is_empty());
    /// ```
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The most values that the broadcast holds for receivers that have still to read them.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// assert_eq!(anywake::Broadcast::<u8, 2>::new().capacity(), 2);
    /// ```
    pub fn capacity(&self) -> usize {
        self.core.figures().capacity
    }

    /// How many receivers there are.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// let news = anywake::Broadcast::<u8, 2>::new();
    /// let _receiver = news.receiver();
    /// assert_eq!(news.receiver_count(), 1);
    /// ```
    pub fn receiver_count(&self) -> usize {
        self.core.figures().receivers
    }

    /// How many tasks wait, for whatever: room, a value, the end of the broadcast.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// let news = anywake::Broadcast::<u8, 2>::new();
    /// let mut receiver = news.receiver();
    /// core::pin::pin!(receiver.recv()).enable();
    /// assert_eq!(news.waiters(), 0, "the wait was dropped at the end of its statement");
    /// ```
    pub fn waiters(&self) -> usize {
        self.core.figures().waiters
    }

    /// Whether the broadcast is closed, by [`close`](Self::close) or because the last sender was dropped.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// let news = anywake::Broadcast::<u8, 2>::new();
    /// news.close();
    /// assert!(news.is_closed());
    /// ```
    pub fn is_closed(&self) -> bool {
        self.core.figures().closed
    }

    /// Lets no further value in. What was published can still be received; then `recv` fails with [`RecvError::Closed`].
    ///
    /// Publishes that wait fail and return their values. Closing twice is closing once: returns whether this call closed the
    /// broadcast.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// # async fn example() {
    /// let news = anywake::Broadcast::<u8, 2>::new();
    /// let mut receiver = news.receiver();
    /// news.try_publish(1).unwrap();
    /// assert!(news.close() && !news.close());
    /// assert!(news.try_publish(2).is_err());
    /// assert_eq!(receiver.recv().await, Ok(1));
    /// assert!(receiver.recv().await.is_err());
    /// # }
    /// # anywake_core::doctest::block_on(example());
    /// ```
    pub fn close(&self) -> bool {
        self.core.close()
    }

    /// Waits until the broadcast is closed; returns at once if it is. That no receiver is left does not end it.
    ///
    /// # Cancel safety
    /// Dropping the future loses nothing.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// # async fn example() {
    /// let news = anywake::Broadcast::<u8, 2>::new();
    /// assert!(!core::pin::pin!(news.closed()).enable());
    /// news.close();
    /// news.closed().await;
    /// # }
    /// # anywake_core::doctest::block_on(example());
    /// ```
    #[cfg_attr(feature = "diagnose", track_caller)]
    pub fn closed(&self) -> ClosedFuture<'_, Self> {
        ClosedFuture::over(Wait::new(self, ()))
    }

    /// As [`closed`](Self::closed), with a future that keeps the broadcast alive.
    ///
    /// # Cancel safety
    /// Dropping the future loses nothing.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// # use std::sync::Arc;
    /// # async fn example() {
    /// let news = Arc::new(anywake::Broadcast::<u8, 2>::new());
    /// let closed = Arc::clone(&news).closed_owned();
    /// assert!(news.close(), "nobody has closed it before");
    /// closed.await;
    /// # }
    /// # anywake_core::doctest::block_on(example());
    /// ```
    #[cfg(feature = "alloc")]
    #[cfg_attr(docsrs, doc(cfg(feature = "alloc")))]
    #[cfg_attr(feature = "diagnose", track_caller)]
    pub fn closed_owned(self: Arc<Self>) -> OwnedClosedFuture<Self> {
        OwnedClosedFuture::over(Wait::new(self, ()))
    }
}

impl<T, S: Storage> fmt::Debug for BroadcastRing<T, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Read first: what follows runs the caller's formatter.
        let figures = self.core.figures();
        f.debug_struct("Broadcast")
            .field("len", &figures.len)
            .field("capacity", &figures.capacity)
            .field("receivers", &figures.receivers)
            .field("closed", &figures.closed)
            .field("waiters", &trace::listed(&self.core.queue, figures.waiters))
            .finish()
    }
}

#[cfg(all(test, not(loom), not(feature = "std")))]
mod tests;
