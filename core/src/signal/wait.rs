//! How to wait for the value.

#[cfg(feature = "alloc")]
use crate::sys::Arc;
use core::marker::PhantomData;

use super::Signal;
use super::raw::{SignalCore, WAITING};
use crate::wait::future::{Wait, wait_futures};
use crate::wait::policy::{Look, Policy};
use crate::wait::queue::Locked;
use crate::wait::status::Verdict;
use crate::wait::waiter::ListOf;

/// Asks for the value.
pub(crate) struct SignalWait<T>(PhantomData<T>);

// SAFETY: `WAITING` is the one list of a `SignalCore`, whose requests are `()` (W6); `look` returns the `Locked` that it was
// given, and neither it nor `after_cancel` takes the lock again.
unsafe impl<T> Policy for SignalWait<T> {
    type Core = SignalCore<T>;
    type Request = ();
    type Grant = T;

    const LIST: ListOf<()> = WAITING;

    #[inline]
    fn try_now(core: &SignalCore<T>, (): &()) -> Option<T> {
        // A free value means that nobody waits (X2), so this overtakes nobody.
        core.try_take()
    }

    #[inline]
    fn look<'q>(
        _: &SignalCore<T>,
        mut locked: Locked<'q, SignalCore<T>>,
        (): &(),
    ) -> Look<'q, SignalCore<T>> {
        if SignalCore::claim(&mut locked) { Look::Done(Verdict::Granted) } else { Look::Wait(locked) }
    }

    /// No wait is ever refused.
    #[inline]
    fn take(core: &SignalCore<T>, _: Verdict, (): &()) -> T {
        core.take_promised()
    }

    #[inline]
    fn give_back(core: &SignalCore<T>, (): &()) {
        // mistake a_value_is_lost_with_its_wait: core.return_promise(); ~> let _ = core;
        core.return_promise();
    }

    /// A cancelled wait had been promised nothing, so no waiter becomes due.
    #[inline]
    fn after_cancel(_: &SignalCore<T>, _: Locked<'_, SignalCore<T>>, (): &()) {}
}

wait_futures! {
    /// The future of [`Signal::wait`]: waits for a value, and takes it.
    pub struct SignalFuture['a, T]['a, T] waits as Wait<&'a Signal<T>, SignalWait<T>> => T, |_, value| value;
}

#[cfg(feature = "alloc")]
wait_futures! {
    /// The future of [`Signal::wait_owned`]: as [`SignalFuture`], and keeps the signal alive.
    pub struct OwnedSignalFuture[T][T] waits as Wait<Arc<Signal<T>>, SignalWait<T>> => T, |_, value| value;
}
