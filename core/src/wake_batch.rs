//! Wakers on their way from under the internal lock to where they may be woken.
//!
//! A waker runs user code: it may poll inline, re-enter the same primitive, or panic. So wakers are taken out
//! of their nodes under the lock, and woken after it. How many at once is a constant, because it is the bound
//! on the work of one critical section.
//!
//! # Invariants
//! 1. Exactly the slots `woken..len` hold a waker.
//! 2. Every waker that was pushed is woken, once, even if another one's `wake` panics: the unwinding drops the
//!    batch, and the drop wakes the rest. (A second panic among those aborts, as every panic while unwinding
//!    does.)

use core::mem::MaybeUninit;
use core::task::Waker;

/// The most waiters that one critical section serves.
///
/// Fewer where that is the time with interrupts off. Two under loom, so that models reach the boundary between two
/// batches.
pub(crate) const BATCH: usize = match (cfg!(loom), cfg!(feature = "critical-section")) {
    (true, _) => 2,
    (false, true) => 8,
    (false, false) => 16,
};

/// The wakers of one critical section, woken together after it.
#[derive(Debug)]
pub(crate) struct WakeBatch {
    slots: [MaybeUninit<Waker>; BATCH],
    woken: usize,
    len: usize,
    /// Those that were served without a waker count too.
    served: usize,
}

impl WakeBatch {
    #[inline]
    pub(crate) const fn new() -> Self {
        Self { slots: [const { MaybeUninit::uninit() }; BATCH], woken: 0, len: 0, served: 0 }
    }

    #[inline]
    pub(crate) fn is_full(&self) -> bool {
        self.served >= BATCH
    }

    /// Adds the waker of a waiter that was served, if it has one. There must be room.
    #[inline]
    pub(crate) fn push(&mut self, waker: Option<Waker>) {
        self.served += 1;
        if let Some(waker) = waker {
            self.slots[self.len].write(waker);
            self.len += 1;
        }
    }

    /// Wakes them, oldest first. No lock may be held.
    #[inline]
    pub(crate) fn wake(&mut self) {
        while self.woken < self.len {
            let slot = &self.slots[self.woken];
            // Before the call, so that a panic in it does not wake this one twice (invariant 2).
            self.woken += 1;
            // SAFETY: the slot was inside `woken..len` (invariant 1), and has just left it.
            unsafe { slot.assume_init_read() }.wake();
        }
    }
}

impl Drop for WakeBatch {
    #[inline]
    fn drop(&mut self) {
        self.wake();
    }
}

#[cfg(all(test, not(loom)))]
mod tests;
