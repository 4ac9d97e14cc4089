//! Items by key: the one of the smallest key is the first, and of equal keys the oldest.
//!
//! # Problem
//! Items that are compared by the caller's code, `Ord` of their type, run that code under the internal lock, in firmware
//! with interrupts off. It may take long, may panic, and may use the queue.
//!
//! # Chosen
//! A key is an integer, and is given at the push. So a comparison is that of two integers, and nobody else's. The items
//! lie in a binary heap in the queue itself. A heap alone has no order among equal keys, so an item could stay while
//! others of its key come and go; so each item has a number too.
//!
//! # Under the internal lock
//! A push and a pop move at most log2 N items by swapping two; force_push and each item that `close_now` drops look at N/2
//! keys besides, since the last item of a heap is one of its leaves, and it is not known which.
//!
//! # Invariants
//! * A4. Exactly the first `len` slots hold an entry, and `len` is at most `N`.
//! * A5. No entry comes before its parent, which is the one at half its place. So the first one is at the root.
//! * A6. No two entries have the same number, and of two the one that was added later has the higher one. The number does
//!   not wrap: a queue that takes an item each nanosecond is full of numbers after 584 years.

use core::fmt;
use core::mem::MaybeUninit;

use super::error::TryPushError;
use super::raw::QueueCore;
use super::storage::{Store, never_grows};
use super::{PushFuture, QueueOf};
use crate::sys::atomic::const_fn;

/// A queue of at most `N` items inside itself, in the order of their keys: no allocation, fit for a `static`.
///
/// The item of the smallest key comes out first, and of equal keys the oldest. A key is an integer, and is given with the
/// item, as a [`Keyed`]: by [`push`](Self::push), or by [`push_at`](Self::push_at). It may be a priority, of which 0 is the
/// most urgent, or a time. So no code of the caller runs under the internal lock, as a comparison of the items would. `K`
/// is the type of the keys: an integer of any size.
///
/// All else is as in a [`StaticQueue`](super::StaticQueue): closing, reserving, joining, the ends of a channel. Those who
/// wait are served first come, first served: only the items are in another order.
///
/// # Fairness
/// An item stays for as long as others of smaller keys come. Where that must not be, use a key that grows, such as the
/// time at which the item is due.
///
/// A `pop` that was promised an item takes the one that is the first when it runs. So an urgent item does not wait for a
/// task that was promised another one.
///
/// # A queue that is full
/// A push that waits for room stands in one line with the others, whatever its key. So a queue that is full keeps an urgent
/// item out, until those before it are in. [`force_push`](Self::force_push) does not wait: it displaces the item that would
/// come out last. [`try_reserve`](Self::try_reserve) keeps a place for an urgent item.
///
/// # Cost
/// Pushing and popping take a number of steps that is the logarithm of the number of items, each of which swaps two items
/// under the internal lock: keep large items behind a reference. [`force_push`](Self::force_push) on a queue that is full
/// looks at half of the keys, and so does [`close_now`](Self::close_now) for each item that it drops.
///
/// # Examples
/// ```
/// # use anywake_core as anywake;
/// # async fn example() {
/// use anywake::queue::{Keyed, StaticPriorityQueue};
///
/// static JOBS: StaticPriorityQueue<&str, 4> = StaticPriorityQueue::new();
///
/// JOBS.push_at("write the log", 9).await.unwrap();
/// JOBS.push_at("stop the motor", 0).await.unwrap();
/// let Keyed { key, item } = JOBS.pop().await.unwrap();
/// assert_eq!((key, item), (0, "stop the motor"));
/// # }
/// # anywake_core::doctest::block_on(example());
/// ```
#[doc(alias("heap", "BinaryHeap", "PriorityChannel"))]
pub type StaticPriorityQueue<T, const N: usize, K = u32> = QueueOf<Keyed<T, K>, ByKey<N>>;

/// Slots in an array inside the queue, from which the item of the smallest key is taken first.
#[derive(Clone, Copy, Debug)]
pub struct ByKey<const N: usize>;

/// An item and its key, which says when it comes out of a [`StaticPriorityQueue`].
///
/// # Examples
/// ```
/// # use anywake_core as anywake;
/// use anywake::queue::{Keyed, StaticPriorityQueue};
///
/// let jobs = StaticPriorityQueue::<_, 2>::new();
/// jobs.try_push(Keyed { key: 2, item: "later" }).unwrap();
/// jobs.try_push(Keyed { key: 1, item: "now" }).unwrap();
/// assert_eq!(jobs.try_pop().unwrap().item, "now");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Keyed<T, K = u32> {
    /// The smallest comes out first.
    pub key: K,
    /// What is queued.
    pub item: T,
}

/// What may be a key: an integer. Sealed.
#[allow(private_bounds, reason = "sealed")]
pub trait Key: Integer {}

/// Compared under the internal lock, so by no code of the caller.
trait Integer: Copy + Ord {}

macro_rules! keys {
    ($($integer:ty)+) => {$(
        impl Key for $integer {}
        impl Integer for $integer {}
    )+};
}

keys! { u8 u16 u32 u64 u128 usize i8 i16 i32 i64 i128 isize }

impl<T, K: Key, const N: usize> StaticPriorityQueue<T, N, K> {
    const_fn! {
        /// An empty queue.
        ///
        /// A capacity `N` of 0 does not compile.
        ///
        /// # Examples
        /// ```
        /// # use anywake_core as anywake;
        /// use anywake::queue::StaticPriorityQueue;
        ///
        /// static JOBS: StaticPriorityQueue<u32, 4> = StaticPriorityQueue::new();
        /// static TIMERS: StaticPriorityQueue<u32, 8, u64> = StaticPriorityQueue::new();
        /// assert_eq!((JOBS.capacity(), TIMERS.capacity()), (4, 8));
        /// ```
        #[must_use]
        pub const fn new() -> Self {
            const { assert!(N > 0, "the capacity of a StaticPriorityQueue is at least one") }
            Self { core: QueueCore::new(Heap::new()) }
        }
    }

    /// Adds an item with this key, and waits while the queue is full: [`push`](Self::push) of a [`Keyed`].
    ///
    /// # Cancel safety
    /// As for [`push`](Self::push).
    ///
    /// # Errors
    /// [`PushError`](super::PushError), with the item and its key, if the queue is or gets closed.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// # async fn example() {
    /// let jobs = anywake::queue::StaticPriorityQueue::<_, 2>::new();
    /// jobs.push_at("later", 2).await.unwrap();
    /// jobs.push_at("now", 1).await.unwrap();
    /// assert_eq!(jobs.pop().await.unwrap().item, "now");
    /// # }
    /// # anywake_core::doctest::block_on(example());
    /// ```
    #[inline]
    #[cfg_attr(feature = "diagnose", track_caller)]
    pub fn push_at(&self, item: T, key: K) -> PushFuture<'_, Self> {
        self.push(Keyed { key, item })
    }

    /// Adds an item with this key if there is room: [`try_push`](Self::try_push) of a [`Keyed`]. May be called from an
    /// interrupt handler with the feature `critical-section`.
    ///
    /// # Errors
    /// [`TryPushError`], with the item and its key, if the queue is full or closed.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// let jobs = anywake::queue::StaticPriorityQueue::<_, 2>::new();
    /// jobs.try_push_at("first", 1).unwrap();
    /// jobs.try_push_at("second", 1).unwrap();
    /// assert!(jobs.try_push_at("third", 0).is_err(), "it is full");
    /// assert_eq!(jobs.try_pop().unwrap().item, "first");
    /// ```
    #[inline]
    pub fn try_push_at(&self, item: T, key: K) -> Result<(), TryPushError<Keyed<T, K>>> {
        self.try_push(Keyed { key, item })
    }
}

impl<T, K: Key, const N: usize> Default for StaticPriorityQueue<T, N, K> {
    fn default() -> Self {
        Self::new()
    }
}

struct Entry<T, K> {
    number: u64,
    content: Keyed<T, K>,
}

/// A binary heap.
pub(crate) struct Heap<T, K, const N: usize> {
    slots: [MaybeUninit<Entry<T, K>>; N],
    len: usize,
    /// How many entries were ever added.
    added: u64,
}

const fn parent(place: usize) -> usize {
    (place - 1) / 2
}

impl<T, K: Key, const N: usize> Heap<T, K, N> {
    const fn new() -> Self {
        Self { slots: [const { MaybeUninit::uninit() }; N], len: 0, added: 0 }
    }

    /// The entry at a place below `len`.
    #[inline]
    fn entry(&self, place: usize) -> &Entry<T, K> {
        let entries = &self.slots[..self.len];
        // SAFETY: each of the first `len` slots holds an entry (A4).
        unsafe { entries[place].assume_init_ref() }
    }

    /// Whether the entry at one place comes out before that at another one.
    #[inline]
    fn is_before(&self, one: usize, other: usize) -> bool {
        let rank = |place| {
            let entry = self.entry(place);
            // mistake equal_keys_come_in_any_order: entry.number ~> 0
            (entry.content.key, entry.number)
        };
        rank(one) < rank(other)
    }

    /// Moves the entry at a place up until no parent comes after it (A5).
    #[inline]
    fn rise(&mut self, mut place: usize) {
        while place > 0 && self.is_before(place, parent(place)) {
            self.slots.swap(place, parent(place));
            place = parent(place);
        }
    }

    /// Moves the entry at a place down until no child comes before it (A5).
    #[inline]
    fn sink(&mut self, mut place: usize) {
        loop {
            let (left, right) = (2 * place + 1, 2 * place + 2);
            if left >= self.len {
                break;
            }
            // mistake the_left_child_is_always_first: right < self.len && self.is_before(right, left) ~> false
            let child = if right < self.len && self.is_before(right, left) { right } else { left };
            if !self.is_before(child, place) {
                break;
            }
            self.slots.swap(place, child);
            place = child;
        }
    }

    /// Takes the entry at a place, if there are any.
    #[inline]
    fn remove(&mut self, place: usize) -> Option<Keyed<T, K>> {
        let last = self.len.checked_sub(1)?;
        self.slots.swap(place, last);
        self.len = last;
        // SAFETY: the slot held an entry, and since `len` is smaller it holds none any more (A4).
        let entry = unsafe { self.slots[last].assume_init_read() };
        if place < last {
            self.sink(place);
            // mistake a_removed_leaf_leaves_a_hole_in_the_order: self.rise(place); ~>
            self.rise(place);
        }
        Some(entry.content)
    }

    /// The place of the entry that comes out last: one of those without a child.
    fn last_place(&self) -> Option<usize> {
        // mistake close_now_drops_an_urgent_item: if self.is_before(last, leaf) { leaf } else { last } ~> leaf
        (self.len / 2..self.len).reduce(|last, leaf| if self.is_before(last, leaf) { leaf } else { last })
    }
}

impl<T, K: Key, const N: usize> Store<Keyed<T, K>> for Heap<T, K, N> {
    type Loose = ();

    #[inline]
    fn len(&self) -> usize {
        self.len
    }

    #[inline]
    fn slots(&self) -> usize {
        N
    }

    #[inline]
    fn push_back(&mut self, content: Keyed<T, K>, held_back: usize) -> Result<(), Keyed<T, K>> {
        let place = self.len;
        if place + held_back >= N {
            return Err(content);
        }
        self.slots[place].write(Entry { number: self.added, content });
        self.added += 1;
        self.len += 1;
        self.rise(place);
        Ok(())
    }

    #[inline]
    fn pop_front(&mut self) -> Option<Keyed<T, K>> {
        self.remove(0)
    }

    fn pop_back(&mut self) -> Option<Keyed<T, K>> {
        self.remove(self.last_place()?)
    }

    /// The last one of all goes, the new one included. If that is the new one, the last of the others is added again, and is
    /// the last again.
    fn displace(&mut self, content: Keyed<T, K>) -> Result<(Keyed<T, K>, Keyed<T, K>), Keyed<T, K>> {
        match self.pop_back() {
            // mistake a_new_item_displaces_an_urgent_one: content.key < last.key ~> true
            Some(last) if content.key < last.key => Ok((last, content)),
            Some(last) => Ok((content, last)),
            None => Err(content),
        }
    }

    fn first(&self) -> Option<Keyed<T, K>>
    where
        Keyed<T, K>: Copy,
    {
        (self.len > 0).then(|| self.entry(0).content)
    }

    never_grows!();
}

impl<T, K, const N: usize> fmt::Debug for Heap<T, K, N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Heap").field("len", &self.len).finish_non_exhaustive()
    }
}

#[cfg(all(test, not(loom)))]
mod tests;
