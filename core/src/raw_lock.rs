//! The internal lock: what a primitive holds while it moves pointers, never while user code runs.
//!
//! # Problem
//! Every wait that does not end at once, and every wake, edits a list. The edits are a few pointer moves, may
//! come from any thread or from an interrupt handler, and on a microcontroller there is nobody to block on.
//!
//! # Rejected
//! * A lock that sleeps (`std::sync::Mutex`): not there without an operating system, and a system call costs a
//!   hundred times what it would protect.
//! * A type parameter (`M: RawMutex`): it ends up in the signature of every function that takes a lock.
//! * A ticket lock: fair, but a preempted ticket holder stalls everybody behind it, and the order of the
//!   waiters is the list's business, not that of this lock.
//!
//! # Chosen
//! One byte, taken by a `swap`, given back by a plain store; or no byte at all. It varies in this file alone:
//!
//! | built with           | is                  | while it is taken elsewhere                     | interrupts   |
//! |----------------------|---------------------|-------------------------------------------------|--------------|
//! | nothing              | a byte              | spins in doubling pauses                        | as they were |
//! | `std`                | a byte              | the same, then yields to the operating system   | as they were |
//! | `critical-section`   | a critical section  | cannot be; another core waits in `acquire`      | off          |
//!
//! A critical section excludes every other one, on all cores: that is its contract, so a byte inside it would never be
//! found taken. (The two are in this order only, if at all. With the byte taken first, a handler could interrupt
//! between them and spin for ever for a holder that cannot run.)
//!
//! # Invariants
//! 1. At most one [`RawGuard`] of a lock exists at a time.
//! 2. What happened under a guard happens before what happens under the next one.

#![cfg_attr(
    any(loom, feature = "critical-section"),
    allow(dead_code, reason = "the spin lock is there for its models only")
)]

#[cfg(all(feature = "critical-section", not(loom)))]
use core::marker::PhantomData;

use crate::loom::{AtomicBool, Ordering, const_fn, spin_loop, yield_now};

/// The first pause of a thread that finds the lock taken, in spin hints.
///
/// The holder works in bursts on its own cache line. Whoever looks at the lock too soon takes the line away
/// in the middle of such a burst, so short pauses make *everybody* slower: with pauses of 1 to 64 the
/// contended queue takes several times as long for a message as with 64 to 512.
const SHORTEST_PAUSE: u32 = if cfg!(loom) { 1 } else { 64 };
/// The longest pause. Reached, it is followed by a yield to the operating system before each further look.
const LONGEST_PAUSE: u32 = if cfg!(loom) { 1 } else { 512 };

/// The byte itself: mutual exclusion by one `swap` and one store.
#[derive(Debug)]
pub(crate) struct SpinLock {
    taken: AtomicBool,
}

impl SpinLock {
    const_fn! {
        pub(crate) const fn new() -> Self {
            Self { taken: AtomicBool::new(false) }
        }
    }

    #[inline]
    pub(crate) fn lock(&self) {
        // Ordering: Acquire synchronizes with the Release in `unlock`: what the last holder did is seen.
        if self.taken.swap(true, Ordering::Acquire) {
            self.lock_contended();
        }
    }

    #[cold]
    fn lock_contended(&self) {
        let mut pause = SHORTEST_PAUSE;
        loop {
            for _ in 0..pause {
                spin_loop();
            }
            // Ordering: Relaxed, it only avoids a useless `swap` that would take the holder's cache line; the
            // `swap` behind it has the Acquire, as in `lock`.
            if !self.taken.load(Ordering::Relaxed) && !self.taken.swap(true, Ordering::Acquire) {
                return;
            }
            if pause < LONGEST_PAUSE {
                pause *= 2;
            } else {
                yield_now();
            }
        }
    }

    /// Gives the lock back. Only its holder may call this.
    #[inline]
    pub(crate) fn unlock(&self) {
        // Ordering: Release synchronizes with the Acquire in `lock` and `lock_contended` of the next holder.
        self.taken.store(false, Ordering::Release);
    }
}

/// The lock of a wait queue: a [`SpinLock`], or a critical section where that feature is on.
///
/// Under loom it is loom's own mutex, since a spinning thread has no bound that a model could explore; the
/// spin lock has models of its own.
#[derive(Debug)]
pub(crate) struct RawLock {
    #[cfg(not(any(loom, feature = "critical-section")))]
    spin: SpinLock,
    #[cfg(loom)]
    mutex: loom::sync::Mutex<()>,
}

impl RawLock {
    const_fn! {
        pub(crate) const fn new() -> Self {
            Self {
                #[cfg(not(any(loom, feature = "critical-section")))]
                spin: SpinLock::new(),
                #[cfg(loom)]
                mutex: loom::sync::Mutex::new(()),
            }
        }
    }

    #[cfg(not(any(loom, feature = "critical-section")))]
    #[inline]
    pub(crate) fn lock(&self) -> RawGuard<'_> {
        self.spin.lock();
        RawGuard { lock: self }
    }

    #[cfg(all(feature = "critical-section", not(loom)))]
    #[inline]
    pub(crate) fn lock(&self) -> RawGuard<'_> {
        // SAFETY: released once, by the drop of the guard. Guards are nested (a condition holds its own while
        // it takes a lock's) but never interleaved, since each is dropped by the scope that took it.
        let outside = unsafe { critical_section::acquire() };
        RawGuard { outside, lock: PhantomData }
    }

    #[cfg(loom)]
    pub(crate) fn lock(&self) -> RawGuard<'_> {
        // A model that panics poisons its mutex; the destructors that follow must not panic again.
        RawGuard { _held: self.mutex.lock().unwrap_or_else(|poisoned| poisoned.into_inner()) }
    }
}

/// Proof that the lock is held; gives it back when dropped.
#[cfg(not(any(loom, feature = "critical-section")))]
#[derive(Debug)]
pub(crate) struct RawGuard<'a> {
    lock: &'a RawLock,
}

#[cfg(not(any(loom, feature = "critical-section")))]
impl Drop for RawGuard<'_> {
    #[inline]
    fn drop(&mut self) {
        self.lock.spin.unlock();
    }
}

/// Proof that the lock is held; gives it back when dropped.
#[cfg(all(feature = "critical-section", not(loom)))]
#[derive(Debug)]
pub(crate) struct RawGuard<'a> {
    outside: critical_section::RestoreState,
    lock: PhantomData<&'a RawLock>,
}

#[cfg(all(feature = "critical-section", not(loom)))]
impl Drop for RawGuard<'_> {
    #[inline]
    fn drop(&mut self) {
        // SAFETY: `outside` is what the `acquire` in `RawLock::lock` gave, and this is its one release.
        unsafe { critical_section::release(self.outside) };
    }
}

/// Proof that the lock is held; gives it back when dropped.
#[cfg(loom)]
#[derive(Debug)]
pub(crate) struct RawGuard<'a> {
    _held: loom::sync::MutexGuard<'a, ()>,
}
