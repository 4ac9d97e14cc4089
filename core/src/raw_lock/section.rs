//! No byte: a critical section is the lock.

use core::marker::PhantomData;

/// The lock of a wait queue.
#[derive(Debug)]
pub(crate) struct RawLock;

/// Proof that the lock is held; gives it back when dropped.
#[derive(Debug)]
pub(crate) struct RawGuard<'a> {
    outside: critical_section::RestoreState,
    lock: PhantomData<&'a RawLock>,
}

impl RawLock {
    pub(crate) const fn new() -> Self {
        Self
    }

    #[inline]
    #[allow(clippy::unused_self, reason = "the guard borrows the lock, as the others do")]
    pub(crate) fn lock(&self) -> RawGuard<'_> {
        // SAFETY: released once, by the drop of the guard. Guards are nested (a condition holds its own while
        // it takes a lock's) but never interleaved, since each is dropped by the scope that took it.
        let outside = unsafe { critical_section::acquire() };
        RawGuard { outside, lock: PhantomData }
    }
}

impl Drop for RawGuard<'_> {
    #[inline]
    fn drop(&mut self) {
        // SAFETY: `outside` is what the `acquire` in `RawLock::lock` gave, and this is its one release.
        unsafe { critical_section::release(self.outside) };
    }
}
