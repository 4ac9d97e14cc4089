//! How to wait for an event.

#[cfg(feature = "alloc")]
use crate::sys::Arc;

use super::Event;
use super::raw::{EventCore, SET, WAITING};
use crate::wait::future::{Wait, wait_futures};
use crate::wait::policy::{Look, Policy};
use crate::wait::queue::Locked;
use crate::wait::status::Verdict;
use crate::wait::waiter::ListOf;

/// Asks for the flag of an event.
pub(crate) enum EventWait {}

// SAFETY: `WAITING` is the one list of an `EventCore` (W6); `look` returns the `Locked` that it was given, and neither
// it nor `after_cancel` takes the lock again.
unsafe impl Policy for EventWait {
    type Core = EventCore;
    type Request = ();
    type Grant = ();

    const LIST: ListOf<()> = WAITING;
    const HANDS_OVER: bool = false;
    const IS_KEPT_WAITING: bool = false;

    #[inline]
    fn try_now(core: &EventCore, (): &()) -> Option<()> {
        core.is_set().then_some(())
    }

    #[inline]
    fn look<'q>(_: &EventCore, locked: Locked<'q, EventCore>, (): &()) -> Look<'q, EventCore> {
        // From here on a `set` comes to the lock (E1).
        if locked.announce() & SET == 0 {
            return Look::Wait(locked);
        }
        locked.retract_if_nobody_waits();
        Look::Done(Verdict::Granted)
    }

    #[inline]
    fn take(_: &EventCore, _: Verdict, (): &()) {}

    #[inline]
    fn give_back(_: &EventCore, (): &()) {}

    #[inline]
    fn after_cancel(_: &EventCore, locked: Locked<'_, EventCore>, (): &()) {
        locked.retract_if_nobody_waits();
    }
}

wait_futures! {
    /// The future of [`Event::wait`]: waits until the flag is set, or was set since the wait began.
    pub struct EventFuture['a]['a] waits as Wait<&'a Event, EventWait> => (), |_, ()| ();
}

#[cfg(feature = "alloc")]
wait_futures! {
    /// The future of [`Event::wait_owned`]: as [`EventFuture`], and keeps the event alive.
    pub struct OwnedEventFuture[][] waits as Wait<Arc<Event>, EventWait> => (), |_, ()| ();
}
