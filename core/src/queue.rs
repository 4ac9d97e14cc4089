//! The bounded queue, in an array ([`StaticQueue`]) or on the heap ([`Queue`]).
//!
//! # Problem
//! A `pop` that is given an item and then dropped must not lose it; a `push` that is dropped must neither lose
//! nor double its own; and nobody is overtaken, neither tasks nor items.
//!
//! # Rejected
//! To hand an item into the waiting `pop`: if that is dropped, the item has to go back to the front, and by
//! then the queue may be full. Rivals lose it there.
//!
//! # Chosen
//! Items are in the ring, or with whoever pushes them. A `pop` that waits is granted a *claim* on one item of the
//! ring, which nobody else can take; the item itself stays there until the `pop` runs. A `push` that waits has
//! its item moved into the ring by whoever makes room, and is done then.
//!
//! What the lock guards is in `state`, with the invariants; the slots are in `ring`, the waits in `policy`.

use core::fmt;
use core::mem::MaybeUninit;

#[cfg(feature = "alloc")]
use crate::error::CapacityError;
use crate::error::{PushError, TaskDoneError, TryPopError, TryPushError};
use crate::loom::{UnsafeCell, const_fn};
use crate::on_drop::OnDrop;
use crate::wait_future::WaitFuture;
use crate::wait_queue::{Locked, WaitQueue};
use crate::waiter::Verdict;

mod policy;
mod ring;
mod state;
#[cfg(feature = "futures")]
mod stream;

#[cfg(feature = "alloc")]
pub use ring::Boxed;
pub use ring::{InArray, Slots};

pub use policy::{JoinFuture, PopFuture, PushFuture};
use policy::{JoinPolicy, PopPolicy, PushPolicy};
use state::{Gate, State};
#[cfg(feature = "futures")]
pub use stream::PopStream;

/// A bounded first-in-first-out queue for any number of producers and consumers, with the rules of
/// `asyncio.Queue`; the common type of [`StaticQueue`] and [`Queue`].
///
/// [`push`](Self::push) waits while it is full, [`pop`](Self::pop) while it is empty. It is one object, shared
/// by reference or `Arc`; there are no ends to clone or drop. [`close`](Self::close) ends it: what is queued can
/// still be popped. [`task_done`](Self::task_done) and [`join`](Self::join) tell when all work is finished.
///
/// # Fairness
/// Items come out in the order they went in. Waiting pushes and pops are served in the order they began to
/// wait, by direct hand-over, and nobody overtakes (in asyncio a woken `put` or `get` can lose its place).
/// `try_push` fails while others wait to push, `try_pop` while all items are promised to others.
///
/// # Interrupt handlers
/// With the feature `critical-section`, all methods that are not `async` may be called from one. Moving an item
/// in or out is part of the critical section: keep large items behind a reference.
///
/// # Examples
/// ```
/// # async fn example() {
/// static JOBS: anywake_core::StaticQueue<u32, 4> = anywake_core::StaticQueue::new();
///
/// JOBS.push(1).await.unwrap();
/// JOBS.close();
/// assert_eq!(JOBS.pop().await, Ok(1));
/// assert_eq!(JOBS.pop().await, Err(anywake_core::Closed));
/// assert_eq!(JOBS.push(2).await.unwrap_err().into_inner(), 2);
/// # }
/// # anywake_core::doctest::block_on(example());
/// ```
pub struct BoundedQueue<T, S: Slots> {
    queue: WaitQueue<(), State<T, S>>,
}

/// A queue of at most `N` items inside itself: no allocation, fit for a `static`.
pub type StaticQueue<T, const N: usize> = BoundedQueue<T, InArray<N>>;

/// A queue whose capacity is chosen when it is made.
#[cfg(feature = "alloc")]
pub type Queue<T> = BoundedQueue<T, Boxed>;

impl<T, const N: usize> StaticQueue<T, N> {
    const_fn! {
        /// An empty queue.
        ///
        /// A capacity `N` of 0 does not compile.
        #[must_use]
        pub const fn new() -> Self {
            const {
                assert!(N > 0, "the capacity of a StaticQueue is at least one");
                assert!(N <= ring::MAX_CAPACITY, "the capacity of a StaticQueue is at most isize::MAX");
            }
            Self::with_slots([const { MaybeUninit::uninit() }; N])
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
    /// use anywake_core::{CapacityError, Queue};
    ///
    /// let jobs = Queue::with_capacity(2).unwrap();
    /// jobs.try_push("one").unwrap();
    /// assert_eq!(Queue::<u8>::with_capacity(0).unwrap_err(), CapacityError::Zero);
    /// ```
    pub fn with_capacity(capacity: usize) -> Result<Self, CapacityError> {
        Ok(Self::with_slots(ring::boxed_slots(capacity)?))
    }
}

impl<T, S: Slots> BoundedQueue<T, S> {
    const_fn! {
        const fn with_slots(slots: S::Of<T>) -> Self {
            Self { queue: WaitQueue::new((), State::new(slots)) }
        }
    }

    /// Adds an item at the end, and waits while the queue is full.
    ///
    /// # Cancel safety
    /// If the future is dropped before the item was taken over, the item is dropped with it, and was never in
    /// the queue; [`PushFuture::cancel`] gives it back instead.
    ///
    /// # Errors
    /// [`PushError`], with the item, if the queue is or gets closed.
    #[inline]
    pub fn push(&self, item: T) -> PushFuture<'_, T, S> {
        WaitFuture::new(PushPolicy(self), UnsafeCell::new(Some(item)))
    }

    /// Takes the first item, and waits while there is none.
    ///
    /// # Cancel safety
    /// Nothing is lost when the future is dropped: an item that was promised to it goes to the next.
    ///
    /// # Errors
    /// [`Closed`](crate::Closed) if the queue is closed and drained.
    #[inline]
    pub fn pop(&self) -> PopFuture<'_, T, S> {
        WaitFuture::new(PopPolicy(self), ())
    }

    /// Adds an item if there is room. May be called from an interrupt handler with the feature `critical-section`.
    ///
    /// # Errors
    /// [`TryPushError`], with the item, if the queue is full or closed.
    #[inline]
    pub fn try_push(&self, item: T) -> Result<(), TryPushError<T>> {
        let locked = self.queue.lock();
        if locked.state.gate != Gate::Open {
            return Err(TryPushError::Closed(item));
        }
        locked.state.push(item).map_err(TryPushError::Full)?;
        self.serve_waiters(locked);
        Ok(())
    }

    /// Adds an item at the end, even before pushes that wait, and displaces the first one if the queue is full.
    /// Gives the displaced item, which then does not count as pushed any more.
    ///
    /// # Errors
    /// [`PushError`], with the item, if the queue is closed.
    ///
    /// # Examples
    /// ```
    /// let latest = anywake_core::StaticQueue::<u8, 1>::new();
    /// assert_eq!(latest.force_push(1), Ok(None));
    /// assert_eq!(latest.force_push(2), Ok(Some(1)));
    /// assert_eq!(latest.try_pop(), Ok(2));
    /// ```
    pub fn force_push(&self, item: T) -> Result<Option<T>, PushError<T>> {
        let locked = self.queue.lock();
        if locked.state.gate != Gate::Open {
            return Err(PushError(item));
        }
        let State { ring, unfinished, .. } = &mut *locked.state;
        let displaced = if ring.len() == ring.capacity() { ring.pop_front() } else { None };
        *unfinished = unfinished.saturating_sub(usize::from(displaced.is_some()));
        // There is room: a ring has a slot, and one was just emptied if all were taken.
        let _ = locked.state.push(item);
        self.serve_waiters(locked);
        Ok(displaced)
    }

    /// Takes the first item if there is one that is not promised. May be called from an interrupt handler with
    /// the feature `critical-section`.
    ///
    /// # Errors
    /// [`TryPopError`]: nothing to be had now, or closed and drained.
    #[inline]
    pub fn try_pop(&self) -> Result<T, TryPopError> {
        let locked = self.queue.lock();
        match locked.state.take_free() {
            Some(item) => {
                self.serve_waiters(locked);
                Ok(item)
            }
            None if locked.state.is_over() => Err(TryPopError::Closed),
            None => Err(TryPopError::Empty),
        }
    }

    /// How many items are queued, those included that are promised to a `pop` which has not run yet.
    pub fn len(&self) -> usize {
        self.queue.lock().state.ring.len()
    }

    /// Whether no item is queued.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether there is no room.
    pub fn is_full(&self) -> bool {
        let locked = self.queue.lock();
        locked.state.ring.len() == locked.state.ring.capacity()
    }

    /// The most items that it can hold.
    pub fn capacity(&self) -> usize {
        self.queue.lock().state.ring.capacity()
    }

    /// How many wait, to push, to pop and to join together.
    pub fn waiters(&self) -> usize {
        self.queue.lock().waiters.count()
    }

    /// How many of the items that were pushed are not [done](Self::task_done) yet.
    pub fn unfinished(&self) -> usize {
        self.queue.lock().state.unfinished
    }

    /// Whether it is closed, by [`close`](Self::close) or [`close_now`](Self::close_now).
    pub fn is_closed(&self) -> bool {
        self.queue.lock().state.gate != Gate::Open
    }

    /// Lets no further item in. What is queued can still be popped; then `pop` fails with [`Closed`](crate::Closed).
    ///
    /// Pushes that wait fail and give their items back. A `pop` that finds all items promised to others waits: should
    /// one of those go away, it gets the item, and once the last is taken it fails. [`join`](Self::join) goes on waiting for what is queued
    /// or in work. Closing twice is closing once. (`asyncio.Queue.shutdown()`.)
    pub fn close(&self) {
        let locked = self.queue.lock();
        if locked.state.gate == Gate::Open {
            locked.state.gate = Gate::Draining;
        }
        self.serve_waiters(locked);
    }

    /// Closes it and drops what is queued, which counts as [done](Self::task_done). Items that were promised to
    /// a `pop` that has not run yet are still delivered. (`asyncio.Queue.shutdown(immediate=True)`.)
    ///
    /// Items are dropped one by one without the internal lock.
    pub fn close_now(&self) {
        self.queue.lock().state.gate = Gate::Discarding;
        // Even if the drop of an item panics.
        let _refuse = OnDrop(|| self.serve_waiters(self.queue.lock()));
        self.discard();
    }

    /// Says that the work on one popped item is finished. When all that was pushed is, [`join`](Self::join) returns.
    ///
    /// # Errors
    /// [`TaskDoneError`], and nothing changes, if it was called as often as items were pushed.
    pub fn task_done(&self) -> Result<(), TaskDoneError> {
        let locked = self.queue.lock();
        locked.state.unfinished = locked.state.unfinished.checked_sub(1).ok_or(TaskDoneError)?;
        self.finish(locked);
        Ok(())
    }

    /// Waits until every item that was pushed is [done](Self::task_done); at once if none is unfinished.
    ///
    /// # Cancel safety
    /// Dropping the future loses nothing.
    pub fn join(&self) -> JoinFuture<'_, T, S> {
        WaitFuture::new(JoinPolicy(self), ())
    }

    /// The items as a stream, which ends when the queue is closed and drained.
    #[cfg(feature = "futures")]
    pub fn stream(&self) -> PopStream<'_, T, S> {
        PopStream::new(self)
    }

    /// Serves whoever is due after a change, and gives the lock back.
    #[inline]
    fn serve_waiters(&self, locked: Locked<'_, State<T, S>>) {
        if !locked.waiters.is_none() {
            self.wake_due(locked);
        }
    }

    #[inline(never)]
    fn wake_due(&self, locked: Locked<'_, State<T, S>>) {
        self.queue.wake_loop(locked, State::serve);
    }

    /// Ends all joins that wait now, if nothing is unfinished.
    fn finish(&self, locked: Locked<'_, State<T, S>>) {
        if locked.state.unfinished > 0 || locked.state.joiners.is_empty() {
            return;
        }
        let cohort = locked.state.generation.turn();
        self.queue.wake_loop(locked, |locked| {
            locked.waiters.decide_of(&mut locked.state.joiners, cohort, Verdict::Granted)
        });
    }

    /// Drops what a queue that discards holds beyond its claims; nothing, if it does not discard.
    fn discard(&self) {
        // Whatever the first round leaves because the drop of an item panics.
        let _rest = OnDrop(|| while self.discard_one() {});
        while self.discard_one() {}
    }

    fn discard_one(&self) -> bool {
        let locked = self.queue.lock();
        if locked.state.gate != Gate::Discarding || locked.state.ring.len() == locked.state.claims {
            return false;
        }
        // From the end: what is claimed is taken from the front.
        let item = locked.state.ring.pop_back();
        locked.state.unfinished = locked.state.unfinished.saturating_sub(1);
        self.finish(locked);
        drop(item);
        true
    }

    /// The item that a granted `pop` was promised.
    fn take_claimed(&self) -> Option<T> {
        let locked = self.queue.lock();
        locked.state.claims -= 1;
        let item = locked.state.ring.pop_front();
        self.serve_waiters(locked);
        item
    }

    /// A `pop` went away with its claim: the item is free again.
    fn return_claim(&self) {
        let locked = self.queue.lock();
        locked.state.claims -= 1;
        let discards = locked.state.gate == Gate::Discarding;
        self.serve_waiters(locked);
        if discards {
            self.discard();
        }
    }
}

impl<T, S: Slots> fmt::Debug for BoundedQueue<T, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let locked = self.queue.lock();
        let (len, capacity) = (locked.state.ring.len(), locked.state.ring.capacity());
        let (unfinished, gate, waiters) =
            (locked.state.unfinished, locked.state.gate, locked.waiters.count());
        // What follows runs the caller's formatter.
        drop(locked);
        f.debug_struct("BoundedQueue")
            .field("len", &len)
            .field("capacity", &capacity)
            .field("unfinished", &unfinished)
            .field("closed", &(gate != Gate::Open))
            .field("waiters", &waiters)
            .finish()
    }
}
