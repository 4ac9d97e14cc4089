//! The queue without a bound.

use super::blocks::{Blocks, Chain};
use super::error::PushError;
use super::raw::QueueCore;
use super::{Queue, QueueOf};
use crate::sys::atomic::const_fn;

/// A queue without a bound: a push never waits. See [`Queue::unbounded`](QueueOf::unbounded).
#[cfg_attr(docsrs, doc(cfg(feature = "alloc")))]
#[doc(alias("unbounded", "channel", "mpsc", "mpmc"))]
pub type UnboundedQueue<T> = QueueOf<T, Blocks>;

impl<T> Queue<T> {
    const_fn! {
        /// An empty queue without a bound, as `asyncio.Queue()` is by default. Allocates nothing here.
        ///
        /// [`push_now`](Self::push_now) adds an item, and never waits. So nothing holds a producer back that is faster than
        /// its consumers: where that can be, a queue with a capacity is the better choice. There is no `push` and no `reserve`,
        /// since there is always room; all else is as in the other queues.
        ///
        /// # Memory
        /// Items lie in blocks of 32. A block is allocated by the push that needs it and freed by the `pop` that empties it,
        /// both without the internal lock. One empty block is kept for the next push, so a queue whose length goes up and
        /// down allocates nothing. When the last item is taken, all memory but that of one block has been freed.
        ///
        /// # Examples
        /// ```
        /// # use anywake_core as anywake;
        /// # async fn example() {
        /// use anywake::queue::{Queue, UnboundedQueue};
        ///
        /// static JOBS: UnboundedQueue<u32> = Queue::unbounded();
        ///
        /// for job in 0..1000 {
        ///     JOBS.push_now(job).unwrap();
        /// }
        /// assert_eq!(JOBS.len(), 1000);
        /// assert_eq!(JOBS.pop().await, Ok(0));
        /// # }
        /// # anywake_core::doctest::block_on(example());
        /// ```
        #[must_use]
        pub const fn unbounded() -> UnboundedQueue<T> {
            QueueOf { core: QueueCore::new(Chain::new()) }
        }
    }
}

impl<T> Default for UnboundedQueue<T> {
    fn default() -> Self {
        Queue::unbounded()
    }
}

impl<T> UnboundedQueue<T> {
    /// Adds an item at the end, and never waits.
    ///
    /// May be called from any thread, in a task or not; from an interrupt handler with the feature `critical-section` if the
    /// allocator may be, since one push of 32 allocates.
    ///
    /// # Errors
    /// [`PushError`], with the item, if the queue is closed or there is no memory for the item. [`try_push`](Self::try_push)
    /// says which.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// use anywake::Queue;
    ///
    /// let jobs = Queue::unbounded();
    /// jobs.push_now("one").unwrap();
    /// jobs.push_now("two").unwrap();
    /// jobs.close();
    /// assert_eq!(jobs.push_now("three").unwrap_err().into_inner(), "three");
    /// assert_eq!((jobs.try_pop(), jobs.try_pop()), (Ok("one"), Ok("two")));
    /// ```
    #[doc(alias("send", "put_nowait"))]
    #[inline]
    pub fn push_now(&self, item: T) -> Result<(), PushError<T>> {
        self.core.try_push(item).map_err(|(item, _)| PushError(item))
    }
}
