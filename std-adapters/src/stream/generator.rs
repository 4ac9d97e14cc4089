//! [`generator`]: a stream written as a loop.
//!
//! A generator is a queue of one and the future that pushes into it, polled together: `emit` pushes an item and then
//! waits, as in [`join`](crate::queue::BoundedQueue::join), until it is marked as done, which the stream does when the next
//! one is asked for. So no other way to wait is needed, and `emit` may be called from several branches of the body, and
//! from other tasks.

use core::fmt;
use core::future::Future;
use core::mem;
use core::pin::Pin;
use core::task::{Context, Poll, ready};
use std::sync::Arc;

use anywake_core::Queue;
use futures_core::Stream;
use pin_project_lite::pin_project;

use super::from_queue;

/// A stream of what `body` [emits](Emitter::emit), in the manner of Python's asynchronous generators.
///
/// It is lazy: `body` runs only while the next item is waited for, and stands still at each `emit` until then. The
/// stream ends when `body` returns. An item may be a `Result`, if `body` can fail.
///
/// (The crate `async-stream` has the same with a macro and the word `yield`, for the price of a procedural macro; the
/// streams are interchangeable.)
///
/// # Cancel safety
///
/// Giving up `next` loses nothing. Dropping the stream drops `body` where it stands.
///
/// # Examples
///
/// ```
/// use anywake::{blocking, stream};
/// use futures_util::StreamExt;
///
/// let powers = stream::generator(|emitter| async move {
///     for n in 0..5 {
///         emitter.emit(2_u32.pow(n)).await;
///     }
/// });
/// assert_eq!(blocking::wait(powers.collect::<Vec<_>>()), [1, 2, 4, 8, 16]);
/// ```
#[doc(alias("async_stream", "yield"))]
pub fn generator<T, B, F>(body: B) -> impl Stream<Item = T>
where
    B: FnOnce(Emitter<T>) -> F,
    F: Future<Output = ()>,
{
    let slot = Arc::new(Queue::with_capacity(1).expect("one is a capacity"));
    let body = body(Emitter { slot: Arc::clone(&slot) });
    Generator { items: from_queue(Arc::clone(&slot)), slot, taken: false, body: Some(body) }
}

/// Where the body of a [`generator`] puts its items.
pub struct Emitter<T> {
    slot: Arc<Queue<T>>,
}

impl<T> Emitter<T> {
    /// Gives an item to the consumer, and waits until it asks for the next one.
    ///
    /// When the stream has ended, which only a clone outside of the body can see, the item is dropped.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped, the item may have been given or not.
    ///
    /// # Examples
    ///
    /// ```
    /// use anywake::{blocking, stream};
    /// use futures_util::StreamExt;
    ///
    /// let letters = stream::generator(|emitter| async move {
    ///     emitter.emit('a').await;
    ///     emitter.emit('b').await;
    /// });
    /// assert_eq!(blocking::wait(letters.collect::<String>()), "ab");
    /// ```
    pub async fn emit(&self, item: T) {
        // Closed when the body has returned or the stream is gone: only a clone outside of the body can be here then.
        if self.slot.push(item).await.is_ok() {
            self.slot.join().await;
        }
    }
}

impl<T> Clone for Emitter<T> {
    fn clone(&self) -> Self {
        Self { slot: Arc::clone(&self.slot) }
    }
}

impl<T> fmt::Debug for Emitter<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Emitter").finish_non_exhaustive()
    }
}

pin_project! {
    struct Generator<T, F, I> {
        slot: Arc<Queue<T>>,
        // What comes out of the slot.
        #[pin]
        items: I,
        // Whether the consumer has an item that is not marked as done.
        taken: bool,
        // `None` once it has returned.
        #[pin]
        body: Option<F>,
    }

    impl<T, F, I> PinnedDrop for Generator<T, F, I> {
        fn drop(this: Pin<&mut Self>) {
            this.slot.close_now();
        }
    }
}

impl<T, F: Future<Output = ()>, I: Stream<Item = T>> Stream for Generator<T, F, I> {
    type Item = T;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<T>> {
        let mut this = self.project();
        if mem::take(this.taken) {
            this.slot.task_done().expect("one was taken");
        }
        let returned = this.body.as_mut().as_pin_mut().is_some_and(|body| body.poll(cx).is_ready());
        if returned {
            this.body.set(None);
            this.slot.close();
        }
        let item = ready!(this.items.poll_next(cx));
        *this.taken = item.is_some();
        Poll::Ready(item)
    }
}
