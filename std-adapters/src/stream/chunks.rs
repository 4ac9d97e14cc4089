//! [`chunks_timeout`]: items in groups.

use core::future::poll_fn;
use core::pin::pin;
use core::task::Poll;
use core::time::Duration;

use anywake_core::Timer;
use futures_core::Stream;
use futures_util::StreamExt as _;

use super::generator;
use crate::wait::cooperative;

/// The items of `stream` in groups. A group is complete when it has `size` items, or when `duration` has passed since
/// its first item.
///
/// No group is empty. The last group is what is left when the stream ends. The stream is polled only while the consumer
/// waits for a group, so the time of a group begins no earlier than that.
///
/// # Cancel safety
///
/// Dropping a `next` loses nothing. Dropping the stream drops the items of the group that is being filled.
///
/// # Panics
///
/// If `size` is zero.
///
/// # Examples
///
/// ```
/// # #[cfg(feature = "smol")] {
/// use anywake::{Runtime, Smol, stream};
/// use futures_util::{StreamExt, stream as streams};
/// use std::time::Duration;
///
/// Smol.block_on(async {
///     let groups = stream::chunks_timeout(Smol, 2, Duration::from_secs(60), streams::iter(1..=5));
///     assert_eq!(groups.collect::<Vec<_>>().await, [vec![1, 2], vec![3, 4], vec![5]]);
/// });
/// # }
/// ```
#[doc(alias("batch", "ready_chunks"))]
pub fn chunks_timeout<R: Timer, S: Stream>(
    runtime: R,
    size: usize,
    duration: Duration,
    stream: S,
) -> impl Stream<Item = Vec<S::Item>> {
    assert!(size > 0, "a group has at least one item");
    generator(move |emitter| async move {
        let mut stream = pin!(cooperative(stream.fuse()));
        while let Some(first) = stream.next().await {
            let mut group = vec![first];
            let mut timer = pin!(runtime.sleep(duration));
            while group.len() < size {
                // The stream is polled first: an item that is there when the time is over belongs to the group. A stream
                // that always has items yields now and then, and then the time counts.
                let item = poll_fn(|cx| match stream.as_mut().poll_next(cx) {
                    Poll::Pending => timer.as_mut().poll(cx).map(|()| None),
                    item => item,
                });
                let Some(item) = item.await else { break };
                group.push(item);
            }
            emitter.emit(group).await;
        }
    })
}
