//! An intrusive, circular, doubly linked list: the only raw links of the crate.
//!
//! # Problem
//! A waiter must join, leave from anywhere, and be found first-come-first-served, each in constant time and
//! without an allocation. So the links lie inside the waiting future, and the list points into futures it
//! does not own.
//!
//! # Shape
//! The list itself is one pointer, to the first entry. The first entry's `prev` is the last one:
//!
//! ```text
//!   head ──► A ◄──► B ◄──► C          BEFORE push_back(D)
//!            └──────────────┘ (C.next = A, A.prev = C)
//!
//!   head ──► A ◄──► B ◄──► C ◄──► D   AFTER
//!            └─────────────────────┘
//! ```
//!
//! No entry points at the list, so a list may be moved while it is not empty: that happens when a polled
//! future is leaked and its primitive is moved afterwards.
//!
//! # Invariants
//! * L1. Every linked [`Links`] stays where it is, and valid, until it is removed. The caller of `push_back` promises
//!   it; [`Pin`](core::pin::Pin) and the drop of the future keep that promise.
//! * L2. Links are read and written only by a thread that has the list by `&mut`, that is, under the internal lock. No
//!   `&mut Links` is ever made, not even of an unlinked entry: its neighbours may be pointing at it.
//! * L3. Following `next` from the first entry visits each entry once, oldest first, and comes back to it; `prev` is
//!   its inverse.

use core::fmt;
use core::ptr::NonNull;

use crate::sys::atomic::UnsafeCell;

/// What an entry contributes: its two neighbours. Meaningless while it is in no list.
#[derive(Debug)]
pub(crate) struct Links {
    next: UnsafeCell<NonNull<Links>>,
    prev: UnsafeCell<NonNull<Links>>,
}

impl Links {
    /// Links that point at themselves: the whole of a list of one.
    pub(crate) fn alone_at(place: NonNull<Links>) -> Self {
        Self { next: UnsafeCell::new(place), prev: UnsafeCell::new(place) }
    }

    /// # Safety
    /// `this` is linked, and the caller holds its list by `&mut` (L2).
    unsafe fn next(this: NonNull<Links>) -> NonNull<Links> {
        // SAFETY: `this` is linked, so valid (L1).
        let this = unsafe { this.as_ref() };
        // SAFETY: the caller holds the list by `&mut`, so nobody writes meanwhile (L2).
        this.next.with(|next| unsafe { *next })
    }

    /// # Safety
    /// As for [`Links::next`] (L2).
    unsafe fn prev(this: NonNull<Links>) -> NonNull<Links> {
        // SAFETY: `this` is linked, so valid (L1).
        let this = unsafe { this.as_ref() };
        // SAFETY: the caller holds the list by `&mut`, so nobody writes meanwhile (L2).
        this.prev.with(|prev| unsafe { *prev })
    }

    /// Makes `first` and `second` neighbours, in this order.
    ///
    /// # Safety
    /// Both are valid, and the caller holds the list they belong to by `&mut` (L2).
    unsafe fn join(first: NonNull<Links>, second: NonNull<Links>) {
        // SAFETY: `first` is valid, as the caller promises (L1).
        let left = unsafe { first.as_ref() };
        // SAFETY: `second` is valid, as the caller promises (L1).
        let right = unsafe { second.as_ref() };
        // SAFETY: the caller holds the list by `&mut`, so nobody else reads or writes `first` meanwhile (L2).
        left.next.with_mut(|next| unsafe { *next = second });
        // SAFETY: the caller holds the list by `&mut`, so nobody else reads or writes `second` meanwhile (L2).
        right.prev.with_mut(|prev| unsafe { *prev = first });
    }
}

/// The list: a pointer to its oldest entry.
pub(crate) struct List {
    head: Option<NonNull<Links>>,
}

crate::sys::shared! {
    // SAFETY: only the thread that holds the internal lock of the list's primitive reaches the links (L2). What else lies
    // in an entry is guarded by the bounds of the wait queue. (`List` is not `Sync`: it holds a raw pointer.)
    unsafe impl Send for List {}
}

impl List {
    pub(crate) const fn new() -> Self {
        Self { head: None }
    }

    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        self.head.is_none()
    }

    /// The oldest entry.
    #[inline]
    pub(crate) fn front(&self) -> Option<NonNull<Links>> {
        self.head
    }

    /// The entry that came after this one, if there is one.
    ///
    /// # Safety
    /// `entry` is linked in *this* list (L1).
    pub(crate) unsafe fn after(&mut self, entry: NonNull<Links>) -> Option<NonNull<Links>> {
        // SAFETY: `entry` is linked in this list (L1), which is held by `&mut` (L2).
        let next = unsafe { Links::next(entry) };
        // Behind the youngest comes the oldest (L3).
        (self.head != Some(next)).then_some(next)
    }

    /// Adds an entry as the youngest.
    ///
    /// ```text
    ///   BEFORE   head ──► A ◄─…─► C ─┐      AFTER   head ──► A ◄─…─► C ◄──► entry ─┐
    ///                     └──────────┘                       └─────────────────────┘
    /// ```
    ///
    /// # Safety
    /// `entry` is valid, in no list, and stays where it is until it is removed (L1).
    pub(crate) unsafe fn push_back(&mut self, entry: NonNull<Links>) {
        match self.head {
            None => {
                // SAFETY: `entry` is valid (L1), and now belongs to this list, which is held by `&mut` (L2).
                unsafe { Links::join(entry, entry) };
                self.head = Some(entry);
            }
            Some(head) => {
                // SAFETY: `head` is linked (L1), in this list, which is held by `&mut` (L2).
                let last = unsafe { Links::prev(head) };
                // SAFETY: `last` is linked and `entry` is valid (L1); the list is held by `&mut` (L2).
                unsafe { Links::join(last, entry) };
                // mistake first_come_last_served: unsafe { Links::join(entry, head) }; ~>
                //     unsafe { Links::join(entry, head) }; self.head = Some(entry);
                // SAFETY: `entry` is valid and `head` is linked (L1). Both gaps are joined: the ring is closed (L3).
                unsafe { Links::join(entry, head) };
            }
        }
    }

    /// Takes an entry out, wherever it is.
    ///
    /// ```text
    ///   BEFORE   A ◄──► entry ◄──► C          AFTER   A ◄──► C
    /// ```
    ///
    /// # Safety
    /// `entry` is linked in *this* list (L1).
    pub(crate) unsafe fn remove(&mut self, entry: NonNull<Links>) {
        // SAFETY: `entry` is linked in this list (L1), which is held by `&mut` (L2).
        let prev = unsafe { Links::prev(entry) };
        // SAFETY: `entry` is still linked (L1), and the list is held by `&mut` (L2).
        let next = unsafe { Links::next(entry) };
        // SAFETY: the neighbours are linked, so valid (L1). Joining them closes the ring again (L3).
        unsafe { Links::join(prev, next) };
        if self.head == Some(entry) {
            // mistake the_last_entry_stays: (next != entry).then_some(next) ~> Some(next)
            self.head = (next != entry).then_some(next);
        }
    }
}

impl fmt::Debug for List {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("List").field("empty", &self.is_empty()).finish()
    }
}

#[cfg(all(test, not(loom)))]
mod tests;
