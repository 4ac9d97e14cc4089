//! What a queue with a bound can do besides: wait for room.

#[cfg(feature = "alloc")]
use crate::sys::Arc;

use super::error::TryPushError;
use super::guard::Slot;
use super::storage::Slots;
#[cfg(feature = "alloc")]
use super::{OwnedPushFuture, OwnedReserveFuture};
use super::{PushFuture, QueueOf, ReserveFuture};
use crate::wait::future::Wait;
use crate::wait::offer::Offer;
use crate::wait::trace::Taker;

impl<T, S: Slots<T>> QueueOf<T, S> {
    /// Adds an item at its place, which is the end if the queue has no other order, and waits while the queue is full.
    ///
    /// # Cancel safety
    /// A push whose last poll returned `Pending` may have been sent: the thread that makes room takes the item over, before
    /// the future is polled again. If the future is dropped before that, the item is dropped with it, and was never in the
    /// queue. Where that matters, do not drop the future: end it with [`PushFuture::cancel`], which returns the item unless
    /// it was sent, or with `within` or `until` of the crate `anywake`, which return it after a deadline.
    ///
    /// # Errors
    /// [`PushError`](super::PushError), with the item, if the queue is or gets closed.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// # async fn example() {
    /// let jobs = anywake::StaticQueue::<_, 2>::new();
    /// jobs.push("one").await.unwrap();
    /// assert_eq!(jobs.len(), 1);
    /// # }
    /// # anywake_core::doctest::block_on(example());
    /// ```
    #[doc(alias("send", "put"))]
    #[inline]
    #[cfg_attr(feature = "diagnose", track_caller)]
    pub fn push(&self, item: T) -> PushFuture<'_, Self> {
        PushFuture::over(Wait::new(self, Offer::new(Some(item))))
    }

    /// As [`push`](Self::push), with a future that keeps the queue alive: it can be stored in a struct and spawned.
    ///
    /// # Cancel safety
    /// As for [`push`](Self::push).
    ///
    /// # Errors
    /// As for [`push`](Self::push).
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// # use std::sync::Arc;
    /// # async fn example() {
    /// let jobs = Arc::new(anywake::Queue::with_capacity(2).unwrap());
    /// let push = Arc::clone(&jobs).push_owned("one");
    /// push.await.unwrap();
    /// assert_eq!(jobs.len(), 1);
    /// # }
    /// # anywake_core::doctest::block_on(example());
    /// ```
    #[cfg(feature = "alloc")]
    #[cfg_attr(docsrs, doc(cfg(feature = "alloc")))]
    #[cfg_attr(feature = "diagnose", track_caller)]
    pub fn push_owned(self: Arc<Self>, item: T) -> OwnedPushFuture<Self> {
        OwnedPushFuture::over(Wait::new(self, Offer::new(Some(item))))
    }

    /// Adds an item, even before pushes that wait, and displaces one if the queue is full. Returns the displaced item, which
    /// then does not count as pushed any more. It is the oldest one, which is the first or, in a `LifoQueue`, the last. In
    /// a [`StaticPriorityQueue`](super::StaticPriorityQueue) it is the one that would come out last, which may be the new
    /// one.
    ///
    /// # Errors
    /// [`TryPushError`], with the item, if the queue is closed, or full of [reserved](Self::reserve) slots, which hold no item
    /// to displace.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// let latest = anywake::StaticQueue::<u8, 1>::new();
    /// assert_eq!(latest.force_push(1), Ok(None));
    /// assert_eq!(latest.force_push(2), Ok(Some(1)));
    /// assert_eq!(latest.try_pop(), Ok(2));
    /// ```
    pub fn force_push(&self, item: T) -> Result<Option<T>, TryPushError<T>> {
        self.core.force_push(item).map_err(TryPushError::of)
    }

    /// Reserves room for one item, and waits while there is none. A reservation stands in one line with pushes.
    ///
    /// The [`Slot`] takes an item later, without waiting, and returns the room when it is dropped. So an item is made only
    /// when there is room for it, and a task that gives up waiting for room has no item to lose.
    ///
    /// # Cancel safety
    /// Nothing is lost when the future is dropped: room that was reserved for it goes to the next push, and if the queue was
    /// closed meanwhile, those who wait for its end are woken.
    ///
    /// # Errors
    /// [`Closed`](crate::Closed) if the queue is or gets closed before there is room.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// # async fn example() {
    /// let jobs = anywake::StaticQueue::<_, 2>::new();
    /// let slot = jobs.reserve().await.unwrap();
    /// slot.send("made when there was room").unwrap();
    /// assert_eq!(jobs.len(), 1);
    /// # }
    /// # anywake_core::doctest::block_on(example());
    /// ```
    #[doc(alias("permit"))]
    #[cfg_attr(feature = "diagnose", track_caller)]
    pub fn reserve(&self) -> ReserveFuture<'_, Self> {
        ReserveFuture::over(Wait::new(self, Offer::new(None)))
    }

    /// As [`reserve`](Self::reserve), with a slot that keeps the queue alive.
    ///
    /// # Cancel safety
    /// As for [`reserve`](Self::reserve).
    ///
    /// # Errors
    /// As for [`reserve`](Self::reserve).
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// # use std::sync::Arc;
    /// # async fn example() {
    /// let jobs = Arc::new(anywake::Queue::with_capacity(2).unwrap());
    /// let slot = Arc::clone(&jobs).reserve_owned().await.unwrap();
    /// std::thread::spawn(move || slot.send("from there").unwrap()).join().unwrap();
    /// assert_eq!(jobs.pop().await, Ok("from there"));
    /// # }
    /// # anywake_core::doctest::block_on(example());
    /// ```
    #[cfg(feature = "alloc")]
    #[cfg_attr(docsrs, doc(cfg(feature = "alloc")))]
    #[cfg_attr(feature = "diagnose", track_caller)]
    pub fn reserve_owned(self: Arc<Self>) -> OwnedReserveFuture<Self> {
        OwnedReserveFuture::over(Wait::new(self, Offer::new(None)))
    }

    /// Reserves room for one item if there is some. May be called from an interrupt handler with the feature
    /// `critical-section`.
    ///
    /// # Errors
    /// [`TryPushError`] with nothing in it, if the queue is full or closed.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// let jobs = anywake::StaticQueue::<u8, 1>::new();
    /// let slot = jobs.try_reserve().unwrap();
    /// assert!(jobs.try_push(1).is_err(), "the room is reserved");
    /// drop(slot);
    /// assert!(jobs.try_push(1).is_ok());
    /// ```
    #[cfg_attr(feature = "diagnose", track_caller)]
    pub fn try_reserve(&self) -> Result<Slot<&Self>, TryPushError<()>> {
        match self.core.try_reserve() {
            Ok(()) => Ok(Slot::new(self, Taker::here())),
            Err(closed) => Err(TryPushError::of(((), closed))),
        }
    }

    /// As [`try_reserve`](Self::try_reserve), with a slot that keeps the queue alive.
    ///
    /// # Errors
    /// As for [`try_reserve`](Self::try_reserve).
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// # use std::sync::Arc;
    /// let jobs = Arc::new(anywake::Queue::with_capacity(1).unwrap());
    /// let slot = Arc::clone(&jobs).try_reserve_owned().unwrap();
    /// slot.send("item").unwrap();
    /// assert_eq!(jobs.try_pop(), Ok("item"));
    /// ```
    #[cfg(feature = "alloc")]
    #[cfg_attr(docsrs, doc(cfg(feature = "alloc")))]
    #[cfg_attr(feature = "diagnose", track_caller)]
    pub fn try_reserve_owned(self: Arc<Self>) -> Result<Slot<Arc<Self>>, TryPushError<()>> {
        match self.core.try_reserve() {
            Ok(()) => Ok(Slot::new(self, Taker::here())),
            Err(closed) => Err(TryPushError::of(((), closed))),
        }
    }

    /// Whether there is no room: each place is taken by an item or [reserved](Self::reserve).
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// let jobs = anywake::StaticQueue::<u8, 1>::new();
    /// jobs.try_push(1).unwrap();
    /// assert!(jobs.is_full());
    /// ```
    pub fn is_full(&self) -> bool {
        self.core.is_full()
    }

    /// The most items that the queue can hold. (Slack is not counted: see [`len`](Self::len).)
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// assert_eq!(anywake::StaticQueue::<u8, 2>::new().capacity(), 2);
    /// ```
    pub fn capacity(&self) -> usize {
        self.core.figures().capacity
    }
}
