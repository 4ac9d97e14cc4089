//! The slots of a queue: a ring buffer, and nothing about waiting.
//!
//! # Invariants
//! * A1. `head < capacity`, `len <= capacity`; the capacity is from 1 to [`MAX_CAPACITY`] and never changes.
//! * A2. Exactly the `len` slots from `head` on, around the end, hold an item.
//! * A3. `as_ref` and `as_mut` of the slots always return the same slice, and it is not empty: the slots are an array or a
//!   boxed slice.

#[cfg(feature = "alloc")]
use alloc::{boxed::Box, vec::Vec};
use core::mem::MaybeUninit;

#[cfg(feature = "alloc")]
use super::error::CapacityError;
use super::storage::{Store, never_grows};

/// Slots in an array inside the queue.
#[derive(Clone, Copy, Debug)]
pub struct InArray<const N: usize>;

/// Slots on the heap.
#[cfg(feature = "alloc")]
#[cfg_attr(docsrs, doc(cfg(feature = "alloc")))]
#[derive(Clone, Copy, Debug)]
pub struct Boxed;

/// So that the sum of two indices does not overflow, not even for items without a size.
pub(crate) const MAX_CAPACITY: usize = isize::MAX as usize;

/// Empty slots on the heap.
#[cfg(feature = "alloc")]
pub(crate) fn boxed_slots<T>(capacity: usize) -> Result<Box<[MaybeUninit<T>]>, CapacityError> {
    if capacity == 0 {
        return Err(CapacityError::Zero);
    }
    if capacity > MAX_CAPACITY {
        return Err(CapacityError::TooLarge);
    }
    let mut slots = Vec::new();
    slots.try_reserve_exact(capacity).map_err(|_| CapacityError::TooLarge)?;
    // SAFETY: there is room for that many slots, and none of them holds an item (A2), so none need be initialised.
    unsafe { slots.set_len(capacity) };
    Ok(slots.into_boxed_slice())
}

/// A ring over slots that it owns: an array, or a boxed slice.
pub(crate) struct Ring<S> {
    slots: S,
    head: usize,
    len: usize,
}

impl<S> Ring<S> {
    /// A ring over at least one slot.
    pub(crate) const fn new(slots: S) -> Self {
        Self { slots, head: 0, len: 0 }
    }

    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    pub(crate) fn capacity<T>(&self) -> usize
    where
        S: AsRef<[MaybeUninit<T>]>,
    {
        self.slots.as_ref().len()
    }

    /// Adds an item behind the last, and leaves as many slots free as are `held_back`.
    ///
    /// # Errors
    /// Returns it if there is no other slot.
    #[inline]
    pub(crate) fn push_back<T>(&mut self, item: T, held_back: usize) -> Result<(), T>
    where
        S: AsMut<[MaybeUninit<T>]>,
    {
        let slots = self.slots.as_mut();
        if self.len + held_back >= slots.len() {
            return Err(item);
        }
        let tail = wrap(self.head + self.len, slots.len());
        slots[tail].write(item);
        self.len += 1;
        Ok(())
    }

    /// Takes the first item.
    #[inline]
    pub(crate) fn pop_front<T>(&mut self) -> Option<T>
    where
        S: AsMut<[MaybeUninit<T>]>,
    {
        let slots = self.slots.as_mut();
        if self.len == 0 {
            return None;
        }
        // SAFETY: the ring is not empty, so the slot at `head` holds an item (A2). With the next two lines it holds none.
        let item = unsafe { slots[self.head].assume_init_read() };
        self.head = wrap(self.head + 1, slots.len());
        self.len -= 1;
        Some(item)
    }

    /// A copy of the first item.
    pub(crate) fn first<T: Copy>(&self) -> Option<T>
    where
        S: AsRef<[MaybeUninit<T>]>,
    {
        // SAFETY: the ring is not empty, so the slot at `head` holds an item (A2), which is `Copy`.
        (self.len > 0).then(|| unsafe { self.slots.as_ref()[self.head].assume_init_read() })
    }

    /// A copy of the last item.
    #[cfg(feature = "alloc")]
    pub(super) fn last<T: Copy>(&self) -> Option<T>
    where
        S: AsRef<[MaybeUninit<T>]>,
    {
        let slots = self.slots.as_ref();
        let last = wrap(self.head + self.len.checked_sub(1)?, slots.len());
        // SAFETY: the ring is not empty, so the slot of the last item holds one (A2), which is `Copy`.
        Some(unsafe { slots[last].assume_init_read() })
    }

    /// Takes the last item.
    pub(crate) fn pop_back<T>(&mut self) -> Option<T>
    where
        S: AsMut<[MaybeUninit<T>]>,
    {
        let slots = self.slots.as_mut();
        self.len = self.len.checked_sub(1)?;
        let last = wrap(self.head + self.len, slots.len());
        // SAFETY: the slot held the last item (A2), and since `len` is smaller it holds none any more.
        Some(unsafe { slots[last].assume_init_read() })
    }
}

impl<T, S: AsRef<[MaybeUninit<T>]> + AsMut<[MaybeUninit<T>]>> Store<T> for Ring<S> {
    type Loose = ();

    #[inline]
    fn len(&self) -> usize {
        self.len()
    }

    #[inline]
    fn slots(&self) -> usize {
        self.capacity()
    }

    #[inline]
    fn push_back(&mut self, item: T, held_back: usize) -> Result<(), T> {
        self.push_back(item, held_back)
    }

    #[inline]
    fn pop_front(&mut self) -> Option<T> {
        self.pop_front()
    }

    fn pop_back(&mut self) -> Option<T> {
        self.pop_back()
    }

    fn first(&self) -> Option<T>
    where
        T: Copy,
    {
        self.first()
    }

    never_grows!();
}

/// An index below twice the capacity, brought into range.
#[inline]
fn wrap(index: usize, capacity: usize) -> usize {
    // mistake a_ring_one_too_long: index >= capacity ~> index > capacity
    if index >= capacity { index - capacity } else { index }
}

#[cfg(all(test, not(loom)))]
mod tests;
