//! The queue: with a bound, in an array ([`StaticQueue`]) or on the heap ([`Queue`]), or without one; first in first out,
//! or in another order ([`StaticPriorityQueue`], `LifoQueue`). Its futures and errors.
//!
//! # Problem
//! A `pop` that is promised an item and then dropped must not lose it; a `push` that is dropped must neither lose nor
//! double its own; and nobody is overtaken, neither tasks nor items.
//!
//! # Rejected
//! To hand an item into the waiting `pop`. If that is dropped, the item has to go back to the front, and by then the
//! queue may be full. Rivals lose it there.
//!
//! # Chosen
//! Items are in the queue, or with the tasks that push them. A `pop` that waits is granted a *claim* on one item of the
//! queue, which nobody else can take; the item itself stays there until the `pop` is polled. A `push` that waits has its
//! item moved into the queue by the thread that makes room, and is done then. Where the items lie, how many may, and which
//! is the first, is the queue's [`Storage`]. A claim is not on a certain item: a `pop` takes the item that is the first
//! when it runs.

#[cfg(feature = "alloc")]
use crate::sys::Arc;
use core::fmt;
use core::mem::MaybeUninit;

use crate::sys::atomic::const_fn;
use crate::wait::future::Wait;
use crate::wait::handle::Primitive;
use crate::wait::trace::{self, named};

#[cfg(feature = "alloc")]
mod blocks;
mod bounded;
mod by_key;
mod error;
mod guard;
#[cfg(feature = "alloc")]
mod newest;
mod raw;
mod ring;
#[cfg(feature = "alloc")]
mod slack;
mod storage;
#[cfg(feature = "futures")]
mod stream;
#[cfg(feature = "alloc")]
mod unbounded;
mod unfinished;
mod wait;

#[cfg(feature = "alloc")]
pub use blocks::Blocks;
pub use by_key::{ByKey, Key, Keyed, StaticPriorityQueue};

#[cfg(feature = "alloc")]
pub use error::CapacityError;
pub use error::{PushError, TaskDoneError, TryPopError, TryPushError};
pub use guard::Slot;
#[cfg(feature = "alloc")]
pub use newest::{LifoQueue, Newest};
use raw::QueueCore;
#[cfg(feature = "alloc")]
pub use ring::Boxed;
pub use ring::InArray;
use ring::Ring;
#[cfg(feature = "alloc")]
pub use slack::{SlackQueue, WithSlack};
pub use storage::{Slots, Storage};
#[cfg(feature = "futures")]
#[cfg_attr(docsrs, doc(cfg(feature = "futures")))]
pub use stream::PopStream;
#[cfg(feature = "alloc")]
pub use unbounded::UnboundedQueue;
#[cfg(feature = "futures")]
pub(crate) use wait::PopOf;
pub use wait::{ClosedFuture, JoinFuture, PopFuture, PushFuture, ReserveFuture};
#[cfg(feature = "alloc")]
pub use wait::{OwnedClosedFuture, OwnedJoinFuture, OwnedPopFuture, OwnedPushFuture, OwnedReserveFuture};

/// A queue for any number of producers and consumers, with the rules of `asyncio.Queue`: the common type of
/// [`StaticQueue`], [`Queue`] and the queues that [`Queue::with_slack`](Self::with_slack) and
/// [`Queue::unbounded`](Self::unbounded) make, which are first in first out, and of [`StaticPriorityQueue`] and
/// `LifoQueue`, which are not.
///
/// [`push`](Self::push) waits while the queue is full, [`pop`](Self::pop) while it is empty. It is one object, shared by
/// reference or `Arc`; there are no ends to clone or drop. [`close`](Self::close) ends it: what is queued can still be
/// popped. [`task_done`](Self::task_done) and [`join`](Self::join) tell when all work is finished.
///
/// | type | made by | holds | allocates |
/// |---|---|---|---|
/// | [`StaticQueue<T, N>`](StaticQueue) | `StaticQueue::new` | `N` items | never |
/// | [`Queue<T>`](Queue) | [`Queue::with_capacity`](Self::with_capacity) | its capacity | once, when it is made |
/// | `SlackQueue<T>` | [`Queue::with_slack`](Self::with_slack) | its capacity, and in slack what is promised | once, when it is made |
/// | `UnboundedQueue<T>` | [`Queue::unbounded`](Self::unbounded) | as many as there is memory for | a block for every 32 items, at most |
/// | [`StaticPriorityQueue<T, N>`](StaticPriorityQueue) | `StaticPriorityQueue::new` | `N` items, the smallest key first | never |
/// | `LifoQueue<T>` | `LifoQueue::with_capacity` | its capacity, the newest first | once, when it is made |
///
/// # Fairness
/// Items come out in the order in which they went in, or in that of the queue's type. Waiting pushes and pops are served in the order in which they began
/// to wait, by direct hand-over, and no task overtakes. (In asyncio a woken `put` or `get` can lose its place.) `try_push`
/// fails while others wait to push, `try_pop` while all items are promised to others.
///
/// # A wait that is not polled
/// A `pop` that was promised an item and is then kept unpolled, for example in a `select!` loop or as a
/// `PopStream` after `Pending`, keeps that item from all others: [`len`](Self::len) counts it, and
/// `try_pop` finds nothing. The item goes to the next `pop` when the future is dropped. A `push` that is kept unpolled
/// holds nothing up; its item goes in when there is room.
///
/// # Wakers that panic
/// A `pop` that makes room wakes a waiting `push`. If that waker panics, the panic goes no further than the panic hook with
/// the feature `std`, and the `pop` returns its item. Without `std` the panic unwinds through the `pop`, and the item is
/// dropped.
///
/// A waker that polls its task inside `wake` makes hand-overs recursive: each waiter that is served in this way takes a part
/// of the stack of the thread that serves the first.
///
/// # Interrupt handlers
/// With the feature `critical-section`, all methods that do not return a future may be called from one. Moving an item in
/// or out is part of the critical section: keep large items behind a reference.
///
/// # Examples
/// ```
/// # use anywake_core as anywake;
/// # async fn example() {
/// static JOBS: anywake::StaticQueue<u32, 4> = anywake::StaticQueue::new();
///
/// JOBS.push(1).await.unwrap();
/// JOBS.close();
/// assert_eq!(JOBS.pop().await, Ok(1));
/// assert_eq!(JOBS.pop().await, Err(anywake::Closed));
/// assert_eq!(JOBS.push(2).await.unwrap_err().into_inner(), 2);
/// # }
/// # anywake_core::doctest::block_on(example());
/// ```
#[doc(alias("channel", "mpsc", "mpmc", "bounded"))]
pub struct QueueOf<T, S: Storage<T>> {
    core: QueueCore<T, S>,
}

/// A [`QueueOf`] with whatever storage: how futures and streams name their queue. Sealed.
#[allow(private_bounds, reason = "sealed")]
pub trait AnyQueue:
    Primitive<Core = QueueCore<<Self as AnyQueue>::Item, <Self as AnyQueue>::Storage>>
{
    /// What the queue holds.
    type Item;
    /// Where the queue holds it.
    type Storage: Storage<Self::Item>;
}

impl<T, S: Storage<T>> AnyQueue for QueueOf<T, S> {
    type Item = T;
    type Storage = S;
}

impl<T, S: Storage<T>> Primitive for QueueOf<T, S> {
    type Core = QueueCore<T, S>;

    #[inline]
    fn core(&self) -> &QueueCore<T, S> {
        &self.core
    }
}

/// A queue of at most `N` items inside itself: no allocation, fit for a `static`.
#[doc(alias("channel", "mpsc", "mpmc"))]
pub type StaticQueue<T, const N: usize> = QueueOf<T, InArray<N>>;

/// A queue whose capacity is chosen when it is made. Its functions make the other queues on the heap, too.
#[cfg(feature = "alloc")]
#[cfg_attr(docsrs, doc(cfg(feature = "alloc")))]
#[doc(alias("channel", "mpsc", "mpmc"))]
pub type Queue<T> = QueueOf<T, Boxed>;

impl<T, const N: usize> StaticQueue<T, N> {
    const_fn! {
        /// An empty queue.
        ///
        /// A capacity `N` of 0 does not compile.
        ///
        /// # Examples
        /// ```
        /// # use anywake_core as anywake;
        /// static JOBS: anywake::StaticQueue<u32, 4> = anywake::StaticQueue::new();
        /// assert_eq!(JOBS.capacity(), 4);
        /// ```
        #[must_use]
        pub const fn new() -> Self {
            const {
                assert!(N > 0, "the capacity of a StaticQueue is at least one");
                assert!(N <= ring::MAX_CAPACITY, "the capacity of a StaticQueue is at most isize::MAX");
            }
            Self { core: QueueCore::new(Ring::new([const { MaybeUninit::uninit() }; N])) }
        }
    }
}

impl<T, const N: usize> Default for StaticQueue<T, N> {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(feature = "alloc")]
impl<T> Queue<T> {
    /// An empty queue of at most `capacity` items. Allocates here, and never again.
    ///
    /// # Errors
    /// [`CapacityError::Zero`], or [`CapacityError::TooLarge`] if there is no memory for it.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// use anywake::Queue;
    /// use anywake::queue::CapacityError;
    ///
    /// let jobs = Queue::with_capacity(2).unwrap();
    /// jobs.try_push("one").unwrap();
    /// assert_eq!(Queue::<u8>::with_capacity(0).unwrap_err(), CapacityError::Zero);
    /// ```
    pub fn with_capacity(capacity: usize) -> Result<Self, CapacityError> {
        Ok(Self { core: QueueCore::new(Ring::new(ring::boxed_slots(capacity)?)) })
    }
}

impl<T, S: Storage<T>> QueueOf<T, S> {
    named! { core.queue }

    /// Takes the first item, and waits while there is none.
    ///
    /// # Cancel safety
    /// Nothing is lost when the future is dropped: an item that was promised to it goes to the next `pop`.
    ///
    /// # Errors
    /// [`Closed`](crate::Closed) if the queue is closed and drained.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// # async fn example() {
    /// let jobs = anywake::StaticQueue::<_, 2>::new();
    /// jobs.try_push("one").unwrap();
    /// assert_eq!(jobs.pop().await, Ok("one"));
    /// # }
    /// # anywake_core::doctest::block_on(example());
    /// ```
    #[doc(alias("recv", "receive", "get"))]
    #[inline]
    #[cfg_attr(feature = "diagnose", track_caller)]
    pub fn pop(&self) -> PopFuture<'_, Self> {
        wait::pop(self)
    }

    /// As [`pop`](Self::pop), with a future that keeps the queue alive: it can be stored in a struct and spawned.
    ///
    /// # Cancel safety
    /// As for [`pop`](Self::pop).
    ///
    /// # Errors
    /// As for [`pop`](Self::pop).
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// # use std::sync::Arc;
    /// # async fn example() {
    /// let jobs = Arc::new(anywake::Queue::with_capacity(2).unwrap());
    /// let pop = Arc::clone(&jobs).pop_owned();
    /// jobs.try_push("one").unwrap();
    /// assert_eq!(pop.await, Ok("one"));
    /// # }
    /// # anywake_core::doctest::block_on(example());
    /// ```
    #[cfg(feature = "alloc")]
    #[cfg_attr(docsrs, doc(cfg(feature = "alloc")))]
    #[cfg_attr(feature = "diagnose", track_caller)]
    pub fn pop_owned(self: Arc<Self>) -> OwnedPopFuture<Self> {
        OwnedPopFuture::over(Wait::new(self, ()))
    }

    /// Adds an item if there is room. May be called from an interrupt handler with the feature `critical-section`.
    ///
    /// # Errors
    /// [`TryPushError`], with the item, if the queue is full or closed. A queue without a bound is full only if there is no
    /// memory for the item.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// use anywake::queue::TryPushError;
    ///
    /// let jobs = anywake::StaticQueue::<_, 1>::new();
    /// jobs.try_push(1).unwrap();
    /// assert_eq!(jobs.try_push(2), Err(TryPushError::Full(2)));
    /// ```
    #[doc(alias("try_send", "put_nowait"))]
    #[inline]
    pub fn try_push(&self, item: T) -> Result<(), TryPushError<T>> {
        self.core.try_push(item).map_err(TryPushError::of)
    }

    /// Takes the first item if there is one that is not promised. May be called from an interrupt handler with the feature
    /// `critical-section`.
    ///
    /// # Errors
    /// [`TryPopError`]: no item is free now, or the queue is closed and drained.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// use anywake::queue::TryPopError;
    ///
    /// let jobs = anywake::StaticQueue::<u8, 1>::new();
    /// assert_eq!(jobs.try_pop(), Err(TryPopError::Empty));
    /// jobs.try_push(1).unwrap();
    /// assert_eq!(jobs.try_pop(), Ok(1));
    /// ```
    #[doc(alias("try_recv", "get_nowait"))]
    #[inline]
    pub fn try_pop(&self) -> Result<T, TryPopError> {
        self.core.try_pop().map_err(|_| TryPopError::Closed)?.ok_or(TryPopError::Empty)
    }

    /// Drops all items that are not promised to a `pop`, one by one and without the internal lock. Returns how many. Pushes
    /// that wait for room go in, and are dropped too while this runs.
    ///
    /// The items do not count as [done](Self::task_done): who drops work says so.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// let jobs = anywake::StaticQueue::<u8, 2>::new();
    /// jobs.try_push(1).unwrap();
    /// jobs.try_push(2).unwrap();
    /// assert_eq!(jobs.clear(), 2);
    /// assert!(jobs.is_empty() && !jobs.is_closed());
    /// ```
    pub fn clear(&self) -> usize {
        core::iter::from_fn(|| self.try_pop().ok()).count()
    }

    /// A copy of the first item that is not promised, which stays where it is. Only of items that are `Copy`: to clone one
    /// would run its code under the internal lock.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// let jobs = anywake::StaticQueue::<u8, 2>::new();
    /// jobs.try_push(1).unwrap();
    /// assert_eq!(jobs.peek(), Some(1));
    /// assert_eq!(jobs.len(), 1);
    /// ```
    pub fn peek(&self) -> Option<T>
    where
        T: Copy,
    {
        self.core.peek()
    }

    /// How many items are queued, those included that are promised to a `pop` which has not been polled yet. (So in a queue
    /// with [slack](Self::with_slack) it may be more than the capacity.)
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// let jobs = anywake::StaticQueue::<u8, 2>::new();
    /// jobs.try_push(1).unwrap();
    /// assert_eq!(jobs.len(), 1);
    /// ```
    #[doc(alias("qsize"))]
    pub fn len(&self) -> usize {
        self.core.figures().len
    }

    /// Whether no item is queued.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// assert!(anywake::StaticQueue::<u8, 2>::new().is_empty());
    /// ```
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many tasks wait, for whatever: room, an item, the end of all work, the end of the queue.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// let jobs = anywake::StaticQueue::<u8, 2>::new();
    /// let mut pop = core::pin::pin!(jobs.pop());
    /// pop.as_mut().enable();
    /// assert_eq!(jobs.waiters(), 1);
    /// ```
    pub fn waiters(&self) -> usize {
        self.core.figures().waiters
    }

    /// How many of the items that were pushed are not [done](Self::task_done) yet. A queue whose items are never reported as
    /// done counts up to [`usize::MAX`], and then no [`join`](Self::join) ends any more.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// let jobs = anywake::StaticQueue::<u8, 2>::new();
    /// jobs.try_push(1).unwrap();
    /// jobs.try_pop().unwrap();
    /// assert_eq!(jobs.unfinished(), 1);
    /// ```
    pub fn unfinished(&self) -> usize {
        self.core.figures().unfinished
    }

    /// Whether the queue is closed, by [`close`](Self::close) or [`close_now`](Self::close_now).
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// let jobs = anywake::StaticQueue::<u8, 2>::new();
    /// jobs.close();
    /// assert!(jobs.is_closed());
    /// ```
    pub fn is_closed(&self) -> bool {
        self.core.figures().closed
    }

    /// Lets no further item in. What is queued can still be popped; then `pop` fails with [`Closed`](crate::Closed).
    ///
    /// Pushes that wait fail and return their items. If every queued item is promised to an earlier `pop`, a new `pop`
    /// waits: it gets an item if one of those is dropped, and fails once the queue is empty. [`join`](Self::join) goes on
    /// waiting for what is queued or in work. Items may still come into slots that were [reserved](Self::reserve). Closing
    /// twice is closing once: returns whether this call closed the queue. (`asyncio.Queue.shutdown()`.)
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// # async fn example() {
    /// let jobs = anywake::StaticQueue::<u8, 2>::new();
    /// jobs.try_push(1).unwrap();
    /// assert!(jobs.close() && !jobs.close());
    /// assert!(jobs.try_push(2).is_err());
    /// assert_eq!(jobs.pop().await, Ok(1));
    /// assert!(jobs.pop().await.is_err());
    /// # }
    /// # anywake_core::doctest::block_on(example());
    /// ```
    #[doc(alias("shutdown"))]
    pub fn close(&self) -> bool {
        self.core.close()
    }

    /// Closes the queue and drops what is queued, which counts as [done](Self::task_done) once it is dropped. Items that
    /// were promised to a `pop` that has not been polled yet are still delivered. Returns whether the queue was open.
    /// (`asyncio.Queue.shutdown(immediate=True)`.)
    ///
    /// Items are dropped one by one without the internal lock.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// let jobs = anywake::StaticQueue::<u8, 2>::new();
    /// jobs.try_push(1).unwrap();
    /// jobs.close_now();
    /// assert_eq!((jobs.len(), jobs.unfinished()), (0, 0));
    /// ```
    pub fn close_now(&self) -> bool {
        self.core.close_now()
    }

    /// Waits until the queue is closed; returns at once if it is.
    ///
    /// # Cancel safety
    /// Dropping the future loses nothing.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// # async fn example() {
    /// let jobs = anywake::StaticQueue::<u8, 2>::new();
    /// assert!(!core::pin::pin!(jobs.closed()).enable());
    /// jobs.close();
    /// jobs.closed().await;
    /// # }
    /// # anywake_core::doctest::block_on(example());
    /// ```
    #[cfg_attr(feature = "diagnose", track_caller)]
    pub fn closed(&self) -> ClosedFuture<'_, Self> {
        ClosedFuture::over(Wait::new(self, ()))
    }

    /// As [`closed`](Self::closed), with a future that keeps the queue alive.
    ///
    /// # Cancel safety
    /// Dropping the future loses nothing.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// # use std::sync::Arc;
    /// # async fn example() {
    /// let jobs = Arc::new(anywake::Queue::<u8>::with_capacity(2).unwrap());
    /// let closed = Arc::clone(&jobs).closed_owned();
    /// assert!(jobs.close(), "nobody has closed it before");
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

    /// Says that the work on one popped item is finished. When all items that were pushed are done, [`join`](Self::join)
    /// returns.
    ///
    /// # Errors
    /// [`TaskDoneError`], and nothing changes, if it was called as often as items were pushed.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// let jobs = anywake::StaticQueue::<u8, 2>::new();
    /// jobs.try_push(1).unwrap();
    /// jobs.try_pop().unwrap();
    /// jobs.task_done().unwrap();
    /// assert!(jobs.task_done().is_err());
    /// ```
    pub fn task_done(&self) -> Result<(), TaskDoneError> {
        if self.core.task_done() { Ok(()) } else { Err(TaskDoneError) }
    }

    /// Waits until every item that was pushed is [done](Self::task_done); returns at once if none is unfinished.
    ///
    /// # Cancel safety
    /// Dropping the future loses nothing.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// # async fn example() {
    /// let jobs = anywake::StaticQueue::<u8, 2>::new();
    /// jobs.push(1).await.unwrap();
    /// jobs.pop().await.unwrap();
    /// assert!(!core::pin::pin!(jobs.join()).enable(), "one is unfinished");
    /// jobs.task_done().unwrap();
    /// jobs.join().await;
    /// # }
    /// # anywake_core::doctest::block_on(example());
    /// ```
    #[cfg_attr(feature = "diagnose", track_caller)]
    pub fn join(&self) -> JoinFuture<'_, Self> {
        JoinFuture::over(Wait::new(self, ()))
    }

    /// As [`join`](Self::join), with a future that keeps the queue alive.
    ///
    /// # Cancel safety
    /// Dropping the future loses nothing.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// # use std::sync::Arc;
    /// # async fn example() {
    /// let jobs = Arc::new(anywake::Queue::<u8>::with_capacity(2).unwrap());
    /// let join = Arc::clone(&jobs).join_owned();
    /// assert_eq!(jobs.unfinished(), 0);
    /// join.await;
    /// # }
    /// # anywake_core::doctest::block_on(example());
    /// ```
    #[cfg(feature = "alloc")]
    #[cfg_attr(docsrs, doc(cfg(feature = "alloc")))]
    #[cfg_attr(feature = "diagnose", track_caller)]
    pub fn join_owned(self: Arc<Self>) -> OwnedJoinFuture<Self> {
        OwnedJoinFuture::over(Wait::new(self, ()))
    }

    /// The items as a stream, which ends when the queue is closed and drained.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// # async fn example() {
    /// use futures_core::Stream;
    ///
    /// let jobs = anywake::StaticQueue::<u8, 2>::new();
    /// jobs.try_push(1).unwrap();
    /// let mut stream = core::pin::pin!(jobs.stream());
    /// let first = core::future::poll_fn(|context| stream.as_mut().poll_next(context)).await;
    /// assert_eq!(first, Some(1));
    /// # }
    /// # anywake_core::doctest::block_on(example());
    /// ```
    #[cfg(feature = "futures")]
    #[cfg_attr(docsrs, doc(cfg(feature = "futures")))]
    pub fn stream(&self) -> PopStream<'_, Self> {
        PopStream::new(self)
    }
}

impl<T, S: Storage<T>> fmt::Debug for QueueOf<T, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Read first: what follows runs the caller's formatter.
        let figures = self.core.figures();
        let mut shown = f.debug_struct("Queue");
        shown.field("len", &figures.len);
        if figures.capacity < usize::MAX {
            shown.field("capacity", &figures.capacity);
        }
        shown
            .field("unfinished", &figures.unfinished)
            .field("closed", &figures.closed)
            .field("waiters", &trace::listed(&self.core.queue, figures.waiters))
            .finish()
    }
}
