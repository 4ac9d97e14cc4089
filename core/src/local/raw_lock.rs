//! The internal lock of the local flavour: nothing, since [no user code runs under it](super).

#[cfg(debug_assertions)]
use core::cell::Cell;
use core::marker::PhantomData;

/// The lock of a wait queue.
#[derive(Debug)]
pub(crate) struct RawLock {
    #[cfg(debug_assertions)]
    held: Cell<bool>,
    /// Not `Sync`.
    _local: PhantomData<*const ()>,
}

/// Proof that the lock is held; releases it when dropped.
#[derive(Debug)]
pub(crate) struct RawGuard<'a> {
    #[cfg(debug_assertions)]
    lock: &'a RawLock,
    _lock: PhantomData<&'a RawLock>,
}

impl RawLock {
    pub(crate) const fn new() -> Self {
        Self {
            #[cfg(debug_assertions)]
            held: Cell::new(false),
            _local: PhantomData,
        }
    }

    #[inline(always)]
    #[allow(clippy::unused_self, reason = "the guard borrows the lock, as the others do")]
    pub(crate) fn lock(&self) -> RawGuard<'_> {
        // R1, which nothing enforces here.
        #[cfg(debug_assertions)]
        assert!(!self.held.replace(true), "the internal lock of a primitive is taken twice");
        RawGuard {
            #[cfg(debug_assertions)]
            lock: self,
            _lock: PhantomData,
        }
    }
}

impl Drop for RawGuard<'_> {
    #[inline(always)]
    fn drop(&mut self) {
        #[cfg(debug_assertions)]
        self.lock.held.set(false);
    }
}
