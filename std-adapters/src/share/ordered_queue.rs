//! [`PriorityQueue`], and queues in another order of your own: queues whose items are compared by the caller's code.

// # Problem
// The core's queue runs no code of the caller under its lock. Here items are compared, and that is code of the caller: it
// may take long, may panic, and may use the queue. So these queues cannot be the core's in another order, as `LifoQueue`
// and `StaticPriorityQueue` are, whose orders compare nothing, or integers only.
//
// # Chosen
// The items are in a heap under a mutex, and two semaphores say who may touch it: one has a permit for each
// free place, the other for each item. So waiters are served in the order in which they came, whatever the order of the
// items, and what was granted to a waiter that is dropped goes to the next.
//
// What the mutex guards is in `state`, with the invariants; the heap is in `order`.

use core::fmt;
use std::sync::Arc;

use anywake_core::{
    CapacityError, Closed, Event, Permit, PushError, Semaphore, TaskDoneError, TryAcquireError, TryPopError,
    TryPushError,
};

use super::exclusive::{Exclusive, ExclusiveGuard};
use crate::task::catch;

mod order;
mod state;

pub use order::{Least, Order};
use state::{Gate, State};

/// A bounded queue that returns the least item first: `asyncio.PriorityQueue`. Equal items come in any order.
///
/// Where the order is that of an integer, [`StaticPriorityQueue`](crate::StaticPriorityQueue) needs neither an allocator
/// nor the standard library, keeps equal keys in their order, and can be closed, reserved in, and split into ends as any
/// queue of the core.
///
/// Items are compared by [`push`](OrderedQueue::push) and [`pop`](OrderedQueue::pop), and by
/// [`close_now`](OrderedQueue::close_now) if a `pop` was promised an item and has not run yet.
///
/// # Examples
///
/// ```
/// use anywake::PriorityQueue;
///
/// let queue = PriorityQueue::with_capacity(3).unwrap();
/// [(2, "later"), (1, "now")].into_iter().try_for_each(|job| queue.try_push(job)).unwrap();
/// assert_eq!(queue.try_pop(), Ok((1, "now")));
/// ```
#[doc(alias("heap", "BinaryHeap"))]
pub type PriorityQueue<T> = OrderedQueue<Least<T>>;

/// The common type of [`PriorityQueue`] and of queues with an [`Order`] of your own, with the main methods and the rules
/// of [`Queue`](crate::Queue): bounded, first come first served, nothing lost by a drop.
///
/// # Panics
///
/// If a comparison panics, the queue stays as it was and the panic goes to the caller. A `push` drops its item then. The
/// item of a `pop` stays in the queue, and is promised to the next waiter. Items are compared while the queue is locked,
/// so a comparison that uses the same queue panics.
///
/// If a waker panics, the method that woke it has done its work and panics too. `pop` and `try_pop` do not: they return
/// their item.
pub struct OrderedQueue<O> {
    state: Exclusive<State<O>>,
    /// One permit for each free place.
    room: Semaphore,
    /// One permit for each item.
    ready: Semaphore,
    capacity: usize,
}

impl<O: Order> OrderedQueue<O> {
    /// Returns an empty queue for at most `capacity` items.
    ///
    /// # Errors
    ///
    /// [`CapacityError::Zero`], or [`CapacityError::TooLarge`] beyond [`Semaphore::MAX_PERMITS`].
    ///
    /// # Examples
    ///
    /// ```
    /// use anywake::{CapacityError, PriorityQueue};
    ///
    /// assert_eq!(PriorityQueue::<u8>::with_capacity(2).unwrap().capacity(), 2);
    /// assert_eq!(PriorityQueue::<u8>::with_capacity(0).unwrap_err(), CapacityError::Zero);
    /// ```
    pub fn with_capacity(capacity: usize) -> Result<Self, CapacityError> {
        if capacity == 0 {
            return Err(CapacityError::Zero);
        }
        let room = Semaphore::try_new(capacity).map_err(|_| CapacityError::TooLarge)?;
        Ok(Self { state: Exclusive::new(State::new()), room, ready: Semaphore::new(0), capacity })
    }

    /// Adds an item, and waits while the queue is full.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped before it is ready, the item is dropped with it, and was never in the queue.
    ///
    /// # Errors
    ///
    /// [`PushError`], with the item, if the queue is closed.
    ///
    /// # Examples
    ///
    /// ```
    /// use anywake::{PriorityQueue, PushError, blocking};
    ///
    /// let queue = PriorityQueue::with_capacity(1).unwrap();
    /// assert_eq!(blocking::wait(queue.push("item")), Ok(()));
    /// queue.close();
    /// assert_eq!(blocking::wait(queue.push("late")), Err(PushError("late")));
    /// ```
    pub async fn push(&self, item: O::Item) -> Result<(), PushError<O::Item>> {
        match self.room.acquire().await {
            Ok(place) => self.put(item, place),
            Err(Closed) => Err(PushError(item)),
        }
    }

    /// Adds an item if there is room that no other task waits for.
    ///
    /// # Errors
    ///
    /// [`TryPushError`], with the item.
    ///
    /// # Examples
    ///
    /// ```
    /// use anywake::{PriorityQueue, TryPushError};
    ///
    /// let queue = PriorityQueue::with_capacity(1).unwrap();
    /// assert_eq!(queue.try_push("first"), Ok(()));
    /// assert_eq!(queue.try_push("second"), Err(TryPushError::Full("second")));
    /// ```
    pub fn try_push(&self, item: O::Item) -> Result<(), TryPushError<O::Item>> {
        match self.room.try_acquire() {
            Ok(place) => self.put(item, place).map_err(|PushError(item)| TryPushError::Closed(item)),
            Err(TryAcquireError::Closed) => Err(TryPushError::Closed(item)),
            Err(_) => Err(TryPushError::Full(item)),
        }
    }

    fn put(&self, item: O::Item, place: Permit<'_>) -> Result<(), PushError<O::Item>> {
        let mut state = self.state.lock();
        if state.gate != Gate::Open {
            drop(state);
            return Err(PushError(item));
        }
        let index = state.items.place_of(&item);
        state.items.put(item, index);
        state.unfinished += 1;
        drop(state);
        place.forget();
        // The queue may have been closed at once since the mutex was free.
        let _late = OnDrop(|| self.discard());
        // Not too many: as many as there are items.
        _ = self.ready.release(1);
        Ok(())
    }

    /// Takes and returns the next item. Waits while there is none.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped, no item is lost: an item that was promised to it is promised to the next waiter.
    ///
    /// # Errors
    ///
    /// [`Closed`] if the queue is closed and empty, or closed by [`close_now`](OrderedQueue::close_now) before an item
    /// was promised to this `pop`.
    ///
    /// # Examples
    ///
    /// ```
    /// use anywake::{Closed, PriorityQueue, blocking};
    ///
    /// let queue = PriorityQueue::with_capacity(2).unwrap();
    /// [2, 1].into_iter().try_for_each(|n| queue.try_push(n)).unwrap();
    /// queue.close();
    /// assert_eq!([(); 3].map(|()| blocking::wait(queue.pop())), [Ok(1), Ok(2), Err(Closed)]);
    /// ```
    pub async fn pop(&self) -> Result<O::Item, Closed> {
        // If the future is dropped with a claim, the item is then promised to no task.
        let given_up = OnDrop(|| self.discard());
        let claim = self.ready.acquire().await;
        given_up.defuse();
        self.take(claim?).ok_or(Closed)
    }

    /// Takes and returns the next item, if there is an item that is not promised to a waiter.
    ///
    /// # Errors
    ///
    /// [`TryPopError`] says why there is none.
    ///
    /// # Examples
    ///
    /// ```
    /// use anywake::{PriorityQueue, TryPopError};
    ///
    /// let queue = PriorityQueue::with_capacity(2).unwrap();
    /// assert_eq!(queue.try_pop(), Err(TryPopError::Empty));
    /// queue.try_push(5).unwrap();
    /// assert_eq!(queue.try_pop(), Ok(5));
    /// ```
    pub fn try_pop(&self) -> Result<O::Item, TryPopError> {
        match self.ready.try_acquire() {
            Ok(claim) => self.take(claim).ok_or(TryPopError::Closed),
            Err(TryAcquireError::Closed) => Err(TryPopError::Closed),
            Err(_) => Err(TryPopError::Empty),
        }
    }

    /// Takes the item that a claim is for; there is one (invariant 2).
    fn take(&self, claim: Permit<'_>) -> Option<O::Item> {
        // If a comparison panics, the claim goes back first, and then the item is promised to no task.
        let given_back = OnDrop(|| self.discard());
        let claim = claim;
        let mut state = self.state.lock();
        let item = state.items.take();
        let over = state.is_over();
        drop(state);
        claim.forget();
        given_back.defuse();
        // Not too many: the place of the item.
        // mistake a_stranger_panics_into_a_pop: sheltered(|| _ = self.room.release(1)); ~> _ = self.room.release(1);
        sheltered(|| _ = self.room.release(1));
        if over {
            // mistake a_stranger_panics_into_the_last_pop: sheltered(|| _ = self.ready.close()); ~> self.ready.close();
            sheltered(|| _ = self.ready.close());
        }
        item
    }

    /// Closes the queue: its items can still be taken, and no item can be added.
    ///
    /// A `pop` that finds all items promised to other tasks waits. If one of those is dropped, the `pop` gets its item.
    /// When the last item is taken, the `pop` fails.
    ///
    /// # Examples
    ///
    /// ```
    /// use anywake::{PriorityQueue, TryPopError, TryPushError};
    ///
    /// let queue = PriorityQueue::with_capacity(2).unwrap();
    /// queue.try_push(1).unwrap();
    /// queue.close();
    /// assert_eq!(queue.try_push(2), Err(TryPushError::Closed(2)));
    /// assert_eq!(queue.try_pop(), Ok(1));
    /// assert_eq!(queue.try_pop(), Err(TryPopError::Closed));
    /// ```
    pub fn close(&self) {
        let mut state = self.state.lock();
        if state.gate == Gate::Open {
            state.gate = Gate::Draining;
        }
        let over = state.is_over();
        drop(state);
        let _pops = OnDrop(|| {
            if over {
                self.ready.close();
            }
        });
        self.room.close();
    }

    /// Closes the queue and drops its items. Dropped items count as done.
    ///
    /// Items that were promised to a `pop` which has not run yet are still delivered; these are the next items. If such a
    /// `pop` is dropped, its item is dropped too. [`join`](OrderedQueue::join) returns after the last drop.
    ///
    /// # Examples
    ///
    /// ```
    /// use anywake::{PriorityQueue, TryPopError};
    ///
    /// let queue = PriorityQueue::with_capacity(1).unwrap();
    /// queue.try_push("dropped").unwrap();
    /// queue.close_now();
    /// assert_eq!(queue.try_pop(), Err(TryPopError::Closed));
    /// ```
    pub fn close_now(&self) {
        // Each step is taken even if a waker panics in the step before.
        let _items = OnDrop(|| {
            self.state.lock().gate = Gate::Discarding;
            self.discard();
        });
        let _pops = OnDrop(|| _ = self.ready.close());
        self.close();
    }

    /// Drops the items that are promised to no task, if the queue discards.
    fn discard(&self) {
        if !self.ready.is_closed() {
            return;
        }
        let mut state = self.state.lock();
        if state.gate != Gate::Discarding {
            return;
        }
        // No task takes permits of a closed semaphore. Of the permits that are there, some are left from items that were
        // discarded before; the others are those of the items that are promised to no task.
        let free = self.ready.available_permits() - state.discarded;
        let dropped = state.items.take_last(free);
        state.discarded += free;
        drop(state);
        let _done = OnDrop(|| self.done(self.state.lock(), free));
        drop(dropped);
    }

    /// Returns whether the queue was closed.
    ///
    /// # Examples
    ///
    /// ```
    /// use anywake::PriorityQueue;
    ///
    /// let queue = PriorityQueue::<u8>::with_capacity(1).unwrap();
    /// assert!(!queue.is_closed());
    /// queue.close();
    /// assert!(queue.is_closed());
    /// ```
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.state.lock().gate != Gate::Open
    }

    /// Returns how many items there are. Items count that are promised to a `pop` which has not run yet.
    ///
    /// # Examples
    ///
    /// ```
    /// use anywake::PriorityQueue;
    ///
    /// let queue = PriorityQueue::with_capacity(2).unwrap();
    /// queue.try_push(1).unwrap();
    /// assert_eq!(queue.len(), 1);
    /// ```
    #[must_use]
    pub fn len(&self) -> usize {
        self.state.lock().items.count()
    }

    /// Returns whether there is no item.
    ///
    /// # Examples
    ///
    /// ```
    /// use anywake::PriorityQueue;
    ///
    /// assert!(PriorityQueue::<u8>::with_capacity(1).unwrap().is_empty());
    /// ```
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns whether there is no room.
    ///
    /// # Examples
    ///
    /// ```
    /// use anywake::PriorityQueue;
    ///
    /// let queue = PriorityQueue::with_capacity(1).unwrap();
    /// assert!(!queue.is_full());
    /// queue.try_push(1).unwrap();
    /// assert!(queue.is_full());
    /// ```
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.len() == self.capacity
    }

    /// Returns how many items there can be.
    ///
    /// # Examples
    ///
    /// ```
    /// use anywake::PriorityQueue;
    ///
    /// assert_eq!(PriorityQueue::<u8>::with_capacity(3).unwrap().capacity(), 3);
    /// ```
    #[must_use]
    pub fn capacity(&self) -> usize {
        self.capacity
    }

    /// Marks one item that was taken as done.
    ///
    /// # Errors
    ///
    /// [`TaskDoneError`] if all were marked already.
    ///
    /// # Examples
    ///
    /// ```
    /// use anywake::{PriorityQueue, TaskDoneError};
    ///
    /// let queue = PriorityQueue::with_capacity(1).unwrap();
    /// queue.try_push("job").unwrap();
    /// queue.try_pop().unwrap();
    /// assert_eq!(queue.task_done(), Ok(()));
    /// assert_eq!(queue.task_done(), Err(TaskDoneError));
    /// ```
    pub fn task_done(&self) -> Result<(), TaskDoneError> {
        let state = self.state.lock();
        if state.unfinished == 0 {
            return Err(TaskDoneError);
        }
        self.done(state, 1);
        Ok(())
    }

    fn done(&self, mut state: ExclusiveGuard<'_, State<O>>, items: usize) {
        // Fewer, if some were marked as done before they were taken.
        state.unfinished = state.unfinished.saturating_sub(items);
        // mistake a_join_is_told_by_an_earlier_round: state.finished.take() ~> state.finished.clone()
        let finished = if state.unfinished == 0 { state.finished.take() } else { None };
        drop(state);
        if let Some(finished) = finished {
            finished.set();
        }
    }

    /// Waits until every item that was ever added is done. Returns at once if no item is unfinished.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost if the future is dropped.
    ///
    /// # Examples
    ///
    /// ```
    /// use anywake::{PriorityQueue, blocking};
    /// use futures_util::future::join;
    ///
    /// let queue = PriorityQueue::with_capacity(1).unwrap();
    /// queue.try_push("job").unwrap();
    /// let work = async {
    ///     assert_eq!(queue.pop().await, Ok("job"));
    ///     queue.task_done()
    /// };
    /// assert_eq!(blocking::wait(join(queue.join(), work)), ((), Ok(())));
    /// ```
    pub async fn join(&self) {
        if let Some(finished) = self.finished() {
            finished.wait().await;
        }
    }

    /// The event that is set when the work that is unfinished now is done, if there is any.
    fn finished(&self) -> Option<Arc<Event>> {
        let mut state = self.state.lock();
        (state.unfinished > 0).then(|| Arc::clone(state.finished.get_or_insert_default()))
    }
}

impl<O: Order> fmt::Debug for OrderedQueue<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Before the caller's formatter runs.
        let (len, closed) = (self.len(), self.is_closed());
        f.debug_struct("OrderedQueue")
            .field("len", &len)
            .field("capacity", &self.capacity)
            .field("closed", &closed)
            .finish_non_exhaustive()
    }
}

/// Wakes waiters while the caller has an item in hand. A waker that panics must not lose it.
fn sheltered(wake: impl FnOnce()) {
    // The panic was reported when it began.
    drop(catch(wake));
}

/// Runs a function when it is dropped, even by a panic.
struct OnDrop<F: Fn()>(F);

impl<F: Fn()> OnDrop<F> {
    fn defuse(self) {
        core::mem::forget(self);
    }
}

impl<F: Fn()> Drop for OnDrop<F> {
    fn drop(&mut self) {
        (self.0)();
    }
}
