//! How to wait for permits.

#[cfg(feature = "alloc")]
use alloc::sync::Arc;
use core::marker::PhantomData;
use core::ops::Deref;

use super::{CLOSED, ONE, Permits, Semaphore, State, WAITERS, available, is_too_many};
use crate::error::{AcquireError, Closed};
use crate::loom::{AtomicUsize, Ordering};
use crate::wait_future::WaitFuture;
use crate::wait_queue::{Locked, Policy, WaitQueue, polled_again};
use crate::waiter::{Verdict, WaitList, Waiter};

/// The future of [`Semaphore::acquire`].
pub type AcquireFuture<'a> = WaitFuture<AcquirePolicy<Closed, &'a Semaphore>>;
/// The future of [`Semaphore::acquire_many`].
pub type AcquireManyFuture<'a> = WaitFuture<AcquirePolicy<AcquireError, &'a Semaphore>>;
/// The future of [`Semaphore::acquire_owned`].
#[cfg(feature = "alloc")]
pub type OwnedAcquireFuture = WaitFuture<AcquirePolicy<Closed, Arc<Semaphore>>>;
/// The future of [`Semaphore::acquire_many_owned`].
#[cfg(feature = "alloc")]
pub type OwnedAcquireManyFuture = WaitFuture<AcquirePolicy<AcquireError, Arc<Semaphore>>>;

/// Asks for permits of a semaphore, held as `H`; fails with an `E`.
#[derive(Debug)]
pub struct AcquirePolicy<E, H: Deref<Target = Semaphore>> {
    semaphore: Option<H>,
    fails_with: PhantomData<fn() -> E>,
}

impl<E, H: Deref<Target = Semaphore>> AcquirePolicy<E, H> {
    #[inline]
    pub(super) fn new(semaphore: H) -> Self {
        Self { semaphore: Some(semaphore), fails_with: PhantomData }
    }

    #[inline]
    fn semaphore(&self) -> &Semaphore {
        // Only `output` takes it, and a wait gives its output once.
        self.semaphore.as_ref().unwrap_or_else(|| polled_again())
    }
}

impl<E: From<AcquireError>, H: Deref<Target = Semaphore>> Policy for AcquirePolicy<E, H> {
    type Word = AtomicUsize;
    type State = State;
    type Request = usize;
    type Grant = Result<(), AcquireError>;
    type Output = Result<Permits<H>, E>;

    #[inline]
    fn queue(&self) -> &WaitQueue<AtomicUsize, State> {
        &self.semaphore().queue
    }

    fn list<'s>(state: &'s mut State, _: &Waiter<usize>) -> &'s mut WaitList<usize> {
        &mut state.list
    }

    #[inline]
    fn try_now(&self, &n: &usize) -> Option<Self::Grant> {
        let semaphore = self.semaphore();
        if semaphore.try_take(n) {
            Some(Ok(()))
        } else {
            semaphore.is_closed().then_some(Err(AcquireError::Closed))
        }
    }

    #[inline]
    fn try_locked<'q>(
        &self,
        locked: Locked<'q, State>,
        &n: &usize,
    ) -> Result<Self::Grant, Locked<'q, State>> {
        let word = &self.queue().word;
        if is_too_many(n, locked.state.bound) {
            return Ok(Err(AcquireError::TooMany));
        }
        let first = locked.state.list.is_empty();
        // From here on whoever puts permits back comes to the lock, and fast acquires fail; if others wait, that
        // is so already. Ordering: Acquire as in `try_take` and `is_closed`; Relaxed, behind others only `CLOSED`
        // counts, which is set under this lock.
        let seen =
            if first { word.fetch_or(WAITERS, Ordering::Acquire) } else { word.load(Ordering::Relaxed) };
        let closed = seen & CLOSED != 0;
        let there = first && available(seen) >= n;
        if !closed && !there {
            return Err(locked);
        }
        if first {
            let taken = if closed { 0 } else { n * ONE };
            // Takes the bit back with the permits. Ordering: Relaxed, it follows the Acquire above.
            word.fetch_sub(taken + WAITERS, Ordering::Relaxed);
        }
        Ok(if closed { Err(AcquireError::Closed) } else { Ok(()) })
    }

    #[inline]
    fn settle(&self, verdict: Verdict, _: &usize) -> Self::Grant {
        match verdict {
            Verdict::Granted => Ok(()),
            _ if self.semaphore().is_closed() => Err(AcquireError::Closed),
            _ => Err(AcquireError::TooMany),
        }
    }

    fn revoke(&self, verdict: Verdict, &n: &usize) {
        if verdict == Verdict::Granted {
            self.semaphore().put_back(n);
        }
    }

    #[inline]
    fn serve(&self, locked: Locked<'_, State>) {
        let semaphore = self.semaphore();
        semaphore.show_waiters(&locked);
        // Mostly nobody is due, and the way to the wake loop, with the lock, costs more than this look.
        if semaphore.first_due(&locked).is_some() {
            semaphore.serve(locked);
        }
    }

    #[inline]
    fn output(&mut self, grant: Self::Grant, &n: &usize) -> Self::Output {
        let semaphore = self.semaphore.take().unwrap_or_else(|| polled_again());
        grant.map(|()| Permits::new(semaphore, n)).map_err(E::from)
    }
}
