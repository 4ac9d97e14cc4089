//! Where the items of a queue lie, and so what "room" means and which item is the first. Nothing about waiting.
//!
//! A queue decides who is served; its storage has the places, in an order. So a queue with a bound and one without, with
//! slack or without, first in first out or by key, are one [`QueueCore`](super::raw::QueueCore). What a storage does not
//! have, such as slack or more memory, is a constant of its type, and costs the others nothing.
//!
//! An order is the storage's own, and runs no code of the caller: a queue looks at its items under the internal lock.

use super::by_key::{ByKey, Heap, Key, Keyed};
use super::ring::{InArray, Ring};

/// Where a queue of `T` holds its items: [`InArray`], `Boxed`, `WithSlack`, [`ByKey`] or `Newest`, which are [`Slots`], or
/// `Blocks` without a bound. Sealed.
#[allow(private_bounds, reason = "sealed")]
pub trait Storage<T>: Places<T> {}

/// A storage for a number of items that is fixed when the queue is made. Sealed.
pub trait Slots<T>: Storage<T> {}

/// The places for items of this type.
pub(crate) trait Places<T> {
    /// The places for items of this type.
    type Of: Store<T>;
}

/// The places of one queue. Which item is the first is decided here: the oldest, the newest, or the one of the smallest
/// key. The items that are left are dropped by the queue.
pub(crate) trait Store<T> {
    /// Memory that is in no queue. Allocated and freed by its owner, who holds no internal lock.
    type Loose;

    /// Whether there are places that only a promised item may take.
    const HAS_SLACK: bool = false;

    /// How many items there are.
    fn len(&self) -> usize;

    /// How many items there may be, those in slack included; `usize::MAX` without a bound.
    fn slots(&self) -> usize;

    /// How many of the slots are slack.
    #[inline]
    fn slack(&self) -> usize {
        0
    }

    /// Adds an item where it belongs, and leaves as many slots free as are `held_back`.
    ///
    /// # Errors
    /// Returns it if there is no other place.
    fn push_back(&mut self, item: T, held_back: usize) -> Result<(), T>;

    /// Takes the first item.
    fn pop_front(&mut self) -> Option<T>;

    /// Takes the last item.
    fn pop_back(&mut self) -> Option<T>;

    /// Makes room for an item, for which there is none: returns the item that has to go, which may be the new one, and the
    /// one to add.
    ///
    /// # Errors
    /// Returns the new item if there is no other one.
    #[inline]
    fn displace(&mut self, item: T) -> Result<(T, T), T> {
        match self.pop_front() {
            Some(first) => Ok((first, item)),
            None => Err(item),
        }
    }

    /// A copy of the first item.
    fn first(&self) -> Option<T>
    where
        T: Copy;

    /// Memory for more items, if this storage can grow and there is some.
    fn allocate() -> Option<Self::Loose>;

    /// Takes the memory in, so that there is a place for the next item. Returns what it does not need.
    fn grow(&mut self, memory: Self::Loose) -> Self::Loose;

    /// The memory that it has no use for any more. Asked after each item that was taken out.
    fn take_loose(&mut self) -> Self::Loose;
}

/// What a storage with a fixed number of slots says about memory: that it needs none.
macro_rules! never_grows {
    () => {
        #[inline]
        fn allocate() -> Option<()> {
            None
        }

        #[inline]
        fn grow(&mut self, (): ()) {}

        #[inline]
        fn take_loose(&mut self) {}
    };
}
pub(super) use never_grows;

impl<T, const N: usize> Storage<T> for InArray<N> {}
impl<T, const N: usize> Slots<T> for InArray<N> {}
impl<T, const N: usize> Places<T> for InArray<N> {
    type Of = Ring<[core::mem::MaybeUninit<T>; N]>;
}

impl<T, K: Key, const N: usize> Storage<Keyed<T, K>> for ByKey<N> {}
impl<T, K: Key, const N: usize> Slots<Keyed<T, K>> for ByKey<N> {}
impl<T, K: Key, const N: usize> Places<Keyed<T, K>> for ByKey<N> {
    type Of = Heap<T, K, N>;
}

#[cfg(feature = "alloc")]
mod on_the_heap {
    use alloc::boxed::Box;
    use core::mem::MaybeUninit;

    use super::{Places, Slots, Storage};
    use crate::queue::blocks::{Blocks, Chain};
    use crate::queue::newest::{Newest, Stack};
    use crate::queue::ring::{Boxed, Ring};
    use crate::queue::slack::{SlackRing, WithSlack};

    impl<T> Storage<T> for Boxed {}
    impl<T> Slots<T> for Boxed {}
    impl<T> Places<T> for Boxed {
        type Of = Ring<Box<[MaybeUninit<T>]>>;
    }

    impl<T> Storage<T> for WithSlack {}
    impl<T> Slots<T> for WithSlack {}
    impl<T> Places<T> for WithSlack {
        type Of = SlackRing<T>;
    }

    impl<T> Storage<T> for Newest {}
    impl<T> Slots<T> for Newest {}
    impl<T> Places<T> for Newest {
        type Of = Stack<T>;
    }

    impl<T> Storage<T> for Blocks {}
    impl<T> Places<T> for Blocks {
        type Of = Chain<T>;
    }
}
