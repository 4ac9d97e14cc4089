//! The orders in which items come out.

use core::cmp::Ordering;
use core::mem;

/// Where the items are, and which one comes next.
///
/// Items may be compared by [`place_of`](Order::place_of), [`take`](Order::take) and
/// [`take_last`](Order::take_last). A comparison may panic, so these compare first and move items then: after a panic
/// everything is as it was.
///
/// # Examples
///
/// The greatest item first, in a list that is sorted:
///
/// ```
/// use anywake::ordered_queue::{Order, OrderedQueue};
///
/// #[derive(Default)]
/// struct Greatest(Vec<u32>);
/// impl Order for Greatest {
///     type Item = u32;
///     fn count(&self) -> usize {
///         self.0.len()
///     }
///     fn place_of(&self, item: &u32) -> usize {
///         self.0.partition_point(|other| other < item)
///     }
///     fn put(&mut self, item: u32, place: usize) {
///         self.0.insert(place, item);
///     }
///     fn take(&mut self) -> Option<u32> {
///         self.0.pop()
///     }
///     fn take_last(&mut self, count: usize) -> Vec<u32> {
///         self.0.drain(..count).collect()
///     }
/// }
///
/// let queue = OrderedQueue::<Greatest>::with_capacity(3).unwrap();
/// [2, 3, 1].into_iter().try_for_each(|item| queue.try_push(item)).unwrap();
/// assert_eq!(queue.try_pop(), Ok(3));
/// assert_eq!(queue.try_pop(), Ok(2));
/// ```
pub trait Order: Default {
    /// The type of the items.
    type Item;
    /// Returns how many items there are.
    fn count(&self) -> usize;
    /// Returns the place at which `item` belongs, for [`put`](Order::put).
    fn place_of(&self, item: &Self::Item) -> usize;
    /// Adds an item at its place.
    fn put(&mut self, item: Self::Item, place: usize);
    /// Takes and returns the next item.
    fn take(&mut self) -> Option<Self::Item>;
    /// Takes and returns the `count` items that would come last.
    fn take_last(&mut self, count: usize) -> Vec<Self::Item>;
}

/// The order of [`PriorityQueue`](super::PriorityQueue): a binary heap. No item is less than its parent, which is at
/// half its index.
///
/// (It is not that of the standard library, which is not specified once a comparison has panicked, and drops the item
/// that a `pop` takes then.)
#[derive(Debug)]
pub struct Least<T>(Vec<T>);

impl<T> Default for Least<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

const fn parent(index: usize) -> usize {
    (index - 1) / 2
}

impl<T: Ord> Least<T> {
    fn is_less(item: &T, than: &T) -> bool {
        item.cmp(than) == Ordering::Less
    }

    /// Where the last item belongs once the first is gone: it sinks from the root, below the lesser child each time.
    fn place_of_last(&self) -> usize {
        let [heap @ .., last] = self.0.as_slice() else { return 0 };
        let mut place = 0;
        loop {
            let left = 2 * place + 1;
            let Some(mut child) = heap.get(left) else { return place };
            let mut lesser = left;
            if let Some(right) = heap.get(left + 1).filter(|right| Self::is_less(right, child)) {
                (child, lesser) = (right, left + 1);
            }
            if !Self::is_less(child, last) {
                return place;
            }
            place = lesser;
        }
    }

    /// Moves the item at the root down to `place`, and those on the way up by one.
    fn lower(&mut self, place: usize) {
        if place > 0 {
            self.lower(parent(place));
            self.0.swap(parent(place), place);
        }
    }
}

impl<T: Ord> Order for Least<T> {
    type Item = T;

    fn count(&self) -> usize {
        self.0.len()
    }

    fn place_of(&self, item: &T) -> usize {
        let mut place = self.0.len();
        while place > 0 && Self::is_less(item, &self.0[parent(place)]) {
            place = parent(place);
        }
        place
    }

    fn put(&mut self, item: T, place: usize) {
        let mut index = self.0.len();
        self.0.push(item);
        while index > place {
            self.0.swap(index, parent(index));
            index = parent(index);
        }
    }

    fn take(&mut self) -> Option<T> {
        if self.0.is_empty() {
            return None;
        }
        let place = self.place_of_last();
        let first = self.0.swap_remove(0);
        self.lower(place);
        Some(first)
    }

    fn take_last(&mut self, count: usize) -> Vec<T> {
        let kept = self.0.len() - count;
        if kept == 0 {
            return mem::take(&mut self.0);
        }
        let mut order: Vec<_> = (0..self.0.len()).collect();
        order.sort_unstable_by(|&a, &b| self.0[a].cmp(&self.0[b]));
        let mut items: Vec<_> = mem::take(&mut self.0).into_iter().map(Some).collect();
        // A sorted list is a heap.
        self.0 = order.into_iter().filter_map(|index| items[index].take()).collect();
        self.0.split_off(kept)
    }
}
