//! How to wait for the role of the initialiser, and for the value.

#[cfg(feature = "alloc")]
use crate::sys::Arc;

use super::OnceCell;
use super::raw::{Claim, OnceCore, ROLES, VALUES};
#[cfg(feature = "alloc")]
use super::role::CellHandle;
use crate::wait::future::{Wait, wait_futures};
#[cfg(feature = "alloc")]
use crate::wait::handle::ArcPart;
use crate::wait::policy::{Look, Policy};
use crate::wait::queue::Locked;
use crate::wait::status::Verdict;
use crate::wait::trace;
use crate::wait::waiter::ListOf;

/// Asks for the role of the initialiser, or the value if it is there.
pub(crate) enum RoleWait {}

/// What a [`RoleWait`] ends with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RoleOrValue {
    /// The caller owns the role.
    Role,
    /// The cell is full.
    Value,
}

// SAFETY: `ROLES` is a list of a `OnceCore`, whose requests are `()` (W6); `look` returns the `Locked` that it was given,
// and neither it nor `after_cancel` takes the lock again.
unsafe impl Policy for RoleWait {
    type Core = OnceCore;
    type Request = ();
    type Grant = RoleOrValue;

    const LIST: ListOf<()> = ROLES;

    #[inline]
    fn try_now(core: &OnceCore, (): &()) -> Option<RoleOrValue> {
        match core.claim() {
            Claim::Taken => Some(RoleOrValue::Role),
            Claim::Full => Some(RoleOrValue::Value),
            Claim::Running => None,
        }
    }

    #[inline]
    fn look<'q>(core: &OnceCore, locked: Locked<'q, OnceCore>, (): &()) -> Look<'q, OnceCore> {
        // From here on the owner of the role comes to the lock (O4).
        locked.announce();
        let verdict = match core.claim() {
            Claim::Running => return Look::Wait(locked),
            Claim::Taken => Verdict::Granted,
            Claim::Full => Verdict::Refused,
        };
        locked.retract_if_nobody_waits();
        Look::Done(verdict)
    }

    #[inline]
    fn take(_: &OnceCore, verdict: Verdict, (): &()) -> RoleOrValue {
        match verdict {
            Verdict::Granted => RoleOrValue::Role,
            Verdict::Refused => RoleOrValue::Value,
        }
    }

    #[inline]
    fn claim((): &()) -> Option<trace::Claim> {
        Some(trace::Claim::Initialise)
    }

    fn give_back(core: &OnceCore, (): &()) {
        // mistake an_heir_keeps_the_role: core.pass_on(); ~>
        core.pass_on();
    }

    #[inline]
    fn after_cancel(_: &OnceCore, locked: Locked<'_, OnceCore>, (): &()) {
        locked.retract_if_nobody_waits();
    }
}

/// Asks for the value.
pub(crate) enum ValueWait {}

// SAFETY: `VALUES` is a list of a `OnceCore`, whose requests are `()` (W6); `look` returns the `Locked` that it was given,
// and neither it nor `after_cancel` takes the lock again.
unsafe impl Policy for ValueWait {
    type Core = OnceCore;
    type Request = ();
    type Grant = ();

    const LIST: ListOf<()> = VALUES;
    const HANDS_OVER: bool = false;

    #[inline]
    fn try_now(core: &OnceCore, (): &()) -> Option<()> {
        core.is_full().then_some(())
    }

    #[inline]
    fn look<'q>(core: &OnceCore, locked: Locked<'q, OnceCore>, (): &()) -> Look<'q, OnceCore> {
        // From here on the owner of the role comes to the lock (O4).
        locked.announce();
        if !core.is_full() {
            return Look::Wait(locked);
        }
        locked.retract_if_nobody_waits();
        Look::Done(Verdict::Granted)
    }

    #[inline]
    fn take(_: &OnceCore, _: Verdict, (): &()) {}

    #[inline]
    fn claim((): &()) -> Option<trace::Claim> {
        Some(trace::Claim::Initialise)
    }

    fn give_back(_: &OnceCore, (): &()) {}

    #[inline]
    fn after_cancel(_: &OnceCore, locked: Locked<'_, OnceCore>, (): &()) {
        locked.retract_if_nobody_waits();
    }
}

wait_futures! {
    /// The future of [`OnceCell::wait`]: waits until the cell has a value, and returns a reference to it.
    pub struct OnceCellFuture['a, T]['a, T] waits as Wait<&'a OnceCell<T>, ValueWait> => &'a T,
    |cell, ()| {
        // SAFETY: O2, the wait has ended, so the cell is full: `try_now` or `look` saw it, or the status that
        // `fill_and_wake` stored after it had set `FULL`.
        unsafe { cell.get_unchecked() }
    };
}

#[cfg(feature = "alloc")]
wait_futures! {
    /// The future of [`OnceCell::wait_owned`]: waits until the cell has a value. Returns a handle of the value, which
    /// keeps the cell alive.
    pub struct OwnedOnceCellFuture[T][T] waits as Wait<Arc<OnceCell<T>>, ValueWait> => ArcPart<OnceCell<T>, T>,
    |cell, ()| {
        // SAFETY: O2, the wait has ended, so the cell is full: `try_now` or `look` saw it, or the status that
        // `fill_and_wake` stored after it had set `FULL`.
        unsafe { cell.into_ref() }
    };

    /// The future of [`ArcPart::wait`]: waits until a cell that lies in a larger value has a value. Returns a handle of the
    /// value, which keeps the whole alive.
    pub struct PartOnceCellFuture[S: ?Sized, T][S, T] waits as Wait<ArcPart<S, OnceCell<T>>, ValueWait> => ArcPart<S, T>,
    |cell, ()| {
        // SAFETY: O2, as for `OwnedOnceCellFuture`.
        unsafe { cell.into_ref() }
    };
}
