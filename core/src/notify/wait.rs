//! How to wait for a notification.

#[cfg(feature = "alloc")]
use crate::sys::Arc;

use super::Notify;
use super::raw::{NotifyCore, STORED, WAITING};
use crate::sys::atomic::Ordering;
use crate::wait::future::{Wait, wait_futures};
#[cfg(feature = "alloc")]
use crate::wait::handle::ArcPart;
use crate::wait::policy::{Look, Policy};
use crate::wait::queue::Locked;
use crate::wait::status::Verdict;
use crate::wait::waiter::ListOf;

/// Asks for a notification.
pub(crate) enum NotifiedWait {}

// SAFETY: `WAITING` is the one list of a `NotifyCore` (W6); `look` returns the `Locked` that it was given, and neither
// it nor `after_cancel` takes the lock again.
unsafe impl Policy for NotifiedWait {
    type Core = NotifyCore;
    type Request = ();
    type Grant = ();

    const LIST: ListOf<()> = WAITING;

    #[inline]
    fn try_now(core: &NotifyCore, (): &()) -> Option<()> {
        core.take_stored().then_some(())
    }

    #[inline]
    fn look<'q>(_: &NotifyCore, locked: Locked<'q, NotifyCore>, (): &()) -> Look<'q, NotifyCore> {
        // From here on notifiers come to the lock, and nobody takes a stored notification without it (N1).
        if locked.announce() & STORED == 0 {
            return Look::Wait(locked);
        }
        // mistake a_stored_notification_is_taken_twice: locked.word().fetch_and(!STORED, Ordering::Relaxed);
        //     locked.retract_if_nobody_waits(); ~>
        //     locked.retract_if_nobody_waits(); locked.word().fetch_and(!STORED, Ordering::Relaxed);
        // Ordering: Relaxed, `announce` has acquired what the notifier released.
        locked.word().fetch_and(!STORED, Ordering::Relaxed);
        locked.retract_if_nobody_waits();
        Look::Done(Verdict::Granted)
    }

    #[inline]
    fn take(_: &NotifyCore, _: Verdict, (): &()) {}

    #[inline]
    fn give_back(core: &NotifyCore, (): &()) {
        // mistake a_notification_is_lost_with_its_wait: core.notify_one(); ~> let _ = core;
        core.notify_one();
    }

    #[inline]
    fn after_cancel(_: &NotifyCore, locked: Locked<'_, NotifyCore>, (): &()) {
        // Nothing is stored that a waiter could take (N2).
        locked.retract_if_nobody_waits();
    }
}

wait_futures! {
    /// The future of [`Notify::notified`]: waits for a notification.
    pub struct NotifiedFuture['a]['a] waits as Wait<&'a Notify, NotifiedWait> => (), |_, ()| ();
}

#[cfg(feature = "alloc")]
wait_futures! {
    /// The future of [`Notify::notified_owned`]: as [`NotifiedFuture`], and keeps the notify alive.
    pub struct OwnedNotifiedFuture[][] waits as Wait<Arc<Notify>, NotifiedWait> => (), |_, ()| ();

    /// The future of [`ArcPart::notified`]: waits for a notification of a notify that lies in a larger value, and keeps the
    /// whole value alive.
    pub struct PartNotifiedFuture[S: ?Sized][S] waits as Wait<ArcPart<S, Notify>, NotifiedWait> => (), |_, ()| ();
}
