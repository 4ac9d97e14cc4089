//! Streams: written like generators, buffered, cut into chunks, merged, with a deadline.
//!
//! The counterpart of asyncio's `async for` over asynchronous generators. These are functions, not methods of a trait,
//! so that they do not collide with the methods of `futures_util::StreamExt`. The ends of a queue as a stream and a
//! sink are [`QueueOf::stream`](crate::queue::QueueOf::stream) and [`QueueExt::sink`], those of a channel
//! [`ReceiverOf::into_stream`](crate::channel::ReceiverOf::into_stream) and [`SenderExt::into_sink`].
//!
//! Back-pressure is kept everywhere: nothing runs further ahead of its consumer than its documentation says.
//!
//! A stream whose items are always there lets others run now and then, as [`cooperative`] says.
//!
//! | to | use | runs ahead by |
//! |---|---|---|
//! | write a stream as a loop that yields | [`generator`] | nothing: it stands still between two items |
//! | own a queue's stream, to move it into a task | [`from_queue`] | nothing |
//! | let the producer work while the consumer does | [`buffered`] | the given number of items |
//! | process items in groups, without waiting too long for one | [`chunks_timeout`] | the chunk that is being filled |
//! | read several queues or streams as one | [`merge`] | nothing |
//! | stop at a deadline | [`until`], [`within`] | nothing |

use std::sync::Arc;

use anywake_core::queue::{QueueOf, Storage};
use futures_core::Stream;
use futures_util::StreamExt as _;
use futures_util::stream::{self, SelectAll};

use crate::wait::{WaitExt as _, cooperative};

mod buffered;
mod chunks;
mod generator;
mod sender_sink;
mod sink;
mod until;

pub use buffered::{Buffered, buffered};
pub use chunks::chunks_timeout;
pub use generator::{Emitter, generator};
pub use sender_sink::{SenderExt, SenderSink, SinkError, SinkHandle};
pub use sink::{QueueExt, QueueSink};
pub use until::{Until, until, within};

/// The items of a queue that the stream owns a share of. The stream ends when the queue is closed and empty.
///
/// [`QueueOf::stream`] borrows its queue; this stream can be moved into a task or returned.
///
/// # Cancel safety
///
/// Dropping a `next`, or the stream, loses no item.
///
/// # Examples
///
/// ```
/// use anywake::{Queue, blocking, stream};
/// use futures_util::StreamExt;
///
/// let queue = Queue::with_capacity(3).unwrap();
/// (0..3).try_for_each(|n| queue.try_push(n)).unwrap();
/// queue.close();
/// let items: Vec<i32> = blocking::wait(stream::from_queue(queue.into()).collect());
/// assert_eq!(items, [0, 1, 2]);
/// ```
pub fn from_queue<T, S: Storage<T>>(queue: Arc<QueueOf<T, S>>) -> impl Stream<Item = T> {
    let items = stream::unfold(queue, |queue| async {
        let item = queue.pop().cooperative().await.ok()?;
        Some((item, queue))
    });
    items.fuse()
}

/// The items of all `streams` as they come, until all streams have ended.
///
/// A stream is polled only when the consumer asks for an item, so each of several queues keeps its back-pressure. No
/// stream can keep the others from being read.
///
/// # Cancel safety
///
/// Dropping a `next` loses no item. Dropping the merged stream drops the streams.
///
/// # Examples
///
/// ```
/// use anywake::{Queue, blocking, stream};
/// use futures_util::StreamExt;
///
/// let queues = [(); 2].map(|()| Queue::with_capacity(4).unwrap());
/// (0..8).try_for_each(|n| queues[n % 2].try_push(n)).unwrap();
/// queues.iter().for_each(|queue| _ = queue.close());
/// let mut items: Vec<_> = blocking::wait(stream::merge(queues.iter().map(Queue::stream)).collect());
/// items.sort();
/// assert_eq!(items, [0, 1, 2, 3, 4, 5, 6, 7]);
/// ```
#[doc(alias = "select_all")]
pub fn merge<S: Stream>(streams: impl IntoIterator<Item = S>) -> impl Stream<Item = S::Item> + Unpin {
    let mut all = SelectAll::new();
    streams.into_iter().for_each(|stream| all.push(Box::pin(stream)));
    cooperative(all)
}
