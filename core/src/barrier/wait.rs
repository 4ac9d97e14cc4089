//! How to wait at a barrier.

#[cfg(feature = "alloc")]
use crate::sys::Arc;

use super::raw::{BarrierCore, Place, WAITING};
use super::{Barrier, BarrierPass, BrokenBarrier};
use crate::wait::future::{Wait, wait_futures};
use crate::wait::policy::{Look, Policy};
use crate::wait::queue::Locked;
use crate::wait::status::Verdict;
use crate::wait::waiter::ListOf;

/// Asks for the others.
pub(crate) enum BarrierWait {}

// SAFETY: `WAITING` is the one list of a `BarrierCore` (W6); `look` returns the `Locked` that it was given, and neither
// it nor `after_cancel` takes the lock again before.
unsafe impl Policy for BarrierWait {
    type Core = BarrierCore;
    type Request = Place;
    type Grant = Result<BarrierPass, BrokenBarrier>;

    const LIST: ListOf<Place> = WAITING;
    const HANDS_OVER: bool = false;
    const IS_KEPT_WAITING: bool = false;

    /// Whether a wait is the last one is known under the lock only. Most are not, and would take it in vain.
    #[inline]
    fn try_now(_: &BarrierCore, _: &Place) -> Option<Self::Grant> {
        None
    }

    #[inline]
    fn look<'q>(core: &BarrierCore, locked: Locked<'q, BarrierCore>, place: &Place) -> Look<'q, BarrierCore> {
        // SAFETY: M1, the waiter is idle, and its future's owner polls it.
        unsafe { core.arrive(locked, place) }
    }

    #[inline]
    fn take(core: &BarrierCore, verdict: Verdict, place: &Place) -> Self::Grant {
        match verdict {
            // SAFETY: M1, the wait is over, and its future's owner polls it.
            Verdict::Granted => Ok(BarrierPass::new(unsafe { place.get() } as usize, core.parties)),
            Verdict::Refused => Err(BrokenBarrier),
        }
    }

    /// The round is complete, and stays so without this one. Its index is used up.
    #[inline]
    fn give_back(_: &BarrierCore, _: &Place) {}

    /// An arrival that is taken back completes no round.
    #[inline]
    fn after_cancel(_: &BarrierCore, mut locked: Locked<'_, BarrierCore>, place: &Place) {
        // SAFETY: M1, the waiter has just left its list, and its future's owner cancels it.
        let round = unsafe { place.get() };
        locked.state_mut().left(round);
    }
}

wait_futures! {
    /// The future of [`Barrier::wait`]: waits until the round is complete.
    pub struct BarrierFuture['a]['a] waits as Wait<&'a Barrier, BarrierWait>
    => Result<BarrierPass, BrokenBarrier>, |_, grant| grant;
}

#[cfg(feature = "alloc")]
wait_futures! {
    /// The future of [`Barrier::wait_owned`]: as [`BarrierFuture`], and keeps the barrier alive.
    pub struct OwnedBarrierFuture[][] waits as Wait<Arc<Barrier>, BarrierWait>
    => Result<BarrierPass, BrokenBarrier>, |_, grant| grant;
}
