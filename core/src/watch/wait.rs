//! How to wait for a watch: for a newer version, for a value that fulfils a predicate, and for the end of all receivers.

#[cfg(feature = "alloc")]
use crate::sys::Arc;
use core::fmt;
use core::future::Future;
use core::ops::Deref;
use core::pin::Pin;
use core::task::{Context, Poll, ready};

use super::Watch;
use super::ends::ReceiverOf;
use super::guard::{Ref, WatchHandle, WatchRef};
use super::raw::{LISTENERS, NOTHING, RECEIVERS, WatchCore};
use crate::closed::Closed;
use crate::wait::future::{Wait, wait_futures};
use crate::wait::handle::Holds;
use crate::wait::policy::{Look, Policy};
use crate::wait::queue::Locked;
use crate::wait::status::Verdict;
use crate::wait::waiter::ListOf;

/// Asks for a version that is newer than the one that was seen.
pub(crate) enum ChangedWait {}

// SAFETY: `RECEIVERS` is the list of a `WatchCore` for requests of `u64` (W6); `look` returns the `Locked` that it was
// given, and neither it nor `after_cancel` takes the lock again.
unsafe impl Policy for ChangedWait {
    type Core = WatchCore;
    type Request = u64;
    /// The version that can be read now.
    type Grant = Result<u64, Closed>;

    const LIST: ListOf<u64> = RECEIVERS;
    const HANDS_OVER: bool = false;
    const IS_KEPT_WAITING: bool = false;

    #[inline]
    fn try_now(core: &WatchCore, seen: &u64) -> Option<Self::Grant> {
        core.news(*seen)
    }

    #[inline]
    fn look<'q>(_: &WatchCore, locked: Locked<'q, WatchCore>, seen: &u64) -> Look<'q, WatchCore> {
        match locked.state().verdict(*seen) {
            Some(verdict) => Look::Done(verdict),
            None => Look::Wait(locked),
        }
    }

    /// The version of now, and not of the moment of the grant: what came between need not wake the receiver once more.
    #[inline]
    fn take(core: &WatchCore, verdict: Verdict, _: &u64) -> Self::Grant {
        match verdict {
            Verdict::Granted => Ok(core.visible()),
            Verdict::Refused => Err(Closed),
        }
    }

    /// A version is for all receivers; there is nothing to give back.
    #[inline]
    fn give_back(_: &WatchCore, _: &u64) {}

    #[inline]
    fn after_cancel(_: &WatchCore, _: Locked<'_, WatchCore>, _: &u64) {}
}

/// Asks for the end of all receivers, or of the watch.
pub(crate) enum ClosedWait {}

// SAFETY: `LISTENERS` is the list of a `WatchCore` for requests of `()` (W6); `look` returns the `Locked` that it was
// given, and neither it nor `after_cancel` takes the lock again.
unsafe impl Policy for ClosedWait {
    type Core = WatchCore;
    type Request = ();
    type Grant = ();

    const LIST: ListOf<()> = LISTENERS;
    const HANDS_OVER: bool = false;
    const IS_KEPT_WAITING: bool = false;

    #[inline]
    fn try_now(core: &WatchCore, (): &()) -> Option<()> {
        core.lock().state().is_abandoned().then_some(())
    }

    #[inline]
    fn look<'q>(_: &WatchCore, locked: Locked<'q, WatchCore>, (): &()) -> Look<'q, WatchCore> {
        if locked.state().is_abandoned() { Look::Done(Verdict::Granted) } else { Look::Wait(locked) }
    }

    #[inline]
    fn take(_: &WatchCore, _: Verdict, (): &()) {}

    #[inline]
    fn give_back(_: &WatchCore, (): &()) {}

    #[inline]
    fn after_cancel(_: &WatchCore, _: Locked<'_, WatchCore>, (): &()) {}
}

// SAFETY: H1, the receiver is borrowed, so its handle is not changed, and that promises the rest.
unsafe impl<H: WatchHandle> Holds for &mut ReceiverOf<H> {}

/// A receiver that lies in a future.
pub(crate) struct Owned<H: WatchHandle>(pub(super) ReceiverOf<H>);

impl<H: WatchHandle> Deref for Owned<H> {
    type Target = ReceiverOf<H>;

    fn deref(&self) -> &ReceiverOf<H> {
        &self.0
    }
}

// SAFETY: H1, the handle in the receiver is not changed while this exists, and it promises the rest. The core does not
// lie in the receiver, and so does not move with it.
unsafe impl<H: WatchHandle> Holds for Owned<H> {}

wait_futures! {
    /// The future of [`ReceiverOf::changed`]: waits for a version that the receiver has not seen, and marks it as seen.
    pub struct ChangedFuture['a, H: WatchHandle]['a, H] waits as Wait<&'a mut ReceiverOf<H>, ChangedWait>
    => Result<(), Closed>, |receiver, news| news.map(|version| receiver.see(version));

    /// The future of [`ReceiverOf::changed_owned`]: as [`ChangedFuture`], and owns the receiver, which it returns.
    pub struct OwnedChangedFuture[H: WatchHandle][H] waits as Wait<Owned<H>, ChangedWait>
    => (ReceiverOf<H>, Result<(), Closed>), |Owned(mut receiver), news| {
        let changed = news.map(|version| receiver.see(version));
        (receiver, changed)
    };

    /// The future of [`Watch::closed`]: waits until no receiver is left, or the watch is closed.
    pub struct ClosedFuture['a, T]['a, T] waits as Wait<&'a Watch<T>, ClosedWait> => (), |_, ()| ();
}

#[cfg(feature = "alloc")]
wait_futures! {
    /// The future of [`Watch::closed_owned`]: as [`ClosedFuture`], and keeps the watch alive.
    pub struct OwnedClosedFuture[T][T] waits as Wait<Arc<Watch<T>>, ClosedWait> => (), |_, ()| ();
}

/// The future of [`ReceiverOf::wait_for`]: waits for a value that fulfils the predicate.
///
/// Dropping it at any point is safe, and marks nothing as seen.
///
/// # Panics
/// If it is polled again after it has returned its output, or after the predicate has panicked.
#[must_use = "a wait does nothing unless it is awaited"]
pub struct WaitForFuture<'a, H: WatchHandle, F> {
    /// Pinned. For a version newer than the one that the predicate has looked at.
    wait: Wait<&'a mut ReceiverOf<H>, ChangedWait>,
    predicate: F,
    /// Calls the predicate. It is stored, so that what polls this need not know that `F` is a function of every `&T`: with
    /// that in the bounds of the `impl`, the future of a value with a lifetime cannot be spawned (rust-lang/rust#102211).
    call: fn(&mut F, &H::Value) -> bool,
}

impl<'a, H: WatchHandle, F: FnMut(&H::Value) -> bool> WaitForFuture<'a, H, F> {
    #[cfg_attr(feature = "diagnose", track_caller)]
    pub(super) fn new(receiver: &'a mut ReceiverOf<H>, predicate: F) -> Self {
        Self { wait: Wait::new(receiver, NOTHING), predicate, call: |predicate, value| predicate(value) }
    }
}

impl<'a, H: WatchHandle, F> Future for WaitForFuture<'a, H, F> {
    type Output = Result<WatchRef<'a, H::Value>, Closed>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        // SAFETY: W1, only `wait` is pinned, and it is replaced in its place, after its drop. (`F` is never pinned.)
        let this = unsafe { self.get_unchecked_mut() };
        // SAFETY: W1, `wait` is pinned with the future.
        let mut wait = unsafe { Pin::new_unchecked(&mut this.wait) };
        loop {
            let (receiver, news) = ready!(wait.as_mut().poll(context));
            if let Err(closed) = news {
                return Poll::Ready(Err(closed));
            }
            let value = receiver.borrow();
            if (this.call)(&mut this.predicate, &value) {
                let pinned = Ref::into_pinned(value);
                receiver.see(pinned.version);
                // SAFETY: V1, the caller of `into_pinned` is the reader, and hands that on.
                return Poll::Ready(Ok(unsafe { Ref::new(receiver.watch_ref(), pinned) }));
            }
            let looked_at = Ref::version(&value);
            drop(value);
            wait.set(Wait::new(receiver, looked_at));
        }
    }
}

impl<H: WatchHandle, F> fmt::Debug for WaitForFuture<'_, H, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WaitForFuture").field("phase", &self.wait.phase()).finish_non_exhaustive()
    }
}
