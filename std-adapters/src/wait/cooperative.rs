//! [`cooperative`]: waits that let others run, however fast they are granted.

use core::fmt;
use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll, ready};

use futures_core::{FusedFuture, FusedStream, Stream};
use pin_project_lite::pin_project;

use super::Wait;
use crate::task::turn;

/// Makes a wait, or any other future or stream, one that lets others run now and then.
///
/// A task is suspended only where it has to wait. A loop around a wait that is always granted at once, such as
/// `while let Ok(item) = queue.pop().await` beside a producer that is faster, never suspends its task. Then nothing
/// else has its turn on that thread: no other task, no sibling in a `join!`, no timer, no deadline around the loop, and
/// no [`cancel`](crate::Task::cancel). The primitives know no runtime, so they cannot tell when it is time to yield, and
/// where nobody else waits a yield would only cost. So this is said where it matters, in the loop:
///
/// * a wait: [`queue.pop().cooperative()`](WaitExt::cooperative);
/// * any other future: `cooperative(pool.get())`;
/// * a stream: `cooperative(queue.stream())`. [`stream::from_queue`](crate::stream::from_queue),
///   [`stream::merge`](crate::stream::merge), [`stream::generator`](crate::stream::generator),
///   [`stream::buffered`](crate::stream::buffered), [`stream::chunks_timeout`](crate::stream::chunks_timeout) and a
///   queue's [`sink`](crate::QueueExt::sink) are so already.
///
/// It goes by a budget: 128 of these waits may begin in one turn of a task, and the next one suspends the task once,
/// and wakes it at the same time. In a task of tokio's it is tokio's own budget, which its sockets and channels share.
/// Elsewhere it is renewed in each turn of a task that [`Spawn::spawn`](crate::Spawn::spawn) has spawned, and
/// belongs to the thread for all other futures, such as that of a `block_on`.
///
/// The order of the waits stays exact. The yield comes *before* the wait asks for anything, so nothing has been granted
/// to it that it could keep from others meanwhile. Once it is in its queue it never yields: it keeps its place, and
/// takes its grant in the first poll that finds it, budget or not.
///
/// The first poll of such a wait may be pending although it could be granted. So put the deadline inside:
/// `queue.pop().within(runtime, duration).cooperative()`; around it a deadline of zero may elapse at a yield.
///
/// # Cancel safety
///
/// That of what it is made of; while it yields, nothing has begun.
///
/// # Examples
///
/// ```
/// use anywake::{Queue, WaitExt, blocking};
/// use futures_util::future::select;
/// use std::{future::poll_fn, pin::pin, task::Poll};
///
/// let queue = Queue::with_capacity(1).unwrap();
/// let busy = async {
///     for _ in 0..1000 {
///         queue.push(()).await.unwrap();
///         queue.pop().cooperative().await.unwrap();
///     }
/// };
/// let mut turns = 0;
/// let sibling = poll_fn(|_| {
///     turns += 1;
///     Poll::<()>::Pending
/// });
/// blocking::wait(async { select(pin!(busy), pin!(sibling)).await.factor_first().0 });
/// assert!(turns >= 7);
/// ```
pub fn cooperative<F>(inner: F) -> Cooperative<F> {
    Cooperative { has_begun: false, inner }
}

/// [`cooperative`] as a method of the waits.
pub trait WaitExt: Wait {
    /// Lets others run now and then, in a loop whose waits may all be granted at once; see [`cooperative`].
    ///
    /// # Cancel safety
    ///
    /// That of the wait itself.
    ///
    /// # Examples
    ///
    /// ```
    /// use anywake::{Queue, WaitExt, blocking};
    ///
    /// let queue = Queue::with_capacity(1).unwrap();
    /// queue.try_push(3).unwrap();
    /// assert_eq!(blocking::wait(queue.pop().cooperative()), Ok(3));
    /// ```
    fn cooperative(self) -> Cooperative<Self> {
        cooperative(self)
    }
}

impl<F: Wait> WaitExt for F {}

pin_project! {
    /// A future or a stream that lets others run, made by [`cooperative`] and [`WaitExt::cooperative`].
    #[must_use = "a wait does nothing unless it is awaited"]
    pub struct Cooperative<F> {
        // Whether the wait, or that for the next item, has been polled.
        has_begun: bool,
        #[pin]
        inner: F,
    }
}

impl<F> Cooperative<F> {
    /// What is inside, once it may begin.
    fn poll_begun(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Pin<&mut F>> {
        let this = self.project();
        if !*this.has_begun {
            ready!(turn::poll_proceed(cx));
            *this.has_begun = true;
        }
        Poll::Ready(this.inner)
    }
}

impl<F: Future> Future for Cooperative<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        ready!(self.poll_begun(cx)).poll(cx)
    }
}

impl<F: FusedFuture> FusedFuture for Cooperative<F> {
    fn is_terminated(&self) -> bool {
        self.inner.is_terminated()
    }
}

impl<F: Wait> Wait for Cooperative<F> {
    type Returned = F::Returned;

    fn give_up(self: Pin<&mut Self>) -> Result<F::Output, F::Returned> {
        self.project().inner.give_up()
    }
}

impl<S: Stream> Stream for Cooperative<S> {
    type Item = S::Item;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<S::Item>> {
        let item = ready!(ready!(self.as_mut().poll_begun(cx)).poll_next(cx));
        *self.project().has_begun = false;
        Poll::Ready(item)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.inner.size_hint()
    }
}

impl<S: FusedStream> FusedStream for Cooperative<S> {
    fn is_terminated(&self) -> bool {
        self.inner.is_terminated()
    }
}

impl<F> fmt::Debug for Cooperative<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cooperative").field("has_begun", &self.has_begun).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
