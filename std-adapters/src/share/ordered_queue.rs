//! [`LifoQueue`] and [`PriorityQueue`]: queues whose items come out in another order than they went in.

// The core's queue is a ring. Here the items are in a heap or a stack, and two semaphores count them and the room for
// more; so those who wait are served in the order in which they came, whatever the order of the items.

use core::fmt;
use core::future::{Future, poll_fn};
use core::mem;
use core::pin::pin;
use core::task::Poll;
use std::sync::{Mutex, MutexGuard, PoisonError};

use anywake_core::{
    CapacityError, Closed, Event, PushError, Semaphore, TaskDoneError, TryAcquireError, TryPopError,
    TryPushError,
};

mod order;

pub use order::{Least, Newest, Order};

/// A bounded queue that gives the newest item first: `asyncio.LifoQueue`.
pub type LifoQueue<T> = OrderedQueue<Newest<T>>;

/// A bounded queue that gives the least item first: `asyncio.PriorityQueue`. Of equal items any may be first.
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
pub type PriorityQueue<T> = OrderedQueue<Least<T>>;

/// The common type of [`LifoQueue`] and [`PriorityQueue`], with the methods and the rules of
/// [`Queue`](crate::Queue): bounded, first come first served, nothing lost by a drop. Items are compared while the
/// queue is locked: a comparison must not use it.
pub struct OrderedQueue<O> {
    state: Mutex<State<O>>,
    /// One permit for each free place.
    room: Semaphore,
    /// One permit for each item. Closed with the queue; what is left is taken without one.
    ready: Semaphore,
    capacity: usize,
    /// Set and cleared at once, for those who wait at that moment, whenever all work is done.
    finished: Event,
}

struct State<O> {
    items: O,
    len: usize,
    unfinished: usize,
    /// How often all work was done.
    rounds: u64,
    closed: bool,
}

impl<O: Order> OrderedQueue<O> {
    /// An empty queue of at most `capacity` items.
    ///
    /// # Errors
    ///
    /// [`CapacityError::Zero`], or [`CapacityError::TooLarge`] beyond [`Semaphore::MAX_PERMITS`].
    pub fn with_capacity(capacity: usize) -> Result<Self, CapacityError> {
        if capacity == 0 {
            return Err(CapacityError::Zero);
        }
        let room = Semaphore::try_new(capacity).map_err(|_| CapacityError::TooLarge)?;
        let state = State { items: O::default(), len: 0, unfinished: 0, rounds: 0, closed: false };
        let (ready, finished) = (Semaphore::new(0), Event::new());
        Ok(Self { state: Mutex::new(state), room, ready, capacity, finished })
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
    pub async fn push(&self, item: O::Item) -> Result<(), PushError<O::Item>> {
        let Ok(place) = self.room.acquire().await else { return Err(PushError(item)) };
        self.put(item).inspect(|()| place.forget())
    }

    /// Adds an item if there is room and nobody waits for it.
    ///
    /// # Errors
    ///
    /// [`TryPushError`], with the item.
    pub fn try_push(&self, item: O::Item) -> Result<(), TryPushError<O::Item>> {
        match self.room.try_acquire() {
            Ok(place) => {
                self.put(item).map(|()| place.forget()).map_err(|PushError(item)| TryPushError::Closed(item))
            }
            Err(TryAcquireError::Closed) => Err(TryPushError::Closed(item)),
            Err(_) => Err(TryPushError::Full(item)),
        }
    }

    fn put(&self, item: O::Item) -> Result<(), PushError<O::Item>> {
        let mut state = self.state();
        if state.closed {
            return Err(PushError(item));
        }
        state.items.put(item);
        state.len += 1;
        state.unfinished += 1;
        drop(state);
        self.ready.release(1).expect("not more than the capacity");
        Ok(())
    }

    /// Takes the item that comes next, and waits while there is none.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped, no item is lost.
    ///
    /// # Errors
    ///
    /// [`Closed`] if the queue is closed and empty.
    pub async fn pop(&self) -> Result<O::Item, Closed> {
        if let Ok(claim) = self.ready.acquire().await {
            claim.forget();
        }
        self.take().ok_or(Closed)
    }

    /// Takes the item that comes next, if there is one that is not promised to a waiter.
    ///
    /// # Errors
    ///
    /// [`TryPopError`] says why there is none.
    pub fn try_pop(&self) -> Result<O::Item, TryPopError> {
        match self.ready.try_acquire() {
            Ok(claim) => claim.forget(),
            Err(TryAcquireError::Closed) => {}
            Err(_) => return Err(TryPopError::Empty),
        }
        self.take().ok_or(TryPopError::Closed)
    }

    /// There is an item for each claim, unless the queue was closed after it was granted.
    fn take(&self) -> Option<O::Item> {
        let mut state = self.state();
        let item = state.items.take()?;
        state.len -= 1;
        drop(state);
        self.room.release(1).expect("not more than the capacity");
        Some(item)
    }

    /// Ends the queue: what is in it can still be taken, nothing can be added.
    pub fn close(&self) {
        self.state().closed = true;
        self.room.close();
        self.ready.close();
    }

    /// Ends the queue and drops what is in it; that counts as done.
    pub fn close_now(&self) {
        self.close();
        let mut state = self.state();
        let items = mem::take(&mut state.items);
        let dropped = mem::take(&mut state.len);
        self.done(state, dropped);
        drop(items);
    }

    /// Whether it was closed.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.state().closed
    }

    /// How many items there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.state().len
    }

    /// Whether there is no item.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether there is no room.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.len() == self.capacity
    }

    /// How many items there can be.
    #[must_use]
    pub fn capacity(&self) -> usize {
        self.capacity
    }

    /// Marks one item that was taken as done.
    ///
    /// # Errors
    ///
    /// [`TaskDoneError`] if all were marked already.
    pub fn task_done(&self) -> Result<(), TaskDoneError> {
        let state = self.state();
        if state.unfinished == 0 {
            return Err(TaskDoneError);
        }
        self.done(state, 1);
        Ok(())
    }

    fn done(&self, mut state: MutexGuard<'_, State<O>>, items: usize) {
        state.unfinished -= items;
        let finished = items > 0 && state.unfinished == 0;
        state.rounds += u64::from(finished);
        drop(state);
        if finished {
            self.finished.set();
            self.finished.clear();
        }
    }

    /// Waits until every item that was ever added is done.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost.
    pub async fn join(&self) {
        let rounds = match &*self.state() {
            State { unfinished: 0, .. } => return,
            state => state.rounds,
        };
        let mut over = false;
        while !over {
            let mut finished = pin!(self.finished.wait());
            poll_fn(|cx| {
                // In the queue of the event before the look. What it says may be about an earlier round, whose end is
                // told late.
                let told = finished.as_mut().poll(cx).is_ready();
                over = self.state().rounds != rounds;
                if told || over { Poll::Ready(()) } else { Poll::Pending }
            })
            .await;
        }
    }
}

impl<O> OrderedQueue<O> {
    fn state(&self) -> MutexGuard<'_, State<O>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<O> fmt::Debug for OrderedQueue<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.state();
        f.debug_struct("OrderedQueue")
            .field("len", &state.len)
            .field("capacity", &self.capacity)
            .field("closed", &state.closed)
            .finish_non_exhaustive()
    }
}
