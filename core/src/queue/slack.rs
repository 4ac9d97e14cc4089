//! A ring with slack: more slots than the queue has capacity, for items that are promised.
//!
//! # Problem
//! An item that is promised to a waiting `pop` stays in the ring until that `pop` is polled. In a small queue it keeps the
//! next push waiting for as long, and each item costs two changes of tasks.
//!
//! # Rejected
//! To write the item into the waiting `pop`: if that is dropped, the item is lost, or comes back to a queue that is full.
//!
//! # Chosen
//! As many promised items as there are slack slots do not count against the capacity. So the next push goes in at once.
//! If a `pop` is dropped, its item stays where it is, in its order, and counts from then on. So a queue never holds more
//! than capacity and slack, and never more than its capacity of items that nobody was promised when they went in.
//!
//! # No rendezvous
//! A capacity of 0 is refused. With slack it would let a push in exactly while a `pop` waits. But a push that waits would
//! have to be served when a `pop` *begins* to wait, and `try_pop` would have to take from a waiting push: waiters of the two
//! sides would decide each other, and not a change of the state. That is another protocol than that of all other queues.

use alloc::boxed::Box;
use core::mem::MaybeUninit;

use super::error::CapacityError;
use super::raw::QueueCore;
use super::ring::{Ring, boxed_slots};
use super::storage::{Store, never_grows};
use super::{Queue, QueueOf};

/// A queue with a capacity, and slack for items that are promised: see [`Queue::with_slack`](QueueOf::with_slack).
#[cfg_attr(docsrs, doc(cfg(feature = "alloc")))]
pub type SlackQueue<T> = QueueOf<T, WithSlack>;

/// Slots on the heap, and slack slots beside them for items that are promised.
#[cfg_attr(docsrs, doc(cfg(feature = "alloc")))]
#[derive(Clone, Copy, Debug)]
pub struct WithSlack;

/// A ring, some of whose slots are slack. Not which: a number of them.
pub(crate) struct SlackRing<T> {
    ring: Ring<Box<[MaybeUninit<T>]>>,
    slack: usize,
}

impl<T> SlackRing<T> {
    /// An empty ring.
    pub(super) fn new(capacity: usize, slack: usize) -> Result<Self, CapacityError> {
        if capacity == 0 {
            return Err(CapacityError::Zero);
        }
        let slots = capacity.checked_add(slack).ok_or(CapacityError::TooLarge)?;
        Ok(Self { ring: Ring::new(boxed_slots(slots)?), slack })
    }
}

impl<T> Queue<T> {
    /// An empty queue of at most `capacity` items, and of as many more as are promised to a `pop`, up to `slack`. Allocates
    /// here, and never again.
    ///
    /// An item that is promised to a waiting [`pop`](Self::pop) stays in the queue until that task runs. In a queue of small
    /// capacity it keeps the next push waiting for so long, and each item costs two changes of tasks. With slack, promised
    /// items do not count against the capacity, so a push goes on at once while tasks wait to pop. `slack` is best the
    /// number of tasks that pop.
    ///
    /// Nothing is lost for that: if a `pop` is dropped, the item that it was promised stays in its place. So the queue may
    /// hold up to `capacity + slack` items, promised or not, and never more; [`len`](Self::len) counts all of them. A push
    /// waits until there are fewer than `capacity` that nobody is promised.
    ///
    /// # Errors
    /// [`CapacityError::Zero`] for a capacity of 0, whatever the slack, or [`CapacityError::TooLarge`] if there is no memory
    /// for it.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// use anywake::Queue;
    ///
    /// let jobs = Queue::with_slack(1, 1).unwrap();
    /// let mut pop = core::pin::pin!(jobs.pop());
    /// pop.as_mut().enable();
    /// jobs.try_push("promised").unwrap();
    /// jobs.try_push("not promised").unwrap();
    /// assert!(jobs.is_full() && jobs.len() == 2);
    /// ```
    pub fn with_slack(capacity: usize, slack: usize) -> Result<SlackQueue<T>, CapacityError> {
        Ok(QueueOf { core: QueueCore::new(SlackRing::new(capacity, slack)?) })
    }
}

impl<T> SlackQueue<T> {
    /// How many items that are promised do not count against the capacity.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// let jobs = anywake::Queue::<u8>::with_slack(4, 2).unwrap();
    /// assert_eq!((jobs.capacity(), jobs.slack()), (4, 2));
    /// ```
    pub fn slack(&self) -> usize {
        self.core.lock().state().slack()
    }
}

impl<T> Store<T> for SlackRing<T> {
    type Loose = ();

    const HAS_SLACK: bool = true;

    #[inline]
    fn len(&self) -> usize {
        self.ring.len()
    }

    #[inline]
    fn slots(&self) -> usize {
        self.ring.capacity()
    }

    #[inline]
    fn slack(&self) -> usize {
        self.slack
    }

    #[inline]
    fn push_back(&mut self, item: T, held_back: usize) -> Result<(), T> {
        self.ring.push_back(item, held_back)
    }

    #[inline]
    fn pop_front(&mut self) -> Option<T> {
        self.ring.pop_front()
    }

    fn pop_back(&mut self) -> Option<T> {
        self.ring.pop_back()
    }

    fn first(&self) -> Option<T>
    where
        T: Copy,
    {
        self.ring.first()
    }

    never_grows!();
}
