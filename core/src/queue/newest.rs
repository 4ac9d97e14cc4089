//! Items in a stack: the newest one is the first.

use alloc::boxed::Box;
use core::mem::MaybeUninit;

use super::QueueOf;
use super::error::CapacityError;
use super::raw::QueueCore;
use super::ring::{Ring, boxed_slots};
use super::storage::{Store, never_grows};

/// A queue whose newest item comes out first: `asyncio.LifoQueue`. Its capacity is chosen when it is made.
///
/// All else is as in a [`Queue`](super::Queue). Those who wait are served first come, first served: only the items are in
/// another order. An old item may stay for as long as newer ones come.
///
/// A `pop` that was promised an item takes the one that is the newest when it runs.
#[cfg_attr(docsrs, doc(cfg(feature = "alloc")))]
#[doc(alias = "stack")]
pub type LifoQueue<T> = QueueOf<T, Newest>;

/// Slots on the heap, from which the newest item is taken first.
#[cfg_attr(docsrs, doc(cfg(feature = "alloc")))]
#[derive(Clone, Copy, Debug)]
pub struct Newest;

/// The items from the oldest to the newest.
pub(crate) struct Stack<T>(Ring<Box<[MaybeUninit<T>]>>);

impl<T> LifoQueue<T> {
    /// An empty queue of at most `capacity` items. Allocates here, and never again.
    ///
    /// # Errors
    /// [`CapacityError::Zero`], or [`CapacityError::TooLarge`] if there is no memory for it.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// let jobs = anywake::queue::LifoQueue::with_capacity(2).unwrap();
    /// jobs.try_push("old").unwrap();
    /// jobs.try_push("new").unwrap();
    /// assert_eq!((jobs.try_pop(), jobs.try_pop()), (Ok("new"), Ok("old")));
    /// ```
    pub fn with_capacity(capacity: usize) -> Result<Self, CapacityError> {
        Ok(Self { core: QueueCore::new(Stack(Ring::new(boxed_slots(capacity)?))) })
    }
}

impl<T> Store<T> for Stack<T> {
    type Loose = ();

    #[inline]
    fn len(&self) -> usize {
        self.0.len()
    }

    #[inline]
    fn slots(&self) -> usize {
        self.0.capacity()
    }

    #[inline]
    fn push_back(&mut self, item: T, held_back: usize) -> Result<(), T> {
        self.0.push_back(item, held_back)
    }

    #[inline]
    fn pop_front(&mut self) -> Option<T> {
        // mistake the_oldest_item_comes_first: self.0.pop_back() ~> self.0.pop_front()
        self.0.pop_back()
    }

    fn pop_back(&mut self) -> Option<T> {
        // mistake close_now_drops_the_newest: self.0.pop_front() ~> self.0.pop_back()
        self.0.pop_front()
    }

    /// The oldest item goes, which is the last.
    fn displace(&mut self, item: T) -> Result<(T, T), T> {
        match self.0.pop_front() {
            Some(oldest) => Ok((oldest, item)),
            None => Err(item),
        }
    }

    fn first(&self) -> Option<T>
    where
        T: Copy,
    {
        self.0.last()
    }

    never_grows!();
}
