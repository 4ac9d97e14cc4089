//! The three ways to wait for a queue.

#[cfg(feature = "alloc")]
use crate::sys::Arc;
use core::marker::PhantomData;
use core::pin::Pin;

use super::AnyQueue;
use super::error::PushError;
use super::guard::Slot;
use super::raw::{JOINERS, LISTENERS, POPPERS, QueueCore, pushers};
use super::storage::Storage;
use crate::closed::Closed;
use crate::wait::future::{Wait, wait_futures};
use crate::wait::offer::Offer;
use crate::wait::policy::{Look, Policy};
use crate::wait::queue::Locked;
use crate::wait::status::Verdict;
use crate::wait::trace::Claim;
use crate::wait::waiter::ListOf;

/// Asks for a slot, to push an item.
pub(crate) struct PushWait<T, S>(PhantomData<(T, S)>);

// SAFETY: `pushers()` is a list of a `QueueCore`, whose waiters have requests `Offer<T>` (W6); `look` returns the
// `Locked` that it was given, and neither it nor `after_cancel` takes the lock again.
unsafe impl<T, S: Storage<T>> Policy for PushWait<T, S> {
    type Core = QueueCore<T, S>;
    type Request = Offer<T>;
    /// The item, if the queue is closed.
    type Grant = Result<(), Option<T>>;

    const LIST: ListOf<Offer<T>> = pushers();
    const HANDS_OVER: bool = false;

    #[inline]
    fn try_now(core: &QueueCore<T, S>, slot: &Offer<T>) -> Option<Self::Grant> {
        let verdict = core.look_to_push(core.lock(), slot).ok()?;
        Some(Self::take(core, verdict, slot))
    }

    #[inline]
    fn look<'q>(
        core: &QueueCore<T, S>,
        locked: Locked<'q, QueueCore<T, S>>,
        slot: &Offer<T>,
    ) -> Look<'q, QueueCore<T, S>> {
        core.look_to_push(locked, slot).into()
    }

    #[inline]
    fn take(_: &QueueCore<T, S>, verdict: Verdict, slot: &Offer<T>) -> Self::Grant {
        match verdict {
            Verdict::Granted => Ok(()),
            // SAFETY: W8, the wait is over, and its future's owner polls it.
            Verdict::Refused => Err(unsafe { slot.take() }),
        }
    }

    /// The item is in the queue; there is nothing to give back.
    fn give_back(_: &QueueCore<T, S>, _: &Offer<T>) {}

    /// A cancelled push frees nothing, so no waiter becomes due.
    fn after_cancel(_: &QueueCore<T, S>, _: Locked<'_, QueueCore<T, S>>, _: &Offer<T>) {}
}

/// Asks for a slot, to send an item into it later: a push without an item, in the same list.
pub(crate) struct ReserveWait<T, S>(PhantomData<(T, S)>);

// SAFETY: as for `PushWait` (W6).
unsafe impl<T, S: Storage<T>> Policy for ReserveWait<T, S> {
    type Core = QueueCore<T, S>;
    type Request = Offer<T>;
    type Grant = Result<(), Closed>;

    const LIST: ListOf<Offer<T>> = pushers();

    #[inline]
    fn try_now(core: &QueueCore<T, S>, slot: &Offer<T>) -> Option<Self::Grant> {
        let verdict = core.look_to_push(core.lock(), slot).ok()?;
        Some(Self::take(core, verdict, slot))
    }

    #[inline]
    fn look<'q>(
        core: &QueueCore<T, S>,
        locked: Locked<'q, QueueCore<T, S>>,
        slot: &Offer<T>,
    ) -> Look<'q, QueueCore<T, S>> {
        core.look_to_push(locked, slot).into()
    }

    #[inline]
    fn take(_: &QueueCore<T, S>, verdict: Verdict, _: &Offer<T>) -> Self::Grant {
        match verdict {
            Verdict::Granted => Ok(()),
            Verdict::Refused => Err(Closed),
        }
    }

    fn give_back(core: &QueueCore<T, S>, _: &Offer<T>) {
        // mistake a_cancelled_reserve_keeps_its_slot: core.return_slot(); ~>
        core.return_slot();
    }

    fn claim(_: &Offer<T>) -> Option<Claim> {
        Some(Claim::Slot)
    }

    /// A cancelled wait had reserved nothing, so no waiter becomes due.
    fn after_cancel(_: &QueueCore<T, S>, _: Locked<'_, QueueCore<T, S>>, _: &Offer<T>) {}
}

/// Asks for an item.
pub(crate) struct PopWait<T, S>(PhantomData<(T, S)>);

// SAFETY: `POPPERS` is a list of a `QueueCore` (W6); `look` returns the `Locked` that it was given, and neither it nor
// `after_cancel` takes the lock again.
unsafe impl<T, S: Storage<T>> Policy for PopWait<T, S> {
    type Core = QueueCore<T, S>;
    type Request = ();
    type Grant = Result<T, Closed>;

    const LIST: ListOf<()> = POPPERS;

    #[inline]
    fn try_now(core: &QueueCore<T, S>, (): &()) -> Option<Self::Grant> {
        core.try_pop().transpose()
    }

    #[inline]
    fn look<'q>(
        core: &QueueCore<T, S>,
        locked: Locked<'q, QueueCore<T, S>>,
        (): &(),
    ) -> Look<'q, QueueCore<T, S>> {
        core.look_to_pop(locked).into()
    }

    #[inline]
    fn take(core: &QueueCore<T, S>, verdict: Verdict, (): &()) -> Self::Grant {
        match verdict {
            Verdict::Granted => core.take_claimed().ok_or(Closed),
            Verdict::Refused => Err(Closed),
        }
    }

    fn give_back(core: &QueueCore<T, S>, (): &()) {
        // mistake a_cancelled_pop_keeps_its_claim: core.return_claim(); ~>
        core.return_claim();
    }

    /// A cancelled pop had claimed nothing, so no waiter becomes due.
    fn after_cancel(_: &QueueCore<T, S>, _: Locked<'_, QueueCore<T, S>>, (): &()) {}
}

/// Waits for something that is true of the whole queue. Nothing is handed out, so nothing comes back.
macro_rules! waits_until {
    ($($(#[$meta:meta])* $wait:ident in $list:ident, $is_true:ident, kept waiting: $kept:literal;)+) => {$(
        $(#[$meta])*
        pub(crate) struct $wait<T, S>(PhantomData<(T, S)>);

        // SAFETY: it is a list of a `QueueCore` for requests of `()` (W6); `look` returns the `Locked` that it was given,
        // and neither it nor `after_cancel` takes the lock again.
        unsafe impl<T, S: Storage<T>> Policy for $wait<T, S> {
            type Core = QueueCore<T, S>;
            type Request = ();
            type Grant = ();

            const LIST: ListOf<()> = $list;
            const HANDS_OVER: bool = false;
            const IS_KEPT_WAITING: bool = $kept;

            fn try_now(core: &QueueCore<T, S>, (): &()) -> Option<()> {
                QueueCore::$is_true(&core.lock()).then_some(())
            }

            fn look<'q>(
                _: &QueueCore<T, S>,
                locked: Locked<'q, QueueCore<T, S>>,
                (): &(),
            ) -> Look<'q, QueueCore<T, S>> {
                if QueueCore::$is_true(&locked) { Look::Done(Verdict::Granted) } else { Look::Wait(locked) }
            }

            fn take(_: &QueueCore<T, S>, _: Verdict, (): &()) {}

            fn give_back(_: &QueueCore<T, S>, (): &()) {}

            fn after_cancel(_: &QueueCore<T, S>, _: Locked<'_, QueueCore<T, S>>, (): &()) {}
        }
    )+};
}

waits_until! {
    /// Asks for the end of all work.
    JoinWait in JOINERS, is_finished, kept waiting: true;
    /// Asks for the end of the queue.
    ClosedWait in LISTENERS, is_closed, kept waiting: false;
}

type PushOf<Q> = PushWait<<Q as AnyQueue>::Item, <Q as AnyQueue>::Storage>;
/// The policy of a `pop`, whatever kind of queue it is.
pub(crate) type PopOf<Q> = PopWait<<Q as AnyQueue>::Item, <Q as AnyQueue>::Storage>;
type JoinOf<Q> = JoinWait<<Q as AnyQueue>::Item, <Q as AnyQueue>::Storage>;
type ReserveOf<Q> = ReserveWait<<Q as AnyQueue>::Item, <Q as AnyQueue>::Storage>;
type ClosedOf<Q> = ClosedWait<<Q as AnyQueue>::Item, <Q as AnyQueue>::Storage>;

/// The output of a push.
#[inline]
fn pushed<T>(grant: Result<(), Option<T>>) -> Result<(), PushError<T>> {
    match grant {
        Err(Some(item)) => Err(PushError(item)),
        Ok(()) | Err(None) => Ok(()),
    }
}

wait_futures! {
    /// The future of [`QueueOf::push`](super::QueueOf::push): waits until the item is in the queue.
    pub struct PushFuture['a, Q: AnyQueue]['a, Q] waits as Wait<&'a Q, PushOf<Q>>
    => Result<(), PushError<Q::Item>>, |_, grant| pushed(grant);

    /// The future of [`QueueOf::pop`](super::QueueOf::pop): waits for the first item, and returns it.
    pub struct PopFuture['a, Q: AnyQueue]['a, Q] waits as Wait<&'a Q, PopOf<Q>>
    => Result<Q::Item, Closed>, |_, grant| grant;

    /// The future of [`QueueOf::join`](super::QueueOf::join): waits until all work is done.
    pub struct JoinFuture['a, Q: AnyQueue]['a, Q] waits as Wait<&'a Q, JoinOf<Q>> => (), |_, ()| ();

    /// The future of [`QueueOf::closed`](super::QueueOf::closed): waits until the queue is closed.
    pub struct ClosedFuture['a, Q: AnyQueue]['a, Q] waits as Wait<&'a Q, ClosedOf<Q>> => (), |_, ()| ();

    /// The future of [`QueueOf::reserve`](super::QueueOf::reserve): waits for room, and returns a slot.
    pub struct ReserveFuture['a, Q: AnyQueue]['a, Q] waits as Wait<&'a Q, ReserveOf<Q>>
    => Result<Slot<&'a Q>, Closed>, |queue, grant, taker| grant.map(|()| Slot::new(queue, taker));
}

#[cfg(feature = "alloc")]
wait_futures! {
    /// The future of [`QueueOf::push_owned`](super::QueueOf::push_owned): as [`PushFuture`], and keeps the queue
    /// alive.
    pub struct OwnedPushFuture[Q: AnyQueue][Q] waits as Wait<Arc<Q>, PushOf<Q>>
    => Result<(), PushError<Q::Item>>, |_, grant| pushed(grant);

    /// The future of [`QueueOf::pop_owned`](super::QueueOf::pop_owned): as [`PopFuture`], and keeps the queue
    /// alive.
    pub struct OwnedPopFuture[Q: AnyQueue][Q] waits as Wait<Arc<Q>, PopOf<Q>>
    => Result<Q::Item, Closed>, |_, grant| grant;

    /// The future of [`QueueOf::join_owned`](super::QueueOf::join_owned): as [`JoinFuture`], and keeps the queue
    /// alive.
    pub struct OwnedJoinFuture[Q: AnyQueue][Q] waits as Wait<Arc<Q>, JoinOf<Q>> => (), |_, ()| ();

    /// The future of [`QueueOf::closed_owned`](super::QueueOf::closed_owned): as [`ClosedFuture`], and keeps the
    /// queue alive.
    pub struct OwnedClosedFuture[Q: AnyQueue][Q] waits as Wait<Arc<Q>, ClosedOf<Q>> => (), |_, ()| ();

    /// The future of [`QueueOf::reserve_owned`](super::QueueOf::reserve_owned): as [`ReserveFuture`], with a slot
    /// that keeps the queue alive.
    pub struct OwnedReserveFuture[Q: AnyQueue][Q] waits as Wait<Arc<Q>, ReserveOf<Q>>
    => Result<Slot<Arc<Q>>, Closed>, |queue, grant, taker| grant.map(|()| Slot::new(queue, taker));
}

/// A wait for the first item, whatever kind of queue it is.
#[inline]
#[cfg_attr(feature = "diagnose", track_caller)]
pub(super) fn pop<Q: AnyQueue>(queue: &Q) -> PopFuture<'_, Q> {
    PopFuture::over(Wait::new(queue, ()))
}

macro_rules! cancels {
    ($([$($generics:tt)*] $push:ty;)+) => {$(
        #[allow(single_use_lifetimes, reason = "the macro declares what its caller names")]
        impl<$($generics)*> $push {
            /// Ends the push and returns the item, unless it is in the queue already.
            ///
            /// # Examples
            /// ```
            /// # use anywake_core as anywake;
            /// let queue = anywake::StaticQueue::<&str, 1>::new();
            /// let push = core::pin::pin!(queue.push("item"));
            /// assert_eq!(push.cancel(), Some("item"));
            /// assert!(queue.is_empty());
            /// ```
            pub fn cancel(self: Pin<&mut Self>) -> Option<Q::Item> {
                // SAFETY: W8, the wait is over, and this owns its future.
                unsafe { self.project().withdraw().1.take() }
            }
        }
    )+};
}

cancels! {
    ['a, Q: AnyQueue] PushFuture<'a, Q>;
}

#[cfg(feature = "alloc")]
cancels! {
    [Q: AnyQueue] OwnedPushFuture<Q>;
}
