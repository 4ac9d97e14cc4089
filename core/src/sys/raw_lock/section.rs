//! No byte: a critical section is the lock.

use core::marker::PhantomData;
#[cfg(debug_assertions)]
use core::sync::atomic::{AtomicBool, Ordering};

/// The lock of a wait queue.
#[derive(Debug)]
pub(crate) struct RawLock {
    #[cfg(debug_assertions)]
    held: AtomicBool,
}

/// Proof that the lock is held; releases it when dropped.
#[derive(Debug)]
pub(crate) struct RawGuard<'a> {
    outside: critical_section::RestoreState,
    #[cfg(debug_assertions)]
    lock: &'a RawLock,
    /// Borrows the lock, as the other guards do. Not `Send`: another thread cannot end this one's critical section.
    _lock: PhantomData<(&'a RawLock, *const ())>,
}

impl RawLock {
    pub(crate) const fn new() -> Self {
        Self {
            #[cfg(debug_assertions)]
            held: AtomicBool::new(false),
        }
    }

    #[inline]
    #[allow(clippy::unused_self, reason = "the guard borrows the lock, as the others do")]
    pub(crate) fn lock(&self) -> RawGuard<'_> {
        // mistake interrupts_stay_on: unsafe { critical_section::acquire() } ~>
        //     critical_section::RestoreState::invalid()
        // SAFETY: R1. The drop of the guard releases it, once. Guards nest, since a condition holds its own while it
        // takes a lock's, and they are dropped in the reverse order: the inner one never leaves the call that took it.
        let outside = unsafe { critical_section::acquire() };
        #[cfg(debug_assertions)]
        self.take_once();
        RawGuard {
            outside,
            #[cfg(debug_assertions)]
            lock: self,
            _lock: PhantomData,
        }
    }

    /// R1, which a critical section does not enforce.
    #[cfg(debug_assertions)]
    fn take_once(&self) {
        // Ordering: Relaxed, critical sections order it.
        assert!(!self.held.load(Ordering::Relaxed), "the internal lock of a primitive is taken twice");
        // Ordering: Relaxed, as above.
        self.held.store(true, Ordering::Relaxed);
    }
}

impl Drop for RawGuard<'_> {
    #[inline]
    fn drop(&mut self) {
        // Ordering: Relaxed, critical sections order it.
        #[cfg(debug_assertions)]
        self.lock.held.store(false, Ordering::Relaxed);
        // SAFETY: `outside` is what the `acquire` in `RawLock::lock` returned, and this is its one release (R1).
        unsafe { critical_section::release(self.outside) };
    }
}
