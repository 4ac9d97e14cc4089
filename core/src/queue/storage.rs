//! Where the items of a queue lie, and so what "room" means. Nothing about waiting.
//!
//! A queue decides who is served; its storage has the places. So a queue with a bound and one without, with slack or
//! without, are one [`QueueCore`](super::raw::QueueCore). What a storage does not have, such as slack or more memory, is a
//! constant of its type, and costs the others nothing.

use super::ring::{InArray, Ring};

/// Where a queue holds its items: [`InArray`], `Boxed` or `WithSlack`, which are [`Slots`], or `Blocks` without a bound.
/// Sealed.
#[allow(private_bounds, reason = "sealed")]
pub trait Storage: Places {}

/// A storage for a number of items that is fixed when the queue is made. Sealed.
pub trait Slots: Storage {}

/// The places for items of any type.
pub(crate) trait Places {
    /// The places for items of this type.
    type Of<T>: Store<T>;
}

/// The places of one queue, first in, first out. The items that are left are dropped by the queue.
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

    /// Adds an item behind the last, and leaves as many slots free as are `held_back`.
    ///
    /// # Errors
    /// Returns it if there is no other place.
    fn push_back(&mut self, item: T, held_back: usize) -> Result<(), T>;

    /// Takes the first item.
    fn pop_front(&mut self) -> Option<T>;

    /// Takes the last item.
    fn pop_back(&mut self) -> Option<T>;

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

impl<const N: usize> Storage for InArray<N> {}
impl<const N: usize> Slots for InArray<N> {}
impl<const N: usize> Places for InArray<N> {
    type Of<T> = Ring<[core::mem::MaybeUninit<T>; N]>;
}

#[cfg(feature = "alloc")]
mod on_the_heap {
    use alloc::boxed::Box;
    use core::mem::MaybeUninit;

    use super::{Places, Slots, Storage};
    use crate::queue::blocks::{Blocks, Chain};
    use crate::queue::ring::{Boxed, Ring};
    use crate::queue::slack::{SlackRing, WithSlack};

    impl Storage for Boxed {}
    impl Slots for Boxed {}
    impl Places for Boxed {
        type Of<T> = Ring<Box<[MaybeUninit<T>]>>;
    }

    impl Storage for WithSlack {}
    impl Slots for WithSlack {}
    impl Places for WithSlack {
        type Of<T> = SlackRing<T>;
    }

    impl Storage for Blocks {}
    impl Places for Blocks {
        type Of<T> = Chain<T>;
    }
}
