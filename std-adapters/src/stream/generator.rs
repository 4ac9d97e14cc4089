//! [`generator`]: a stream written as a loop.
//!
//! A generator is a queue of one and the future that pushes into it, polled together. With each item goes a [`Receipt`],
//! and `emit` waits until that is dropped: when the consumer asks for the next item, or when the item itself is dropped,
//! by the end of the stream for example. So `emit` ends whatever becomes of its item, and depends on no other item. It
//! may be called from several branches of the body, and from other tasks.

use core::fmt;
use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll, ready};
use std::sync::Arc;

use anywake_core::{Event, Queue};
use futures_core::Stream;
use pin_project_lite::pin_project;

use super::from_queue;

/// A stream of what `body` [emits](Emitter::emit), in the manner of Python's asynchronous generators.
///
/// It is lazy: `body` runs only while the next item is waited for, and stands still at each `emit` until then. The
/// stream ends when `body` returns. An item may be a `Result`, if `body` can fail.
///
/// While the consumer does something else the body stands still, and so does what it holds at an `emit`: a lock's guard, a
/// permit, a pooled connection. A consumer that waits for the same lock in the meantime waits for ever. What the body has
/// only queued for is held up in the same way: a lock that is granted to the body while it stands still is kept from
/// everybody else. Release guards before `emit`, or let the body run in a task of its own, with
/// [`buffered`](crate::stream::buffered).
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
    Generator { items: from_queue(Arc::clone(&slot)), slot, taken: None, body: Some(body) }
}

/// Where the body of a [`generator`] puts its items.
pub struct Emitter<T> {
    slot: Arc<Queue<Emitted<T>>>,
}

type Emitted<T> = (T, Receipt);

/// Tells `emit` that its item is done with, by being dropped.
struct Receipt(Arc<Event>);

impl Drop for Receipt {
    fn drop(&mut self) {
        // mistake a_receipt_is_lost: self.0.set(); ~>
        self.0.set();
    }
}

impl<T> Emitter<T> {
    /// Hands an item to the consumer, and waits until the consumer asks for the next one.
    ///
    /// Items of several emitters are taken in the order of the calls, and each `emit` waits for its own item only. If the
    /// stream has ended or is dropped, which only a clone outside of the body can see, the item is dropped and `emit`
    /// returns.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped, the item may have been handed over or not.
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
        let done = Arc::new(Event::new());
        // An item that is refused is dropped at once, with its receipt.
        drop(self.slot.push((item, Receipt(Arc::clone(&done)))).await);
        done.wait().await;
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
        slot: Arc<Queue<Emitted<T>>>,
        // What comes out of the slot.
        #[pin]
        items: I,
        // Of the item that the consumer has.
        taken: Option<Receipt>,
        // `None` once it has returned.
        #[pin]
        body: Option<F>,
    }

    impl<T, F, I> PinnedDrop for Generator<T, F, I> {
        fn drop(this: Pin<&mut Self>) {
            // What nobody took is dropped, so that its `emit` returns.
            this.slot.close_now();
        }
    }
}

impl<T, F: Future<Output = ()>, I: Stream<Item = Emitted<T>>> Stream for Generator<T, F, I> {
    type Item = T;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<T>> {
        let mut this = self.project();
        *this.taken = None;
        let returned = this.body.as_mut().as_pin_mut().is_some_and(|body| body.poll(cx).is_ready());
        if returned {
            this.body.set(None);
            this.slot.close();
        }
        let Some((item, receipt)) = ready!(this.items.poll_next(cx)) else { return Poll::Ready(None) };
        *this.taken = Some(receipt);
        Poll::Ready(Some(item))
    }
}
