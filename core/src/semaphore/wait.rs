//! How to wait for permits.

#[cfg(feature = "alloc")]
use alloc::sync::Arc;

#[cfg(feature = "alloc")]
use super::OwnedPermit;
use super::error::AcquireError;
use super::raw::{REQUESTS, Request, SemaphoreCore};
use super::{Permit, Permits, Semaphore};
use crate::closed::Closed;
use crate::wait::future::{Wait, wait_futures};
#[cfg(feature = "alloc")]
use crate::wait::handle::ArcPart;
use crate::wait::policy::{Look, Policy};
use crate::wait::queue::Locked;
use crate::wait::status::Verdict;
use crate::wait::waiter::ListOf;

/// Asks for permits of a semaphore.
pub(crate) enum AcquireWait {}

// SAFETY: `REQUESTS` is the one list of a `SemaphoreCore` (W6); `look` returns the `Locked` that it was given, and
// neither it nor `after_cancel` takes the lock again.
unsafe impl Policy for AcquireWait {
    type Core = SemaphoreCore;
    type Request = Request;
    /// How many permits.
    type Grant = Result<usize, AcquireError>;

    const LIST: ListOf<Request> = REQUESTS;

    #[inline]
    fn try_now(core: &SemaphoreCore, request: &Request) -> Option<Self::Grant> {
        if core.try_take(request.permits()) {
            Some(Ok(request.permits()))
        } else {
            core.is_closed().then_some(Err(AcquireError::Closed))
        }
    }

    #[inline]
    fn look<'q>(
        core: &SemaphoreCore,
        locked: Locked<'q, SemaphoreCore>,
        request: &Request,
    ) -> Look<'q, SemaphoreCore> {
        match core.look(&locked, *request) {
            Some(verdict) => Look::Done(verdict),
            None => Look::Wait(locked),
        }
    }

    #[inline]
    fn take(core: &SemaphoreCore, verdict: Verdict, request: &Request) -> Self::Grant {
        match verdict {
            Verdict::Granted => Ok(request.permits()),
            Verdict::Refused if core.is_closed() => Err(AcquireError::Closed),
            Verdict::Refused => Err(AcquireError::TooMany),
        }
    }

    fn give_back(core: &SemaphoreCore, request: &Request) {
        // mistake a_granted_acquire_keeps_its_permits: core.put_back(request.permits()); ~>
        core.put_back(request.permits());
    }

    #[inline]
    fn after_cancel(core: &SemaphoreCore, locked: Locked<'_, SemaphoreCore>) {
        core.after_cancel(locked);
    }
}

/// A single request is never too many, so there is one reason only.
#[inline]
fn closed(_: AcquireError) -> Closed {
    Closed
}

wait_futures! {
    /// The future of [`Semaphore::acquire`]: waits for a permit, and returns it.
    pub struct AcquireFuture['a]['a] waits as Wait<&'a Semaphore, AcquireWait>
    => Result<Permit<'a>, Closed>,
    |semaphore, grant| grant.map(|n| Permits::new(semaphore, n)).map_err(closed);

    /// The future of [`Semaphore::acquire_many`]: waits for a number of permits, and returns them together.
    pub struct AcquireManyFuture['a]['a] waits as Wait<&'a Semaphore, AcquireWait>
    => Result<Permit<'a>, AcquireError>,
    |semaphore, grant| grant.map(|n| Permits::new(semaphore, n));
}

#[cfg(feature = "alloc")]
wait_futures! {
    /// The future of [`Semaphore::acquire_owned`]: waits for a permit, and returns it; the permit keeps the semaphore
    /// alive.
    pub struct OwnedAcquireFuture[][] waits as Wait<Arc<Semaphore>, AcquireWait>
    => Result<OwnedPermit, Closed>,
    |semaphore, grant| grant.map(|n| Permits::new(semaphore, n)).map_err(closed);

    /// The future of [`Semaphore::acquire_many_owned`]: waits for a number of permits, and returns them together; they
    /// keep the semaphore alive.
    pub struct OwnedAcquireManyFuture[][] waits as Wait<Arc<Semaphore>, AcquireWait>
    => Result<OwnedPermit, AcquireError>,
    |semaphore, grant| grant.map(|n| Permits::new(semaphore, n));

    /// The future of [`ArcPart::acquire`]: waits for permits of a semaphore that lies in a larger value, and returns them;
    /// they keep the whole value alive.
    pub struct PartAcquireFuture[S: ?Sized][S] waits as Wait<ArcPart<S, Semaphore>, AcquireWait>
    => Result<Permits<ArcPart<S, Semaphore>>, AcquireError>,
    |semaphore, grant| grant.map(|n| Permits::new(semaphore, n));
}
