//! [`buffered`]: a stream whose producer works ahead.

use core::fmt;
use core::future::Future;
use core::pin::{Pin, pin};
use core::task::{Context, Poll, ready};
use std::sync::Arc;

use anywake_core::{CapacityError, Queue};
use futures_core::Stream;
use futures_util::StreamExt as _;
use futures_util::stream::BoxStream;

use super::from_queue;
use crate::runtime::Spawn;
use crate::task::{CancelOnDrop, TaskError};
use crate::wait::WaitExt as _;

/// The items of `stream`, which runs in a task of its own and up to `capacity` items ahead of the consumer.
///
/// When that many are waiting, the task waits too, with one more in hand. Dropping what this returns cancels the task
/// and drops the items. A panic of `stream` goes on in the consumer, after the items that came before it.
///
/// # Errors
///
/// If `capacity` is none.
///
/// # Examples
///
/// ```
/// # #[cfg(feature = "smol")] {
/// use anywake::{Smol, Runtime, stream};
/// use futures_util::{StreamExt, stream as streams};
///
/// Smol.block_on(async {
///     let numbers = stream::buffered(Smol, 2, streams::iter(0..9)).unwrap();
///     assert_eq!(numbers.collect::<Vec<_>>().await, (0..9).collect::<Vec<_>>());
/// });
/// # }
/// ```
#[doc(alias = "prefetch")]
pub fn buffered<R: Spawn, S>(
    runtime: R,
    capacity: usize,
    stream: S,
) -> Result<Buffered<S::Item>, CapacityError>
where
    S: Stream<Item: Send + 'static> + Send + 'static,
{
    let queue = Arc::new(Queue::with_capacity(capacity)?);
    let close = CloseOnDrop(Arc::clone(&queue));
    let producer = runtime.spawn(async move {
        let mut stream = pin!(stream);
        while let Some(item) = stream.next().await {
            if close.0.push(item).cooperative().await.is_err() {
                return;
            }
        }
    });
    Ok(Buffered { items: from_queue(queue).boxed(), producer: Some(producer.cancel_on_drop()) })
}

/// However the producer ends, its queue does.
struct CloseOnDrop<T>(Arc<Queue<T>>);

impl<T> Drop for CloseOnDrop<T> {
    fn drop(&mut self) {
        self.0.close();
    }
}

/// The stream of [`buffered`].
///
/// # Cancel safety
///
/// Giving up `next` loses no item.
#[must_use = "the producer is cancelled otherwise"]
pub struct Buffered<T> {
    items: BoxStream<'static, T>,
    /// `None` once it has ended.
    producer: Option<CancelOnDrop<()>>,
}

impl<T> Stream for Buffered<T> {
    type Item = T;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<T>> {
        if let Some(item) = ready!(self.items.poll_next_unpin(cx)) {
            return Poll::Ready(Some(item));
        }
        if let Some(producer) = &mut self.producer {
            let ended = ready!(Pin::new(producer).poll(cx));
            self.producer = None;
            if let Err(TaskError::Panicked(panic)) = ended {
                panic.resume();
            }
        }
        Poll::Ready(None)
    }
}

impl<T> fmt::Debug for Buffered<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Buffered").field("ended", &self.producer.is_none()).finish_non_exhaustive()
    }
}
