//! The one future, and the macro that stamps the named ones over it.

use core::pin::Pin;
use core::task::{Context, Poll};

use super::handle::{Holds, Primitive};
use super::policy::Policy;
use super::poll::{Cancelled, cancel, enable, is_decided, poll, polled_again};
use super::status::Verdict;
use super::waiter::{Phase, Waiter};
use crate::sys::atomic::const_fn;

/// The future of every wait of one queue: how the primitive is held, and a waiter.
pub(crate) struct Wait<H, P>
where
    P: Policy,
    H: Holds<Target: Primitive<Core = P::Core>>,
{
    /// Taken out for an output that needs it.
    handle: Option<H>,
    waiter: Waiter<P::Request>,
}

impl<H, P> Wait<H, P>
where
    P: Policy,
    H: Holds<Target: Primitive<Core = P::Core>>,
{
    const_fn! {
        #[inline]
        pub(crate) const fn new(handle: H, request: P::Request) -> Self {
            Self { handle: Some(handle), waiter: Waiter::new(request) }
        }
    }

    #[inline]
    fn core(&self) -> &P::Core {
        self.handle.as_ref().unwrap_or_else(|| polled_again()).core()
    }

    pub(crate) fn phase(&self) -> Phase {
        self.waiter.phase()
    }

    pub(crate) fn is_decided(&self) -> bool {
        is_decided::<P>(&self.waiter)
    }

    /// Polls; returns what was granted.
    #[cfg_attr(not(feature = "critical-section"), inline(always))]
    #[cfg_attr(feature = "critical-section", inline)]
    pub(crate) fn poll(self: Pin<&mut Self>, context: &Context<'_>) -> Poll<P::Grant> {
        // SAFETY: pinned with the future, whose drop cancels (W1); the handle is always of one core (H1, W6).
        unsafe { poll::<P>(self.core(), &self.waiter, context) }
    }

    /// The handle, for the output of a wait that is over.
    #[inline]
    pub(crate) fn take_handle(self: Pin<&mut Self>) -> H {
        // SAFETY: W3. The handle is not pinned, and nothing else is moved out.
        let this = unsafe { self.get_unchecked_mut() };
        this.handle.take().unwrap_or_else(|| polled_again())
    }

    pub(crate) fn enable(self: Pin<&mut Self>) -> bool {
        // SAFETY: as in `poll`: pinned with the future, whose drop cancels (W1), always of one core (H1, W6).
        unsafe { enable::<P>(self.core(), &self.waiter) }
    }

    /// Ends the wait as a drop would. Returns what was asked for.
    pub(crate) fn withdraw(self: Pin<&mut Self>) -> &P::Request {
        // SAFETY: nothing is moved out, and the waiter is reached by shared reference only (W3).
        let this = unsafe { self.get_unchecked_mut() };
        this.abandon();
        // SAFETY: this owns the waiter, and after a cancel the waiter is in no list (W1).
        unsafe { this.waiter.finish() };
        &this.waiter.request
    }

    #[inline]
    fn abandon(&self) {
        if self.waiter.phase() != Phase::Queued {
            return;
        }
        let core = self.core();
        // SAFETY: this owns the waiter (W3), which was used with this policy and this core only (H1, W6).
        if unsafe { cancel::<P>(core, &self.waiter) } == Cancelled::Decided(Verdict::Granted) {
            // mistake cancel_drops_the_grant: P::give_back(core, &self.waiter.request); ~>
            P::give_back(core, &self.waiter.request);
        }
    }
}

impl<H, P> Drop for Wait<H, P>
where
    P: Policy,
    H: Holds<Target: Primitive<Core = P::Core>>,
{
    #[inline]
    fn drop(&mut self) {
        self.abandon();
    }
}

/// Stamps a public future over a [`Wait`], with a name and an output of its own.
///
/// ```text
/// wait_futures! {
///     /// Documentation
///     pub struct Name[generics, bounded][generics] waits as Wait<Handle, Policy>
///     => Output, |wait, grant| what makes the output of the wait that is over and of its grant;
/// }
/// ```
macro_rules! wait_futures {
    ($(
        $(#[$meta:meta])*
        pub struct $name:ident[$($declared:tt)*][$($used:tt)*] waits as $wait:ty
        => $output:ty, |$over:pat_param, $grant:pat_param| $make:expr;
    )+) => {$(
        $(#[$meta])*
        ///
        /// The future is lazy: it asks for nothing until it is first polled, and takes its place in the queue then.
        /// Dropping it at any point is safe, and passes on what it was granted but did not take.
        ///
        /// # Panics
        /// If it is polled again after it has returned its output.
        #[must_use = "a wait does nothing unless it is awaited"]
        pub struct $name<$($declared)*> {
            wait: $wait,
        }

        #[allow(single_use_lifetimes, reason = "the macro declares what its caller names")]
        impl<$($declared)*> $name<$($used)*> {
            #[inline]
            pub(crate) fn over(wait: $wait) -> Self {
                Self { wait }
            }

            #[inline]
            fn project(self: core::pin::Pin<&mut Self>) -> core::pin::Pin<&mut $wait> {
                // SAFETY: the wait is pinned with this (W1): it is never moved out, and there is no other field.
                unsafe { self.map_unchecked_mut(|this| &mut this.wait) }
            }

            /// Takes the place in the queue now, without a waker. Returns whether the wait is decided, so that the next
            /// poll returns the output.
            ///
            /// Use it to begin to wait, then look at what the wait is for, and only then await: nothing that happens
            /// after `enable` is missed.
            ///
            /// # Panics
            /// If the future has returned its output.
            pub fn enable(self: core::pin::Pin<&mut Self>) -> bool {
                self.project().enable()
            }

            /// Whether the wait is decided, so that the next poll returns the output. False before the first poll or
            /// [`enable`](Self::enable), and after the output is returned. The waker stays as it is.
            pub fn is_decided(&self) -> bool {
                self.wait.is_decided()
            }
        }

        #[allow(single_use_lifetimes, reason = "the macro declares what its caller names")]
        impl<$($declared)*> core::future::Future for $name<$($used)*> {
            type Output = $output;

            #[cfg_attr(not(feature = "critical-section"), inline(always))]
            #[cfg_attr(feature = "critical-section", inline)]
            fn poll(
                self: core::pin::Pin<&mut Self>,
                context: &mut core::task::Context<'_>,
            ) -> core::task::Poll<$output> {
                let mut wait = self.project();
                let $grant = core::task::ready!(wait.as_mut().poll(context));
                let $over = wait;
                core::task::Poll::Ready($make)
            }
        }

        #[cfg(feature = "futures")]
        #[cfg_attr(docsrs, doc(cfg(feature = "futures")))]
        #[allow(single_use_lifetimes, reason = "the macro declares what its caller names")]
        impl<$($declared)*> futures_core::FusedFuture for $name<$($used)*> {
            fn is_terminated(&self) -> bool {
                self.wait.phase() == $crate::wait::waiter::Phase::Done
            }
        }

        #[allow(single_use_lifetimes, reason = "the macro declares what its caller names")]
        impl<$($declared)*> core::fmt::Debug for $name<$($used)*> {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.debug_struct(stringify!($name)).field("phase", &self.wait.phase()).finish_non_exhaustive()
            }
        }
    )+};
}
pub(crate) use wait_futures;
