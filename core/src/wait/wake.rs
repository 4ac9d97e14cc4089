//! The waking side: one loop for all primitives, and the batch of wakers that it fills.
//!
//! A waker runs user code: it may poll inline, re-enter the same primitive, or panic. So wakers are taken out of their
//! nodes under the internal lock, and woken after it. A loop serves at most a batch of waiters in one critical section,
//! releases the lock, wakes them, and comes back for more.
//!
//! # Invariants of a batch
//! * B1. Exactly the slots `woken..len` hold a waker.
//! * B2. Every waker that was pushed is woken, once, even if the `wake` of another one panics: the unwinding drops the
//!   batch, and the drop wakes the rest. A second panic among those aborts the program, as every panic in a destructor
//!   does while another panic unwinds.

use core::mem::MaybeUninit;
use core::task::Waker;

use super::queue::{Core, Locked, WaitQueue};
use super::trace;
use crate::sys::raw_lock::{RawGuard, RawLock};

/// The most waiters that one critical section serves.
///
/// Fewer where that is the time with interrupts off. Two under loom, so that models reach the boundary between two
/// batches.
pub(crate) const BATCH: usize = match (cfg!(loom), cfg!(feature = "critical-section")) {
    (true, _) => 2,
    (false, true) => 8,
    (false, false) => 16,
};

/// What has been done for the next waiter that is due.
#[derive(Debug)]
pub(crate) enum Served {
    /// No waiter is due.
    Nobody,
    /// One was served. It has to be woken by this waker, if there is one.
    One(Option<Waker>),
}

#[inline]
pub(super) fn wake(waker: Option<Waker>) {
    if let Some(waker) = waker {
        trace::wake(waker);
    }
}

impl<C: Core> Locked<'_, C> {
    /// Serves waiters as long as `next` finds one that is due. Releases the lock and wakes them.
    ///
    /// If a waker panics, all others that are due are woken while the panic unwinds.
    #[inline]
    pub(crate) fn wake_loop(self, next: impl FnMut(&mut Locked<'_, C>) -> Served) {
        let queue = self.queue();
        let step = &mut QueueStep { queue, next };
        // One copy of the loop for all queues, where flash is what counts.
        #[cfg(feature = "critical-section")]
        let step: &mut dyn Step<'_> = step;
        // SAFETY: R1, the lock, the guard and the step are all of this queue.
        unsafe { wake_all_due(queue.raw(), self.into_held(), step) };
    }
}

/// The part of a wake loop that differs from queue to queue. (Not `dyn FnMut`: its table has a `call_once` besides, which
/// takes twenty bytes of flash in each of the loops.)
trait Step<'q> {
    /// Serves one waiter, and returns the guard to the caller.
    ///
    /// # Safety
    /// `held` is the guard of the internal lock of this step's queue (R1).
    unsafe fn next(&mut self, held: RawGuard<'q>) -> (RawGuard<'q>, Served);
}

struct QueueStep<'q, C: Core, F> {
    queue: &'q WaitQueue<C>,
    next: F,
}

impl<'q, C: Core, F: FnMut(&mut Locked<'_, C>) -> Served> Step<'q> for QueueStep<'q, C, F> {
    #[inline]
    unsafe fn next(&mut self, held: RawGuard<'q>) -> (RawGuard<'q>, Served) {
        // SAFETY: R1, `held` is the guard of this queue, as the caller promises.
        let mut locked = unsafe { Locked::new(self.queue, held) };
        let served = (self.next)(&mut locked);
        (locked.into_held(), served)
    }
}

/// Serves and wakes until no waiter is due.
///
/// # Safety
/// `held` is the guard of `lock`, and `lock` is the internal lock of the queue of `step` (R1).
#[inline]
unsafe fn wake_all_due<'q, S: Step<'q> + ?Sized>(lock: &'q RawLock, held: RawGuard<'q>, step: &mut S) {
    // SAFETY: R1, `held` is the guard of the step's queue, as the caller promises.
    let (held, Served::One(first)) = (unsafe { step.next(held) }) else { return };
    // SAFETY: R1, the guard is the one that the step returned.
    let (held, second) = unsafe { step.next(held) };
    let Served::One(second) = second else {
        // mistake one_is_woken_under_the_lock: drop(held); return wake(first); ~> wake(first); return drop(held);
        // Usually exactly one waiter is due. Then no batch is needed, and no panic guard: nothing is left to do.
        drop(held);
        return wake(first);
    };
    let mut batch = WakeBatch::new();
    batch.push(first);
    batch.push(second);
    let mut wakes = WakeLoop { lock, step, more: true };
    wakes.round(held, batch);
    wakes.finish();
}

/// A wake loop under way. Its drop finishes it if a waker has panicked.
struct WakeLoop<'r, 'q, S: Step<'q> + ?Sized> {
    lock: &'q RawLock,
    step: &'r mut S,
    more: bool,
}

impl<'q, S: Step<'q> + ?Sized> WakeLoop<'_, 'q, S> {
    /// One critical section: fills the batch, releases the lock, and wakes.
    #[inline]
    fn round(&mut self, mut held: RawGuard<'q>, mut batch: WakeBatch) {
        while self.more && !batch.is_full() {
            // SAFETY: R1, `held` is a guard of `self.lock`, which is the lock of the step's queue (`wake_all_due`).
            let (back, served) = unsafe { self.step.next(held) };
            held = back;
            match served {
                // mistake a_batch_is_woken_under_the_lock: batch.push(waker) ~> { batch.push(waker); batch.wake(); }
                Served::One(waker) => batch.push(waker),
                Served::Nobody => self.more = false,
            }
        }
        drop(held);
        // mistake one_batch_only: batch.wake(); ~> self.more = false; batch.wake();
        batch.wake();
    }

    #[inline]
    fn finish(&mut self) {
        while self.more {
            self.round(self.lock.lock(), WakeBatch::new());
        }
    }
}

impl<'q, S: Step<'q> + ?Sized> Drop for WakeLoop<'_, 'q, S> {
    #[inline]
    fn drop(&mut self) {
        // mistake a_panic_ends_the_wake_loop: self.finish(); ~>
        self.finish();
    }
}

/// The wakers of one critical section, woken together after it.
#[derive(Debug)]
pub(crate) struct WakeBatch {
    slots: [MaybeUninit<Waker>; BATCH],
    woken: usize,
    len: usize,
    /// Waiters that were served without a waker count, too.
    served: usize,
}

impl WakeBatch {
    #[inline]
    pub(crate) const fn new() -> Self {
        Self { slots: [const { MaybeUninit::uninit() }; BATCH], woken: 0, len: 0, served: 0 }
    }

    #[inline]
    pub(crate) fn is_full(&self) -> bool {
        // mistake a_batch_of_one_more: self.served >= BATCH ~> self.served > BATCH
        self.served >= BATCH
    }

    /// Adds the waker of a waiter that was served, if it has one. There must be room.
    #[inline]
    pub(crate) fn push(&mut self, waker: Option<Waker>) {
        // mistake requeues_are_not_counted: self.served += 1; ~> self.served += usize::from(waker.is_some());
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
            // mistake a_panic_wakes_twice: self.woken += 1; trace::wake(unsafe { slot.assume_init_read() }); ~>
            //     trace::wake(unsafe { slot.assume_init_read() }); self.woken += 1;
            // Before the call, so that a panic in it does not wake this one twice (B2).
            self.woken += 1;
            // SAFETY: the slot was inside `woken..len` (B1), and has just left it.
            trace::wake(unsafe { slot.assume_init_read() });
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
