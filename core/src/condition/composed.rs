//! Waits for a condition that are made of [`wait`](Condition::wait) and [`lock`](crate::Lock::lock).

use core::fmt;
use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll, ready};

use super::Condition;
use super::wait::TwoQueueWait;
use crate::lock::{Guard, LockHandle, LockWait};
use crate::wait::future::Wait;
use crate::wait::poll::polled_again;

/// The future of [`Condition::wait_for`].
#[must_use = "a wait does nothing unless it is awaited"]
pub struct ConditionForFuture<'c, H: LockHandle, F> {
    condition: &'c Condition,
    predicate: F,
    /// The lock, while the wait has not begun.
    guard: Option<Guard<H>>,
    /// Pinned.
    wait: Option<TwoQueueWait<&'c Condition, H>>,
}

impl<'c, H: LockHandle, F> ConditionForFuture<'c, H, F> {
    pub(super) fn new(condition: &'c Condition, guard: Guard<H>, predicate: F) -> Self {
        Self { condition, predicate, guard: Some(guard), wait: None }
    }
}

impl<H, F> Future for ConditionForFuture<'_, H, F>
where
    H: LockHandle,
    F: FnMut(&mut H::Value) -> bool,
{
    type Output = Guard<H>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        // SAFETY: W1, only `wait` is pinned, and it is not moved out of its place. (`F` and the guard are never pinned.)
        let this = unsafe { self.get_unchecked_mut() };
        // SAFETY: W1, `wait` is pinned with the future.
        let mut wait = unsafe { Pin::new_unchecked(&mut this.wait) };
        loop {
            if let Some(waits) = wait.as_mut().as_pin_mut() {
                this.guard = Some(ready!(waits.poll(context)));
                wait.set(None);
            }
            // Out of the future, so that a panic in the predicate unlocks at once.
            let mut guard = this.guard.take().unwrap_or_else(|| polled_again());
            if (this.predicate)(&mut guard) {
                return Poll::Ready(guard);
            }
            wait.set(Some(TwoQueueWait::new(this.condition, guard)));
        }
    }
}

/// The future of [`Condition::wait_until`].
#[must_use = "a wait does nothing unless it is awaited"]
pub struct ConditionUntilFuture<'c, H: LockHandle, C> {
    /// Pinned, as the next two.
    wait: TwoQueueWait<&'c Condition, H>,
    cancel: C,
    /// The way back to the lock after a cancellation.
    relock: Option<Wait<H, LockWait>>,
    /// `cancel` is not polled again.
    cancelled: bool,
}

impl<'c, H: LockHandle, C> ConditionUntilFuture<'c, H, C> {
    #[cfg_attr(feature = "diagnose", track_caller)]
    pub(super) fn new(condition: &'c Condition, guard: Guard<H>, cancel: C) -> Self {
        Self { wait: TwoQueueWait::new(condition, guard), cancel, relock: None, cancelled: false }
    }
}

impl<H: LockHandle, C: Future> Future for ConditionUntilFuture<'_, H, C> {
    type Output = (Guard<H>, bool);

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        // SAFETY: W1, the pinned fields are not moved out of their places.
        let this = unsafe { self.get_unchecked_mut() };
        // SAFETY: W1, `wait` is pinned with the future.
        let mut wait = unsafe { Pin::new_unchecked(&mut this.wait) };
        // SAFETY: W1, `cancel` is pinned with the future.
        let cancel = unsafe { Pin::new_unchecked(&mut this.cancel) };
        // SAFETY: W1, `relock` is pinned with the future.
        let mut relock = unsafe { Pin::new_unchecked(&mut this.relock) };

        if relock.is_none() {
            if let Poll::Ready(guard) = wait.as_mut().poll(context) {
                return Poll::Ready((guard, true));
            }
            if !this.cancelled && cancel.poll(context).is_ready() {
                this.cancelled = true;
                // Else it was notified just before, and goes on to the lock.
                let lock = wait.withdraw();
                relock.set(lock.map(|lock| Wait::new(lock, ())));
            }
        }
        let Some(mut relock) = relock.as_pin_mut() else { return Poll::Pending };
        let (lock, ()) = ready!(relock.as_mut().poll(context));
        Poll::Ready((Guard::new(lock, relock.taker(context)), false))
    }
}

macro_rules! unfinished_debug {
    ($name:ident, $parameter:ident) => {
        impl<H: LockHandle, $parameter> fmt::Debug for $name<'_, H, $parameter> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($name)).finish_non_exhaustive()
            }
        }
    };
}

unfinished_debug!(ConditionForFuture, F);
unfinished_debug!(ConditionUntilFuture, C);
