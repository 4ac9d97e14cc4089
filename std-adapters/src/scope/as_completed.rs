//! [`as_completed`]: the results of several tasks, in the order in which they come.

use core::fmt;
use core::pin::Pin;
use core::task::{Context, Poll};
use core::time::Duration;

use anywake_core::Timer;
use futures_core::{FusedStream, Stream};

use super::children::{Children, Settled};
use crate::stream::{Until, until};
use crate::task::{Outcome, Task};

/// A stream of how the tasks end, in the order in which they do: `asyncio.as_completed`.
///
/// Each item is the place of the task among the arguments and how it ended. Those that had ended before this call come
/// first, in the order of the arguments.
///
/// # Examples
///
/// ```
/// # #[cfg(feature = "smol")] {
/// use anywake::{Event, Runtime, Smol, as_completed};
/// use futures_util::StreamExt;
/// use std::sync::Arc;
///
/// Smol.block_on(async {
///     let event = Arc::new(Event::new());
///     let awaited = Arc::clone(&event);
///     let waits = Smol.spawn(async move { awaited.wait().await });
///     let mut ends = as_completed([waits, Smol.spawn(async {})]);
///     assert!(matches!(ends.next().await, Some((1, Ok(())))));
///     event.set();
///     assert!(matches!(ends.next().await, Some((0, Ok(())))));
/// });
/// # }
/// ```
#[doc(alias("FuturesUnordered", "JoinSet"))]
pub fn as_completed<O: Outcome>(tasks: impl IntoIterator<Item = Task<O>>) -> AsCompleted<O> {
    AsCompleted { children: Children::new(tasks) }
}

/// The stream of [`as_completed`].
///
/// # Cancel safety
///
/// Giving up `next` loses nothing. Dropping the stream lets the tasks that have not ended run on, as in asyncio;
/// [`into_pending`](AsCompleted::into_pending) returns them.
#[must_use = "a stream does nothing unless it is polled"]
pub struct AsCompleted<O> {
    children: Children<O>,
}

impl<O: Outcome> AsCompleted<O> {
    /// The same until `duration` has passed since this call: then one `Err` instead of the next item, and the end.
    ///
    /// [`stream::until`](crate::stream::until) does it with any future as the deadline. The deadline is polled before
    /// each item, as it is there. Outcomes that are ready by then, but were not asked for, are dropped with the stream.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(feature = "test-util")] {
    /// use anywake::{Elapsed, Runtime, as_completed, test_util::{Simulated, Simulation}};
    /// use futures_util::StreamExt;
    /// use std::time::Duration;
    ///
    /// Simulation::new().run(async {
    ///     let tasks = [Simulated.spawn(std::future::pending::<()>()), Simulated.spawn(async {})];
    ///     let ends = as_completed(tasks).within(Simulated, Duration::from_secs(1));
    ///     let ends: Vec<_> = ends.collect().await;
    ///     assert!(matches!(ends[..], [Ok((1, Ok(()))), Err(Elapsed(()))]));
    /// });
    /// # }
    /// ```
    pub fn within<R: Timer>(self, runtime: R, duration: Duration) -> Until<Self, R::Sleep> {
        until(self, runtime.sleep(duration))
    }

    /// The handles of the tasks whose ends have not been items of the stream, each with its place, in the order of the
    /// arguments. Some of them may have ended all the same; their handles return the outcome.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(feature = "smol")] {
    /// use anywake::{Runtime, Smol, as_completed};
    /// use futures_util::StreamExt;
    ///
    /// Smol.block_on(async {
    ///     let mut ends = as_completed([Smol.spawn(std::future::pending()), Smol.spawn(async { 7 })]);
    ///     assert!(matches!(ends.next().await, Some((1, Ok(7)))));
    ///     let pending = ends.into_pending();
    ///     assert_eq!(pending.len(), 1);
    ///     assert_eq!(pending[0].0, 0);
    /// });
    /// # }
    /// ```
    #[must_use = "the handles are dropped otherwise"]
    pub fn into_pending(mut self) -> Vec<(usize, Task<O>)> {
        self.children.take_tasks()
    }
}

impl<O> Drop for AsCompleted<O> {
    fn drop(&mut self) {
        self.children.detach();
    }
}

impl<O: Outcome> Stream for AsCompleted<O> {
    type Item = (usize, Settled<O>);

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.children.poll_next(cx)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.children.len(), Some(self.children.len()))
    }
}

impl<O: Outcome> FusedStream for AsCompleted<O> {
    fn is_terminated(&self) -> bool {
        self.children.len() == 0
    }
}

impl<O> fmt::Debug for AsCompleted<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AsCompleted").field("pending", &self.children.len()).finish()
    }
}
