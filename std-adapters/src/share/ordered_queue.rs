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
#[doc(alias = "stack")]
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
#[doc(alias("heap", "BinaryHeap"))]
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
    ///
    /// # Examples
    ///
    /// ```
    /// use anywake::{CapacityError, LifoQueue};
    ///
    /// assert_eq!(LifoQueue::<u8>::with_capacity(2).unwrap().capacity(), 2);
    /// assert_eq!(LifoQueue::<u8>::with_capacity(0).unwrap_err(), CapacityError::Zero);
    /// ```
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
    ///
    /// # Examples
    ///
    /// ```
    /// use anywake::{PriorityQueue, PushError, blocking};
    ///
    /// let queue = PriorityQueue::with_capacity(2).unwrap();
    /// assert!(blocking::wait(queue.push(1)).is_ok());
    /// queue.close();
    /// assert_eq!(blocking::wait(queue.push(2)), Err(PushError(2)));
    /// ```
    pub async fn push(&self, item: O::Item) -> Result<(), PushError<O::Item>> {
        let Ok(place) = self.room.acquire().await else { return Err(PushError(item)) };
        self.put(item).inspect(|()| {
            place.forget();
        })
    }

    /// Adds an item if there is room and nobody waits for it.
    ///
    /// # Errors
    ///
    /// [`TryPushError`], with the item.
    ///
    /// # Examples
    ///
    /// ```
    /// use anywake::{LifoQueue, TryPushError};
    ///
    /// let queue = LifoQueue::with_capacity(1).unwrap();
    /// assert_eq!(queue.try_push("first"), Ok(()));
    /// assert_eq!(queue.try_push("second"), Err(TryPushError::Full("second")));
    /// ```
    pub fn try_push(&self, item: O::Item) -> Result<(), TryPushError<O::Item>> {
        match self.room.try_acquire() {
            Ok(place) => self
                .put(item)
                .map(|()| _ = place.forget())
                .map_err(|PushError(item)| TryPushError::Closed(item)),
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
    ///
    /// # Examples
    ///
    /// ```
    /// use anywake::{Closed, LifoQueue, blocking};
    ///
    /// let queue = LifoQueue::with_capacity(2).unwrap();
    /// ["old", "new"].into_iter().try_for_each(|item| queue.try_push(item)).unwrap();
    /// assert_eq!(blocking::wait(queue.pop()), Ok("new"));
    /// assert_eq!(blocking::wait(queue.pop()), Ok("old"));
    /// queue.close();
    /// assert_eq!(blocking::wait(queue.pop()), Err(Closed));
    /// ```
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
            Ok(claim) => {
                claim.forget();
            }
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
    ///
    /// # Examples
    ///
    /// ```
    /// use anywake::{LifoQueue, TryPopError, TryPushError};
    ///
    /// let queue = LifoQueue::with_capacity(2).unwrap();
    /// queue.try_push(1).unwrap();
    /// queue.close();
    /// assert_eq!(queue.try_push(2), Err(TryPushError::Closed(2)));
    /// assert_eq!(queue.try_pop(), Ok(1));
    /// assert_eq!(queue.try_pop(), Err(TryPopError::Closed));
    /// ```
    pub fn close(&self) {
        self.state().closed = true;
        self.room.close();
        self.ready.close();
    }

    /// Ends the queue and drops what is in it; that counts as done.
    ///
    /// # Examples
    ///
    /// ```
    /// use anywake::{LifoQueue, TryPopError};
    ///
    /// let queue = LifoQueue::with_capacity(2).unwrap();
    /// queue.try_push(1).unwrap();
    /// queue.close_now();
    /// assert_eq!(queue.try_pop(), Err(TryPopError::Closed));
    /// ```
    pub fn close_now(&self) {
        self.close();
        let mut state = self.state();
        let items = mem::take(&mut state.items);
        let dropped = mem::take(&mut state.len);
        self.done(state, dropped);
        drop(items);
    }

    /// Whether it was closed.
    ///
    /// # Examples
    ///
    /// ```
    /// use anywake::LifoQueue;
    ///
    /// let queue = LifoQueue::<u8>::with_capacity(1).unwrap();
    /// assert!(!queue.is_closed());
    /// queue.close();
    /// assert!(queue.is_closed());
    /// ```
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.state().closed
    }

    /// How many items there are.
    ///
    /// # Examples
    ///
    /// ```
    /// use anywake::LifoQueue;
    ///
    /// let queue = LifoQueue::with_capacity(2).unwrap();
    /// queue.try_push(1).unwrap();
    /// assert_eq!(queue.len(), 1);
    /// ```
    #[must_use]
    pub fn len(&self) -> usize {
        self.state().len
    }

    /// Whether there is no item.
    ///
    /// # Examples
    ///
    /// ```
    /// use anywake::LifoQueue;
    ///
    /// assert!(LifoQueue::<u8>::with_capacity(1).unwrap().is_empty());
    /// ```
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether there is no room.
    ///
    /// # Examples
    ///
    /// ```
    /// use anywake::LifoQueue;
    ///
    /// let queue = LifoQueue::with_capacity(1).unwrap();
    /// assert!(!queue.is_full());
    /// queue.try_push(1).unwrap();
    /// assert!(queue.is_full());
    /// ```
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.len() == self.capacity
    }

    /// How many items there can be.
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
    /// use anywake::{LifoQueue, TaskDoneError};
    ///
    /// let queue = LifoQueue::with_capacity(1).unwrap();
    /// queue.try_push("job").unwrap();
    /// queue.try_pop().unwrap();
    /// assert_eq!(queue.task_done(), Ok(()));
    /// assert_eq!(queue.task_done(), Err(TaskDoneError));
    /// ```
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
    ///
    /// # Examples
    ///
    /// ```
    /// use anywake::{LifoQueue, assert_pending, assert_ready, test_util::Probe};
    ///
    /// let queue = LifoQueue::with_capacity(1).unwrap();
    /// queue.try_push("job").unwrap();
    /// let mut join = Probe::new(queue.join());
    /// assert_pending!(join.poll());
    /// queue.try_pop().unwrap();
    /// queue.task_done().unwrap();
    /// assert_ready!(join.poll());
    /// ```
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
