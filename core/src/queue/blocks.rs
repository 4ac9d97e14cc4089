//! Storage without a bound: linked blocks, which come and go with the items.
//!
//! # Problem
//! A queue without a bound has to grow, and to give memory back. The allocator is a stranger's code, and may take long: it
//! must not run under the internal lock.
//!
//! # Rejected
//! * One ring that doubles. All items are moved under the lock, and the memory of a burst stays.
//! * A node for each item. Each push allocates.
//!
//! # Chosen
//! Blocks of [`BLOCK`] items. A push that finds no place leaves the internal lock, allocates a block, and comes back with
//! it. A block that becomes empty is kept as the spare, for the push that needs the next one. If there is a spare already,
//! the block leaves the lock with the `pop` that emptied it, which frees it. A queue without items keeps one block; one
//! that never held any has none.
//!
//! # Invariants
//! * J1. Blocks in the chain, the spare and the loose ones are valid, and each belongs to one of those three only. `first`,
//!   and then `next`, visits all blocks of the chain up to `last`, each once; `prev` is the inverse. Nobody else has a
//!   reference into a block.
//! * J2. Counted from the beginning of `first`, exactly the places `head..head + len` hold an item. `head` is inside the
//!   first block, and the last item in the last one. Without an item `head` is zero, and the chain has one block or none.
//! * J3. A block that is loose or the spare holds no item.

use alloc::alloc::{alloc, dealloc};
use core::alloc::Layout;
use core::fmt;
use core::mem::MaybeUninit;
use core::ptr::NonNull;

use super::storage::Store;

/// Linked blocks on the heap, as many as the items need.
#[cfg_attr(docsrs, doc(cfg(feature = "alloc")))]
#[derive(Clone, Copy, Debug)]
pub struct Blocks;

/// The items of a block. Two under loom, so that models grow.
const BLOCK: usize = if cfg!(loom) { 2 } else { 32 };

struct Block<T> {
    next: Link<T>,
    prev: Link<T>,
    places: [MaybeUninit<T>; BLOCK],
}

type Link<T> = Option<NonNull<Block<T>>>;

/// Blocks that are in no chain, linked by `next`. Dropping them frees them.
pub(crate) struct Loose<T>(Link<T>);

impl<T> Loose<T> {
    /// A block with nothing in it.
    #[cold]
    fn allocate() -> Option<Self> {
        let layout = Layout::new::<Block<T>>();
        // SAFETY: J1, the block becomes this one's only. Its size is not zero, since it has links.
        let block = NonNull::new(unsafe { alloc(layout) })?.cast::<Block<T>>();
        // SAFETY: J1, there is memory for a block, which nobody else knows. The places need not be initialised (J3).
        let next = unsafe { &raw mut (*block.as_ptr()).next };
        // SAFETY: J1, as above.
        unsafe { next.write(None) };
        // SAFETY: J1, as above.
        let prev = unsafe { &raw mut (*block.as_ptr()).prev };
        // SAFETY: J1, as above.
        unsafe { prev.write(None) };
        Some(Self(Some(block)))
    }

    #[cold]
    fn free(&mut self) {
        while let Some(mut block) = self.0 {
            // SAFETY: J1, a loose block is valid, and belongs to this one only.
            self.0 = unsafe { block.as_mut() }.next;
            // SAFETY: J1, it was allocated with this layout, and is in no other place. It holds no item (J3).
            unsafe { dealloc(block.as_ptr().cast(), Layout::new::<Block<T>>()) };
        }
    }
}

impl<T> Drop for Loose<T> {
    #[inline]
    fn drop(&mut self) {
        if self.0.is_some() {
            self.free();
        }
    }
}

/// The items of a queue without a bound.
pub(crate) struct Chain<T> {
    first: Link<T>,
    last: Link<T>,
    head: usize,
    len: usize,
    spare: Link<T>,
    loose: Link<T>,
}

crate::sys::shared! {
    // SAFETY: J1. All blocks belong to this chain alone. So sending it sends the items in them, and that takes `T: Send`.
    unsafe impl<T: Send> Send for Chain<T> {}
}

impl<T> Chain<T> {
    /// No items, and no memory.
    pub(super) const fn new() -> Self {
        Self { first: None, last: None, head: 0, len: 0, spare: None, loose: None }
    }

    /// Adds the spare block to the chain, if there is one. Returns it.
    #[cold]
    fn link_spare(&mut self) -> Link<T> {
        let mut spare = self.spare.take()?;
        // SAFETY: J1, the spare is valid, and was in no other place.
        let block = unsafe { spare.as_mut() };
        block.next = None;
        block.prev = self.last;
        match self.last {
            // SAFETY: J1, the last block is valid, and another one than the spare.
            Some(mut last) => unsafe { last.as_mut() }.next = Some(spare),
            None => self.first = Some(spare),
        }
        self.last = Some(spare);
        Some(spare)
    }

    /// Keeps a block that has just left the chain, or makes it loose.
    ///
    /// # Safety
    /// The block is valid and in no other place (J1), and holds no item (J3).
    #[cold]
    unsafe fn release(&mut self, empty: NonNull<Block<T>>) {
        if self.spare.is_none() {
            self.spare = Some(empty);
        } else {
            // SAFETY: J1 and J3, as the caller promises.
            unsafe { self.loosen(empty) };
        }
    }

    /// Makes a block loose.
    ///
    /// # Safety
    /// As for [`release`](Self::release) (J1, J3).
    unsafe fn loosen(&mut self, mut empty: NonNull<Block<T>>) {
        // SAFETY: J1, as the caller promises.
        unsafe { empty.as_mut() }.next = self.loose;
        self.loose = Some(empty);
    }

    /// The last item has left. One block stays, and the spare does not.
    #[inline]
    fn is_empty_now(&mut self) {
        self.head = 0;
        // mistake an_empty_queue_keeps_its_spare: self.spare.take() ~> None::<NonNull<Block<T>>>
        if let Some(spare) = self.spare.take() {
            // SAFETY: the spare is in no other place any more (J1), and holds no item (J3).
            unsafe { self.loosen(spare) };
        }
    }
}

impl<T> Store<T> for Chain<T> {
    type Loose = Loose<T>;

    #[inline]
    fn len(&self) -> usize {
        self.len
    }

    fn slots(&self) -> usize {
        usize::MAX
    }

    #[inline]
    fn push_back(&mut self, item: T, _: usize) -> Result<(), T> {
        let at = (self.head + self.len) % BLOCK;
        // mistake a_full_block_is_filled_again: at == 0 && self.len > 0 ~> at == 0 && self.len > BLOCK
        let is_full = at == 0 && self.len > 0;
        let last = if is_full { None } else { self.last };
        let Some(mut last) = last.or_else(|| self.link_spare()) else { return Err(item) };
        // SAFETY: J1, the last block is valid.
        let block = unsafe { last.as_mut() };
        block.places[at].write(item);
        self.len += 1;
        Ok(())
    }

    #[inline]
    fn pop_front(&mut self) -> Option<T> {
        let len = self.len.checked_sub(1)?;
        let mut first = self.first?;
        // SAFETY: J1, the first block is valid.
        let block = unsafe { first.as_mut() };
        // SAFETY: J2, there is an item, so the place at `head` holds one. With what follows it holds none.
        let item = unsafe { block.places[self.head].assume_init_read() };
        self.len = len;
        self.head += 1;
        if len == 0 {
            self.is_empty_now();
        } else if self.head == BLOCK {
            self.head = 0;
            self.first = block.next;
            if let Some(mut next) = block.next {
                // SAFETY: J1, the next block is valid, and another one.
                unsafe { next.as_mut() }.prev = None;
            }
            // SAFETY: J1, the block has left the chain, and its last item has left it (J3).
            unsafe { self.release(first) };
        }
        Some(item)
    }

    fn pop_back(&mut self) -> Option<T> {
        let len = self.len.checked_sub(1)?;
        let mut last = self.last?;
        let at = (self.head + len) % BLOCK;
        // SAFETY: J1, the last block is valid.
        let block = unsafe { last.as_mut() };
        // SAFETY: J2, this place holds the last item. With what follows it holds none.
        let item = unsafe { block.places[at].assume_init_read() };
        self.len = len;
        if len == 0 {
            self.is_empty_now();
        } else if at == 0 {
            self.last = block.prev;
            if let Some(mut prev) = block.prev {
                // SAFETY: J1, the block before is valid, and another one.
                unsafe { prev.as_mut() }.next = None;
            }
            // SAFETY: J1, the block has left the chain, and its first item, the only one, has left it (J3).
            unsafe { self.release(last) };
        }
        Some(item)
    }

    fn first(&self) -> Option<T>
    where
        T: Copy,
    {
        let first = self.first.filter(|_| self.len > 0)?;
        // SAFETY: J1, the first block is valid.
        let block = unsafe { first.as_ref() };
        // SAFETY: J2, there is an item, so the place at `head` holds one, which is `Copy`.
        Some(unsafe { block.places[self.head].assume_init_read() })
    }

    #[inline]
    fn allocate() -> Option<Loose<T>> {
        Loose::allocate()
    }

    fn grow(&mut self, mut memory: Loose<T>) -> Loose<T> {
        // Another push may have come with a block in the meantime.
        let has_place = self.spare.is_some() || self.len == 0 && self.first.is_some();
        if !has_place {
            self.spare = memory.0.take();
        }
        memory
    }

    #[inline]
    fn take_loose(&mut self) -> Loose<T> {
        Loose(self.loose.take())
    }
}

impl<T> Drop for Chain<T> {
    fn drop(&mut self) {
        // The queue has dropped the items (J3).
        if let Some(spare) = self.spare.take() {
            // SAFETY: the spare is in no other place any more (J1), and holds no item (J3).
            unsafe { self.loosen(spare) };
        }
        drop((Loose(self.first.take()), Loose(self.loose.take())));
    }
}

impl<T> fmt::Debug for Chain<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Chain").field("len", &self.len).finish_non_exhaustive()
    }
}

#[cfg(all(test, not(loom)))]
mod tests;
