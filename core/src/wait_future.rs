//! The future of every wait: a policy and a waiter, polled and cancelled by the protocol.

use core::fmt;
use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll};

use crate::loom::const_fn;
use crate::wait_queue::{Cancelled, Policy, cancel, poll};
use crate::waiter::Waiter;

/// The future of every wait that this crate knows; the names with meaning are aliases of it.
///
/// It is lazy: it asks for nothing until it is first polled, and takes its place in the queue then. It gives
/// its output once. Dropping it at any point is safe, and passes on what it was given but did not take.
///
/// # Panics
/// Polled again after it has completed, it panics.
#[must_use = "a wait does nothing unless it is awaited"]
pub struct WaitFuture<P: Policy> {
    policy: P,
    waiter: Waiter<P::Request>,
}

impl<P: Policy> WaitFuture<P> {
    const_fn! {
        #[inline]
        pub(crate) const fn new(policy: P, request: P::Request) -> Self {
            Self { policy, waiter: Waiter::new(request) }
        }
    }

    /// Ends the wait as a drop would, and gives access to what is left.
    pub(crate) fn withdraw(self: Pin<&mut Self>) -> &P::Request {
        // SAFETY: nothing is moved out, and the waiter is reached by shared reference only.
        let this = unsafe { self.get_unchecked_mut() };
        this.abandon();
        this.waiter.finish();
        &this.waiter.request
    }

    #[inline]
    fn abandon(&self) {
        if let Cancelled::Decided(verdict) = cancel(&self.policy, &self.waiter) {
            self.policy.revoke(verdict, &self.waiter.request);
        }
    }
}

impl<P: Policy> Future for WaitFuture<P> {
    type Output = P::Output;

    #[cfg_attr(not(feature = "critical-section"), inline(always))]
    #[cfg_attr(feature = "critical-section", inline)]
    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<P::Output> {
        // SAFETY: the policy is not pinned by it, and the waiter is not moved.
        let this = unsafe { self.get_unchecked_mut() };
        // SAFETY: pinned with the future, whose drop cancels.
        unsafe { poll(&mut this.policy, &this.waiter, context) }
    }
}

impl<P: Policy> Drop for WaitFuture<P> {
    #[inline]
    fn drop(&mut self) {
        self.abandon();
    }
}

#[cfg(feature = "futures")]
impl<P: Policy> futures_core::FusedFuture for WaitFuture<P> {
    fn is_terminated(&self) -> bool {
        self.waiter.phase() == crate::waiter::Phase::Done
    }
}

impl<P: Policy> fmt::Debug for WaitFuture<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WaitFuture").field("phase", &self.waiter.phase()).finish_non_exhaustive()
    }
}
