//! The places of a broadcast: who has still to read which, and the cells of the values. Nothing about waiting.
//!
//! A place is what the internal lock guards, a cell is what readers reach without it. So they lie in two arrays.
//!
//! # Invariants
//! The letters are those of [`raw`](super::raw).

#[cfg(feature = "alloc")]
use alloc::boxed::Box;
use core::mem::MaybeUninit;

#[cfg(feature = "alloc")]
use crate::queue::Boxed;
use crate::queue::InArray;
use crate::sys::atomic::{UnsafeCell, const_fn};
use crate::wait::wake::BATCH;

/// Where the values of a broadcast lie: [`InArray`], or `Boxed` on the heap. Sealed.
pub trait Storage: sealed::Sealed {
    /// A fixed number of these, at least one.
    type Of<X>: AsRef<[X]> + AsMut<[X]>;
}

mod sealed {
    pub trait Sealed {}
}

impl<const N: usize> sealed::Sealed for InArray<N> {}
impl<const N: usize> Storage for InArray<N> {
    type Of<X> = [X; N];
}

#[cfg(feature = "alloc")]
impl sealed::Sealed for Boxed {}
#[cfg(feature = "alloc")]
impl Storage for Boxed {
    type Of<X> = Box<[X]>;
}

/// So that the sum of two indices does not overflow.
pub(super) const MAX_CAPACITY: usize = isize::MAX as usize;

/// What the lock knows of a value.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    /// Which of all published values it is.
    position: u64,
    /// How many have still to read it.
    pub(super) unread: u32,
    /// How many of them are cloning it now.
    pub(super) reading: u32,
}

impl Place {
    pub(super) const EMPTY: Self = Self { position: 0, unread: 0, reading: 0 };
}

/// The cell of a value. It is there exactly while the place of the cell is unread (P1).
pub(crate) struct ValueCell<T>(UnsafeCell<MaybeUninit<T>>);

crate::sys::shared! {
    // SAFETY: P2. Readers on several threads clone the value through shared references, which takes `T: Sync`. Values are
    // moved in by one thread and out by another, which takes `T: Send`.
    // mistake a_broadcast_of_anything_is_sync: T: Send + Sync ~> T: Send
    unsafe impl<T: Send + Sync> Sync for ValueCell<T> {}
}

impl<T> ValueCell<T> {
    const_fn! {
        pub(super) const fn new() -> Self {
            Self(UnsafeCell::new(MaybeUninit::uninit()))
        }
    }

    /// # Safety
    /// The internal lock is held, and the cell holds no value (P1).
    #[inline]
    pub(super) unsafe fn put(&self, value: T) {
        // SAFETY: P1, nobody reads a cell without a value, and only a thread that has the lock puts one in.
        self.0.with_mut(|cell| unsafe { cell.write(MaybeUninit::new(value)) });
    }

    /// # Safety
    /// The internal lock is held, the cell holds a value, which it holds no more from now on (P1), and nobody clones it
    /// (P2).
    #[inline]
    pub(super) unsafe fn take(&self) -> T {
        // SAFETY: P2, nobody reads the cell now.
        let value = self.0.with_mut(|cell| unsafe { cell.read() });
        // SAFETY: P1, the cell held a value, which is now the caller's.
        unsafe { value.assume_init() }
    }

    /// # Safety
    /// The caller is counted among the readers of the value until this returns (P2).
    #[inline]
    pub(super) unsafe fn clone_value(&self) -> T
    where
        T: Clone,
    {
        self.0.with(|cell| {
            // SAFETY: P2, nobody writes to the cell while a reader is counted.
            let value = unsafe { &*cell };
            // SAFETY: P1 and P2, it holds a value, which is neither moved nor dropped meanwhile.
            unsafe { value.assume_init_ref() }.clone()
        })
    }
}

/// The places of the values, oldest first.
///
/// # Invariants
/// `head < capacity`, `len <= capacity`; positions rise from each place to the next.
pub(super) struct Ring<P> {
    places: P,
    head: usize,
    len: usize,
}

impl<P> Ring<P> {
    /// A ring over at least one place.
    pub(super) const fn new(places: P) -> Self {
        Self { places, head: 0, len: 0 }
    }
}

impl<P: AsRef<[Place]> + AsMut<[Place]>> Ring<P> {
    #[inline]
    pub(super) fn capacity(&self) -> usize {
        self.places.as_ref().len()
    }

    #[inline]
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// Where the place lies that is so many behind the first.
    #[inline]
    pub(super) fn index(&self, offset: usize) -> usize {
        let index = self.head + offset;
        if index >= self.capacity() { index - self.capacity() } else { index }
    }

    #[inline]
    pub(super) fn place(&self, index: usize) -> &Place {
        &self.places.as_ref()[index]
    }

    #[inline]
    pub(super) fn place_mut(&mut self, index: usize) -> &mut Place {
        &mut self.places.as_mut()[index]
    }

    /// The first place, if there is one.
    #[inline]
    pub(super) fn head(&self) -> Option<(usize, &Place)> {
        (self.len > 0).then(|| (self.head, self.place(self.head)))
    }

    /// The position behind that of the last value, if there is one.
    #[inline]
    pub(super) fn end(&self) -> Option<u64> {
        let last = self.len.checked_sub(1)?;
        Some(self.place(self.index(last)).position + 1)
    }

    /// Whether the first place holds no value any more.
    #[inline]
    pub(super) fn head_is_empty(&self) -> bool {
        self.head().is_some_and(|(_, place)| place.unread == 0)
    }

    #[inline]
    pub(super) fn has_room(&self) -> bool {
        self.len < self.capacity() || self.head_is_empty()
    }

    /// Adds a place behind the last one, for which there is room. Returns where it lies.
    #[inline]
    pub(super) fn push(&mut self, position: u64, unread: u32) -> usize {
        if self.len == self.capacity() {
            self.pop();
        }
        let index = self.index(self.len);
        *self.place_mut(index) = Place { position, unread, reading: 0 };
        self.len += 1;
        index
    }

    /// Removes the first place.
    #[inline]
    fn pop(&mut self) {
        self.head = self.index(1);
        self.len -= 1;
    }

    /// Removes places from the front that hold no value, at most a batch of them.
    #[inline]
    pub(super) fn advance(&mut self) {
        for _ in 0..BATCH {
            if !self.head_is_empty() {
                return;
            }
            self.pop();
        }
    }

    /// How far from the front the first value lies that has this position or a later one; and its position.
    #[inline]
    pub(super) fn find(&self, position: u64) -> Option<(usize, u64)> {
        let behind = self.end()?.checked_sub(position).filter(|behind| *behind > 0)?;
        // Positions rise by at least one from place to place. So the place that is `behind` places before the end does not
        // lie behind the one that is looked for, and is that one unless values between them never got a place.
        let first = usize::try_from(behind).map_or(0, |behind| self.len.saturating_sub(behind));
        let mut range = first..self.len;
        let found = self.place(self.index(first)).position;
        if found >= position {
            return Some((first, found));
        }
        while range.len() > 1 {
            let middle = range.start + range.len() / 2;
            // mistake a_gap_hides_a_value: self.place(self.index(middle)).position < position ~>
            //     self.place(self.index(middle)).position <= position
            if self.place(self.index(middle)).position < position {
                range.start = middle;
            } else {
                range.end = middle;
            }
        }
        // The place at `range.start` is before the position; the one at `range.end` is not, since the last one is not.
        let found = self.place(self.index(range.end)).position;
        Some((range.end, found))
    }

    /// Counts the readers of the values with positions in `from..end` anew, where there is still a value: up to and including
    /// the first for which `count` returns true, and at most a batch of them. Returns where that one lies. `from` is then the
    /// first position that is not counted yet.
    pub(super) fn recount(
        &mut self,
        from: &mut u64,
        end: u64,
        mut count: impl FnMut(&mut Place) -> bool,
    ) -> Option<usize> {
        let found = if *from < end { self.find(*from) } else { None };
        let Some((first, _)) = found else {
            *from = end;
            return None;
        };
        for offset in first..self.len.min(first + BATCH) {
            let index = self.index(offset);
            let place = self.place_mut(index);
            if place.position >= end {
                *from = end;
                return None;
            }
            *from = place.position + 1;
            if place.unread > 0 && count(place) {
                return Some(index);
            }
        }
        if first + BATCH >= self.len {
            *from = end;
        }
        None
    }
}

#[cfg(all(test, not(loom)))]
mod tests;
