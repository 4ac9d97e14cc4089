//! The orders in which items come out.

use core::cmp::Reverse;
use std::collections::BinaryHeap;

/// Where the items are, and which one comes next.
///
/// # Examples
///
/// The greatest item first:
///
/// ```
/// use anywake::ordered_queue::{Order, OrderedQueue};
/// use std::collections::BinaryHeap;
///
/// #[derive(Default)]
/// struct Greatest(BinaryHeap<u32>);
/// impl Order for Greatest {
///     type Item = u32;
///     fn put(&mut self, item: u32) {
///         self.0.push(item);
///     }
///     fn take(&mut self) -> Option<u32> {
///         self.0.pop()
///     }
/// }
///
/// let queue = OrderedQueue::<Greatest>::with_capacity(3).unwrap();
/// [2, 3, 1].into_iter().try_for_each(|item| queue.try_push(item)).unwrap();
/// assert_eq!(queue.try_pop(), Ok(3));
/// ```
pub trait Order: Default {
    /// What the queue holds.
    type Item;
    /// Adds an item.
    fn put(&mut self, item: Self::Item);
    /// Takes the item that comes next.
    fn take(&mut self) -> Option<Self::Item>;
}

/// The order of [`LifoQueue`](super::LifoQueue).
#[derive(Debug)]
pub struct Newest<T>(Vec<T>);

impl<T> Default for Newest<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> Order for Newest<T> {
    type Item = T;

    fn put(&mut self, item: T) {
        self.0.push(item);
    }

    fn take(&mut self) -> Option<T> {
        self.0.pop()
    }
}

/// The order of [`PriorityQueue`](super::PriorityQueue).
#[derive(Debug)]
pub struct Least<T>(BinaryHeap<Reverse<T>>);

impl<T: Ord> Default for Least<T> {
    fn default() -> Self {
        Self(BinaryHeap::new())
    }
}

impl<T: Ord> Order for Least<T> {
    type Item = T;

    fn put(&mut self, item: T) {
        self.0.push(Reverse(item));
    }

    fn take(&mut self) -> Option<T> {
        self.0.pop().map(|Reverse(item)| item)
    }
}
