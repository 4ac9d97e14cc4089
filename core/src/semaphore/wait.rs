//! How to wait for permits.

#[cfg(feature = "alloc")]
use crate::sys::Arc;
use core::marker::PhantomData;

#[cfg(feature = "alloc")]
use super::OwnedPermit;
use super::error::AcquireError;
use super::raw::{Request, SemaphoreCore, requests};
use super::{Fifo, Mode, Permit, Permits, Semaphore};
use crate::closed::Closed;
use crate::wait::future::{Wait, wait_futures};
#[cfg(feature = "alloc")]
use crate::wait::handle::ArcPart;
use crate::wait::policy::{Look, Policy};
use crate::wait::queue::Locked;
use crate::wait::status::Verdict;
use crate::wait::trace::Claim;
use crate::wait::waiter::{ListOf, Waiter};

/// Asks for permits of a semaphore.
pub(crate) struct AcquireWait<M>(PhantomData<M>);

// SAFETY: `requests` are the lists of a `SemaphoreCore`, one for each level, and the level of a request does not change
// (W6); `look` returns the `Locked` that it was given, and neither it nor `after_cancel` takes the lock again; `retry`
// returns true only after it has taken the permits.
unsafe impl<M: Mode> Policy for AcquireWait<M> {
    type Core = SemaphoreCore<M>;
    type Request = Request<M::Level>;
    /// How many permits.
    type Grant = Result<usize, AcquireError>;

    const LIST: ListOf<Self::Request> = requests::<M>(0);
    const RETRIES: bool = M::BYPASS;

    #[inline]
    fn list(request: &Self::Request) -> ListOf<Self::Request> {
        requests::<M>(M::index(request.level()))
    }

    #[inline]
    fn try_now(core: &SemaphoreCore<M>, request: &Self::Request) -> Option<Self::Grant> {
        if core.try_take(*request) {
            Some(Ok(request.permits()))
        } else {
            core.is_closed().then_some(Err(AcquireError::Closed))
        }
    }

    #[inline]
    fn look<'q>(
        core: &SemaphoreCore<M>,
        locked: Locked<'q, SemaphoreCore<M>>,
        request: &Self::Request,
    ) -> Look<'q, SemaphoreCore<M>> {
        core.look(locked, *request)
    }

    #[inline]
    fn take(core: &SemaphoreCore<M>, verdict: Verdict, request: &Self::Request) -> Self::Grant {
        match verdict {
            Verdict::Granted => Ok(request.permits()),
            Verdict::Refused if core.is_closed() => Err(AcquireError::Closed),
            Verdict::Refused => Err(AcquireError::TooMany),
        }
    }

    fn give_back(core: &SemaphoreCore<M>, request: &Self::Request) {
        // mistake a_granted_acquire_keeps_its_permits: core.put_back(request.permits()); ~>
        core.put_back(request.permits());
    }

    #[inline]
    fn after_cancel(core: &SemaphoreCore<M>, locked: Locked<'_, SemaphoreCore<M>>, _: &Self::Request) {
        core.after_cancel(locked);
    }

    fn claim(request: &Self::Request) -> Option<Claim> {
        Some(Claim::Permits(request.permits()))
    }

    fn retry(
        core: &SemaphoreCore<M>,
        locked: &mut Locked<'_, SemaphoreCore<M>>,
        waiter: &Waiter<Self::Request>,
    ) -> bool {
        core.retry(locked, waiter)
    }

    #[inline]
    fn after_retry(core: &SemaphoreCore<M>, locked: Locked<'_, SemaphoreCore<M>>, request: &Self::Request) {
        core.after_bypass(locked, request.permits());
    }
}

/// A single request is never too many, so there is one reason only.
#[inline]
fn closed(_: AcquireError) -> Closed {
    Closed
}

wait_futures! {
    /// The future of [`Semaphore::acquire`]: waits for a permit, and returns it.
    pub struct AcquireFuture['a, M: Mode]['a, M][= Fifo] waits as Wait<&'a Semaphore<M>, AcquireWait<M>>
    => Result<Permit<'a, M>, Closed>,
    |semaphore, grant, taker| grant.map(|n| Permits::new(semaphore, n, taker)).map_err(closed);

    /// The future of [`Semaphore::acquire_many`] and of [`PrioritySemaphore::acquire_at`](super::PrioritySemaphore): waits for a
    /// number of permits, and returns them together.
    pub struct AcquireManyFuture['a, M: Mode]['a, M][= Fifo] waits as Wait<&'a Semaphore<M>, AcquireWait<M>>
    => Result<Permit<'a, M>, AcquireError>,
    |semaphore, grant, taker| grant.map(|n| Permits::new(semaphore, n, taker));
}

#[cfg(feature = "alloc")]
wait_futures! {
    /// The future of [`Semaphore::acquire_owned`]: waits for a permit, and returns it; the permit keeps the semaphore
    /// alive.
    pub struct OwnedAcquireFuture[M: Mode][M][= Fifo] waits as Wait<Arc<Semaphore<M>>, AcquireWait<M>>
    => Result<OwnedPermit<M>, Closed>,
    |semaphore, grant, taker| grant.map(|n| Permits::new(semaphore, n, taker)).map_err(closed);

    /// The future of [`Semaphore::acquire_many_owned`]: waits for a number of permits, and returns them together; they
    /// keep the semaphore alive.
    pub struct OwnedAcquireManyFuture[M: Mode][M][= Fifo] waits as Wait<Arc<Semaphore<M>>, AcquireWait<M>>
    => Result<OwnedPermit<M>, AcquireError>,
    |semaphore, grant, taker| grant.map(|n| Permits::new(semaphore, n, taker));

    /// The future of [`ArcPart::acquire`]: waits for permits of a semaphore that lies in a larger value, and returns them;
    /// they keep the whole value alive.
    pub struct PartAcquireFuture[S: ?Sized, M: Mode][S, M][= Fifo] waits as Wait<ArcPart<S, Semaphore<M>>, AcquireWait<M>>
    => Result<Permits<ArcPart<S, Semaphore<M>>, M>, AcquireError>,
    |semaphore, grant, taker| grant.map(|n| Permits::new(semaphore, n, taker));
}
