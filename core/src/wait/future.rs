//! The one future, and the macro that stamps the named ones over it.

use core::mem::ManuallyDrop;
use core::pin::Pin;
use core::task::{Context, Poll};

use super::handle::{Holds, Primitive};
use super::policy::Policy;
use super::poll::{begin, enable, give_up, is_decided, polled_again, proceed};
use super::trace::Taker;
use super::waiter::{Phase, Waiter};
use crate::sys::atomic::const_fn;

/// The future of every wait of one queue: how the primitive is held, and a waiter.
// Not an `Option` of the handle: it would take the handle's niche away from an `Option` of the future, which is a word
// longer then, and is made on the stack and copied.
pub(crate) struct Wait<H, P>
where
    P: Policy,
    H: Holds<Target: Primitive<Core = P::Core>>,
{
    /// Moved out when the phase becomes `Done` (W3).
    handle: ManuallyDrop<H>,
    waiter: Waiter<P::Request>,
}

impl<H, P> Wait<H, P>
where
    P: Policy,
    H: Holds<Target: Primitive<Core = P::Core>>,
{
    const_fn! {
        #[inline]
        #[cfg_attr(feature = "diagnose", track_caller)]
        pub(crate) const fn new(handle: H, request: P::Request) -> Self {
            Self { handle: ManuallyDrop::new(handle), waiter: Waiter::new(request) }
        }
    }

    /// The core of a wait that is not over.
    #[inline]
    fn core(&self) -> &P::Core {
        if self.waiter.phase() == Phase::Done {
            polled_again();
        }
        self.handle.core()
    }

    pub(crate) fn phase(&self) -> Phase {
        self.waiter.phase()
    }

    /// Who takes what was granted, in this poll.
    #[inline]
    pub(crate) fn taker(&self, context: &Context<'_>) -> Taker {
        self.waiter.taker(context)
    }

    pub(crate) fn is_decided(&self) -> bool {
        is_decided::<P>(&self.waiter)
    }

    /// Polls. Returns the handle, for an output that needs it, and what was granted.
    #[cfg_attr(not(feature = "critical-section"), inline(always))]
    #[cfg_attr(feature = "critical-section", inline)]
    pub(crate) fn poll(self: Pin<&mut Self>, context: &Context<'_>) -> Poll<(H, P::Grant)> {
        // SAFETY: W3. The handle is not pinned, and nothing else is moved out.
        let this = unsafe { self.get_unchecked_mut() };
        let (core, waiter) = (this.core(), &this.waiter);
        if waiter.phase() == Phase::Idle {
            // SAFETY: idle, pinned with the future, whose drop cancels (W1); the handle is always of one core (H1, W6).
            let Some(grant) = (unsafe { begin::<P>(core, waiter, context) }) else { return Poll::Pending };
            // SAFETY: W3, the phase has just become `Done`.
            Poll::Ready((unsafe { ManuallyDrop::take(&mut this.handle) }, grant))
        } else {
            // SAFETY: queued, and the rest as above (H1, W1, W6).
            let Some(verdict) = (unsafe { proceed::<P>(core, waiter, context) }) else {
                return Poll::Pending;
            };
            // SAFETY: W3, as above. Before `take`, which may wake others: a waker that panics leaks no handle.
            let handle = unsafe { ManuallyDrop::take(&mut this.handle) };
            let grant = P::take(handle.core(), verdict, &this.waiter.request);
            Poll::Ready((handle, grant))
        }
    }

    pub(crate) fn enable(self: Pin<&mut Self>) -> bool {
        // SAFETY: as in `poll`: pinned with the future, whose drop cancels (W1), always of one core (H1, W6).
        unsafe { enable::<P>(self.core(), &self.waiter) }
    }

    /// Ends the wait as a drop would. Returns the handle, if the output did not take it, and what was asked for.
    pub(crate) fn withdraw(self: Pin<&mut Self>) -> (Option<H>, &P::Request) {
        // SAFETY: nothing pinned is moved out, and the waiter is reached by shared reference only (W3).
        let this = unsafe { self.get_unchecked_mut() };
        let handle = this.leave();
        // SAFETY: this owns the waiter, which is in no list any more (W1).
        unsafe { this.waiter.finish() };
        (handle, &this.waiter.request)
    }

    /// Leaves the queue. Small, so that it is inlined wherever a future may be dropped: the compiler then sees that a
    /// future that was not polled yet can be made where it is going to be, and need not be copied.
    #[inline]
    fn leave(&mut self) -> Option<H> {
        let phase = self.waiter.phase();
        if phase == Phase::Done {
            return None;
        }
        // SAFETY: W3, the phase is not `Done` yet. It is before a waker can panic in `give_up`, or nothing panics.
        let handle = unsafe { ManuallyDrop::take(&mut self.handle) };
        if phase == Phase::Queued {
            // SAFETY: this owns the waiter (W3), which was used with this policy and this core only (H1, W6).
            unsafe { give_up::<P>(handle.core(), &self.waiter) };
        }
        Some(handle)
    }
}

impl<H, P> Drop for Wait<H, P>
where
    P: Policy,
    H: Holds<Target: Primitive<Core = P::Core>>,
{
    #[inline]
    fn drop(&mut self) {
        drop(self.leave());
    }
}

/// Stamps a public future over a [`Wait`], with a name and an output of its own.
///
/// ```text
/// wait_futures! {
///     /// Documentation
///     pub struct Name[generics, bounded][generics][= default of the last] waits as Wait<Handle, Policy>
///     => Output, |handle, grant| what makes the output;
///     // Or, for an output that holds something: |handle, grant, who takes it| ...
/// }
/// ```
macro_rules! wait_futures {
    ($(
        $(#[$meta:meta])*
        pub struct $name:ident[$($declared:tt)*][$($used:tt)*]$([$($default:tt)*])? waits as $wait:ty
        => $output:ty, |$handle:pat_param, $grant:pat_param $(, $taker:pat_param)?| $make:expr;
    )+) => {$(
        $(#[$meta])*
        ///
        /// The future is lazy: it asks for nothing until it is first polled, and takes its place in the queue then.
        /// Dropping it at any point is safe, and passes on what it was granted but did not take.
        ///
        /// # Panics
        /// If it is polled again after it has returned its output.
        #[must_use = "a wait does nothing unless it is awaited"]
        pub struct $name<$($declared)* $($($default)*)?> {
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
            ///
            /// # Examples
            /// With an event, for example:
            /// ```
            /// # use anywake_core as anywake;
            /// let event = anywake::Event::new();
            /// let mut wait = core::pin::pin!(event.wait());
            /// assert!(!wait.as_mut().enable());
            /// event.set();
            /// event.clear();
            /// assert!(wait.as_mut().enable(), "it waited when the flag was set");
            /// ```
            pub fn enable(self: core::pin::Pin<&mut Self>) -> bool {
                self.project().enable()
            }

            /// Whether the wait is decided, so that the next poll returns the output. False before the first poll or
            /// [`enable`](Self::enable), and after the output is returned. The waker stays as it is.
            ///
            /// # Examples
            /// With a lock, for example:
            /// ```
            /// # use anywake_core as anywake;
            /// let lock = anywake::Lock::new(());
            /// let guard = lock.try_lock();
            /// let mut wait = core::pin::pin!(lock.lock());
            /// wait.as_mut().enable();
            /// assert!(!wait.is_decided());
            /// drop(guard);
            /// assert!(wait.is_decided());
            /// ```
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
                mut self: core::pin::Pin<&mut Self>,
                context: &mut core::task::Context<'_>,
            ) -> core::task::Poll<$output> {
                let ($handle, $grant) = core::task::ready!(self.as_mut().project().poll(context));
                $(let $taker = self.wait.taker(context);)?
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
