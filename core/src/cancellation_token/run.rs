//! A future that runs until a token is cancelled.

use core::fmt;
use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll, ready};

use super::raw::{Node, NodeRef};
use super::wait::CancelWait;
use crate::wait::future::Wait;
use crate::wait::handle::Handle;
#[cfg(feature = "futures")]
use crate::wait::waiter::Phase;

/// A wait for a cancellation, and a future that runs meanwhile.
struct Run<H: Handle<Target = Node>, F> {
    /// Pinned, as the future. Done as soon as this has returned its output.
    wait: Wait<H, CancelWait>,
    future: Option<F>,
}

impl<H: Handle<Target = Node>, F: Future> Run<H, F> {
    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<F::Output>> {
        // SAFETY: W1, the two fields are not moved out of their places.
        let this = unsafe { self.get_unchecked_mut() };
        // SAFETY: W1, `wait` is pinned with the future.
        let mut wait = unsafe { Pin::new_unchecked(&mut this.wait) };
        // SAFETY: W1, `future` is pinned with the future.
        let mut future = unsafe { Pin::new_unchecked(&mut this.future) };
        // mistake the_future_goes_first: wait.as_mut().poll(context).is_ready() ~>
        //     future.as_mut().as_pin_mut().is_none_or(|future| future.poll(context).is_pending())
        //     && wait.as_mut().poll(context).is_ready()
        // The token first: a future whose token is cancelled is not polled again.
        if wait.as_mut().poll(context).is_ready() {
            // mistake a_cancelled_future_is_kept: future.set(None); ~>
            future.set(None);
            return Poll::Ready(None);
        }
        let Some(running) = future.as_mut().as_pin_mut() else { return Poll::Pending };
        let output = ready!(running.poll(context));
        wait.withdraw();
        future.set(None);
        Poll::Ready(Some(output))
    }
}

macro_rules! run_futures {
    ($(
        $(#[$meta:meta])*
        pub struct $name:ident[$($lifetime:lifetime)?] over $handle:ty;
    )+) => {$(
        $(#[$meta])*
        ///
        /// Its output is that of the future inside, or `None` if the token was cancelled before. In either case the future
        /// inside is dropped before the output is returned.
        ///
        /// # Panics
        /// If it is polled again after it has returned its output, and if the future inside panics.
        #[must_use = "a future does nothing unless it is awaited"]
        pub struct $name<$($lifetime,)? F> {
            run: Run<$handle, F>,
        }

        #[allow(single_use_lifetimes, reason = "the macro declares what its caller names")]
        impl<$($lifetime,)? F> $name<$($lifetime,)? F> {
            #[cfg_attr(feature = "diagnose", track_caller)]
            pub(super) fn new(token: $handle, future: F) -> Self {
                Self { run: Run { wait: Wait::new(token, ()), future: Some(future) } }
            }
        }

        #[allow(single_use_lifetimes, reason = "the macro declares what its caller names")]
        impl<$($lifetime,)? F: Future> Future for $name<$($lifetime,)? F> {
            type Output = Option<F::Output>;

            fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
                // SAFETY: W1, the one field is pinned with this, and never moved out.
                unsafe { self.map_unchecked_mut(|this| &mut this.run) }.poll(context)
            }
        }

        #[cfg(feature = "futures")]
        #[cfg_attr(docsrs, doc(cfg(feature = "futures")))]
        #[allow(single_use_lifetimes, reason = "the macro declares what its caller names")]
        impl<$($lifetime,)? F: Future> futures_core::FusedFuture for $name<$($lifetime,)? F> {
            fn is_terminated(&self) -> bool {
                self.run.wait.phase() == Phase::Done
            }
        }

        #[allow(single_use_lifetimes, reason = "the macro declares what its caller names")]
        impl<$($lifetime,)? F> fmt::Debug for $name<$($lifetime,)? F> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($name)).field("phase", &self.run.wait.phase()).finish_non_exhaustive()
            }
        }
    )+};
}

run_futures! {
    /// The future of [`run_until_cancelled`](super::CancellationToken::run_until_cancelled).
    pub struct RunUntilCancelledFuture['a] over &'a Node;

    /// The future of [`run_until_cancelled_owned`](super::CancellationToken::run_until_cancelled_owned): as
    /// [`RunUntilCancelledFuture`], and owns the token.
    pub struct OwnedRunUntilCancelledFuture[] over NodeRef;
}
