//! [`until`]: a stream with a deadline.

use core::fmt;
use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll, ready};
use core::time::Duration;

use anywake_core::Timer;
use futures_core::{FusedStream, Stream};
use pin_project_lite::pin_project;

use crate::wait::Elapsed;

/// The items of `stream` until `deadline` completes: then one `Err`, and the end.
///
/// Before each item the deadline is polled first. So a stream that is always ready ends too, and an item that is ready
/// when the deadline comes stays in the stream, or in what the stream takes it from: a queue keeps it. A single wait
/// is decided the other way round: with [`Wait::until`](crate::Wait::until) the grant wins.
///
/// # Examples
///
/// ```
/// use anywake::{Elapsed, blocking, stream};
/// use futures_util::{StreamExt, stream as streams};
/// use std::task::Poll;
///
/// let mut looks = 0;
/// let third_look = std::future::poll_fn(|_| {
///     looks += 1;
///     if looks < 3 { Poll::Pending } else { Poll::Ready(()) }
/// });
/// let items: Vec<_> = blocking::wait(stream::until(streams::repeat(7), third_look).collect());
/// assert_eq!(items, [Ok(7), Ok(7), Err(Elapsed(()))]);
/// ```
pub fn until<S: Stream, D: Future>(stream: S, deadline: D) -> Until<S, D> {
    Until { state: State::Open { stream, deadline } }
}

/// The items of `stream` until `duration` has passed since this call: then one `Err`, and the end.
///
/// The rules are those of [`until`].
///
/// # Examples
///
/// ```
/// # #[cfg(feature = "test-util")] {
/// use anywake::{Elapsed, Runtime, stream, test_util::{Simulated, Simulation}};
/// use futures_util::{StreamExt, stream as streams};
/// use std::time::Duration;
///
/// Simulation::new().run(async {
///     let numbers = streams::iter([1, 2]).chain(streams::pending());
///     let items: Vec<_> = stream::within(Simulated, numbers, Duration::from_secs(1)).collect().await;
///     assert_eq!(items, [Ok(1), Ok(2), Err(Elapsed(()))]);
/// });
/// # }
/// ```
pub fn within<R: Timer, S: Stream>(runtime: R, stream: S, duration: Duration) -> Until<S, R::Sleep> {
    until(stream, runtime.sleep(duration))
}

pin_project! {
    /// The stream of [`until`]; what it is made of is dropped as soon as it has ended.
    ///
    /// # Cancel safety
    ///
    /// That of the stream within.
    #[must_use = "a stream does nothing unless it is polled"]
    pub struct Until<S, D> {
        #[pin]
        state: State<S, D>,
    }
}

pin_project! {
    #[project = StateProjection]
    enum State<S, D> {
        Open { #[pin] stream: S, #[pin] deadline: D },
        Ended,
    }
}

impl<S: Stream, D: Future> Stream for Until<S, D> {
    type Item = Result<S::Item, Elapsed>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let mut state = self.project().state;
        let StateProjection::Open { stream, deadline } = state.as_mut().project() else {
            return Poll::Ready(None);
        };
        // The deadline first: a stream that is always ready would never let it be looked at.
        // mistake a_stream_comes_before_its_deadline: deadline.poll(cx).is_ready() ~> false
        let last = if deadline.poll(cx).is_ready() {
            Some(Err(Elapsed(())))
        } else if let Some(item) = ready!(stream.poll_next(cx)) {
            return Poll::Ready(Some(Ok(item)));
        } else {
            None
        };
        state.set(State::Ended);
        Poll::Ready(last)
    }
}

impl<S: Stream, D: Future> FusedStream for Until<S, D> {
    fn is_terminated(&self) -> bool {
        matches!(self.state, State::Ended)
    }
}

impl<S, D> fmt::Debug for Until<S, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Until").field("ended", &matches!(self.state, State::Ended)).finish_non_exhaustive()
    }
}
