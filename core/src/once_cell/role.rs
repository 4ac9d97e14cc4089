//! The role of the initialiser, as a value, and how a cell is held.

#[cfg(feature = "alloc")]
use crate::sys::Arc;
use core::mem::ManuallyDrop;

use super::OnceCell;
use super::raw::OnceCore;
#[cfg(feature = "alloc")]
use crate::wait::handle::ArcPart;
use crate::wait::handle::{Handle, Primitive};
use crate::wait::trace::{self, Claim, Taker, Ticket};

/// How a cell is held by what initialises it: `&OnceCell<T>`, `Arc<OnceCell<T>>`, or a part of a larger value.
pub(super) trait CellHandle: Handle<Target = OnceCell<<Self as CellHandle>::Value>> {
    type Value;
    /// A reference to the value that is valid as long as the handle.
    type Ref;

    /// # Safety
    /// The cell is full, and this thread knows it by an Acquire (O2).
    unsafe fn into_ref(self) -> Self::Ref;
}

impl<'a, T> CellHandle for &'a OnceCell<T> {
    type Value = T;
    type Ref = &'a T;

    #[inline]
    unsafe fn into_ref(self) -> &'a T {
        // SAFETY: O2, as the caller promises.
        unsafe { self.get_unchecked() }
    }
}

#[cfg(feature = "alloc")]
impl<T> CellHandle for Arc<OnceCell<T>> {
    type Value = T;
    type Ref = ArcPart<OnceCell<T>, T>;

    unsafe fn into_ref(self) -> ArcPart<OnceCell<T>, T> {
        // SAFETY: O2, as the caller promises.
        ArcPart::new(self, |cell| unsafe { cell.get_unchecked() })
    }
}

#[cfg(feature = "alloc")]
impl<S: ?Sized, T> CellHandle for ArcPart<S, OnceCell<T>> {
    type Value = T;
    type Ref = ArcPart<S, T>;

    unsafe fn into_ref(self) -> ArcPart<S, T> {
        // SAFETY: O2, as the caller promises.
        self.narrow(|cell| unsafe { cell.get_unchecked() })
    }
}

/// The role of the initialiser of a cell. Passes it on when it is dropped.
pub(super) struct Role<H: Handle<Target: Primitive<Core = OnceCore>>> {
    cell: H,
    ticket: Ticket,
}

impl<H: Handle<Target: Primitive<Core = OnceCore>>> Role<H> {
    /// The caller owns the role (O1), and gives the ownership away.
    #[inline]
    pub(super) fn new(cell: H, taker: Taker) -> Self {
        let ticket = trace::holds(&cell, taker, Claim::Initialise);
        Self { cell, ticket }
    }

    #[inline]
    pub(super) fn core(&self) -> &OnceCore {
        self.cell.core()
    }
}

impl<H: CellHandle> Role<H> {
    /// Makes `value` the value of the cell, and ends all waits. Returns the handle of the full cell.
    #[inline]
    pub(super) fn fill(self, value: H::Value) -> H {
        let role = ManuallyDrop::new(self);
        // SAFETY: O1, the original is never used or dropped again, so the ownership of the role moves to this function.
        let cell = unsafe { core::ptr::read(&raw const role.cell) };
        // SAFETY: O1, as above, and so does its record.
        trace::releases(&mut unsafe { core::ptr::read(&raw const role.ticket) });
        // mistake a_value_is_published_before_it_is_written: unsafe { cell.write(value) }; cell.core().fill(); ~>
        //     cell.core().fill(); unsafe { cell.write(value) };
        // SAFETY: O1, this owns the role, and the cell is not full before `fill` (O2).
        unsafe { cell.write(value) };
        cell.core().fill();
        cell
    }
}

impl<H: Handle<Target: Primitive<Core = OnceCore>>> Drop for Role<H> {
    #[inline]
    fn drop(&mut self) {
        trace::releases(&mut self.ticket);
        // mistake a_role_dies_with_its_owner: self.cell.core().pass_on(); ~>
        self.cell.core().pass_on();
    }
}
