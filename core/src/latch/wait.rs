//! How to wait for a count of zero.

#[cfg(feature = "alloc")]
use crate::sys::Arc;

use super::Latch;
use super::raw::{CountCore, WAITING};
use crate::wait::future::{Wait, wait_futures};
use crate::wait::policy::{Look, Policy};
use crate::wait::queue::Locked;
use crate::wait::status::Verdict;
use crate::wait::waiter::ListOf;

/// Asks for a count of zero: of a latch, or of a group.
pub(crate) enum ZeroWait {}

// SAFETY: `WAITING` is the one list of a `CountCore` (W6); `look` returns the `Locked` that it was given, and neither
// it nor `after_cancel` takes the lock again.
unsafe impl Policy for ZeroWait {
    type Core = CountCore;
    type Request = ();
    type Grant = ();

    const LIST: ListOf<()> = WAITING;
    const HANDS_OVER: bool = false;
    const IS_KEPT_WAITING: bool = false;

    #[inline]
    fn try_now(core: &CountCore, (): &()) -> Option<()> {
        CountCore::is_zero(core.seen()).then_some(())
    }

    #[inline]
    fn look<'q>(_: &CountCore, locked: Locked<'q, CountCore>, (): &()) -> Look<'q, CountCore> {
        // From here on the last count is taken under the lock (F1).
        if !CountCore::is_zero(locked.announce()) {
            return Look::Wait(locked);
        }
        locked.retract_if_nobody_waits();
        Look::Done(Verdict::Granted)
    }

    #[inline]
    fn take(_: &CountCore, _: Verdict, (): &()) {}

    #[inline]
    fn give_back(_: &CountCore, (): &()) {}

    #[inline]
    fn after_cancel(_: &CountCore, locked: Locked<'_, CountCore>, (): &()) {
        locked.retract_if_nobody_waits();
    }
}

wait_futures! {
    /// The future of [`Latch::wait`]: waits until the count is zero.
    pub struct LatchFuture['a]['a] waits as Wait<&'a Latch, ZeroWait> => (), |_, ()| ();
}

#[cfg(feature = "alloc")]
wait_futures! {
    /// The future of [`Latch::wait_owned`]: as [`LatchFuture`], and keeps the latch alive.
    pub struct OwnedLatchFuture[][] waits as Wait<Arc<Latch>, ZeroWait> => (), |_, ()| ();
}
