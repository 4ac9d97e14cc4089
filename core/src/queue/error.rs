//! What can go wrong with a queue. Errors give the item back.

use core::fmt;

use crate::closed::messages;

/// The queue does not take the item, which comes back: it was closed. Or it has no bound, and there is no memory for the
/// item.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct PushError<T>(pub T);

/// Why [`try_push`](crate::queue::QueueOf::try_push) failed; the item comes back.
// Exhaustive: there is room or not, the queue is open or not.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub enum TryPushError<T> {
    /// There is no room now, or others wait for it; in a queue without a bound, there is no memory.
    Full(T),
    /// The queue was closed.
    Closed(T),
}

/// Why [`try_pop`](crate::queue::QueueOf::try_pop) failed.
// Exhaustive: there is an item or not, more may come or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TryPopError {
    /// No item is there that is not promised to an earlier `pop`.
    Empty,
    /// The queue was closed, and is drained.
    Closed,
}

/// [`task_done`](crate::queue::QueueOf::task_done) was called more often than items were pushed; nothing changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TaskDoneError;

/// Why a queue of this capacity cannot be made.
#[cfg(feature = "alloc")]
#[cfg_attr(docsrs, doc(cfg(feature = "alloc")))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CapacityError {
    /// A queue holds at least one item. A queue of none, where a push would wait for a `pop` to come, is another kind: push,
    /// and then wait until the consumer has called [`task_done`](crate::queue::QueueOf::task_done), by
    /// [`join`](crate::queue::QueueOf::join).
    Zero,
    /// There is no memory for as many items.
    TooLarge,
}

messages! {
    [T] PushError<T> { Self(_) => "the queue is closed, or without a bound and out of memory", }
    [T] TryPushError<T> {
        Self::Full(_) => "the queue is full",
        Self::Closed(_) => "the queue is closed",
    }
    [] TryPopError {
        Self::Empty => "the queue is empty",
        Self::Closed => "the queue is closed and drained",
    }
    [] TaskDoneError { Self => "task_done() called more often than items were pushed", }
}

#[cfg(feature = "alloc")]
messages! {
    [] CapacityError {
        Self::Zero => "a capacity is at least one",
        Self::TooLarge => "no memory for this capacity",
    }
}

impl<T> PushError<T> {
    /// The item that was not pushed.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// # async fn example() {
    /// let jobs = anywake::StaticQueue::<_, 1>::new();
    /// jobs.close();
    /// assert_eq!(jobs.push("job").await.unwrap_err().into_inner(), "job");
    /// # }
    /// # anywake_core::doctest::block_on(example());
    /// ```
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T> TryPushError<T> {
    /// Of an item, and of whether the queue is closed.
    pub(super) fn of((item, is_closed): (T, bool)) -> Self {
        if is_closed { Self::Closed(item) } else { Self::Full(item) }
    }

    /// The item that was not pushed.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// let jobs = anywake::StaticQueue::<_, 1>::new();
    /// jobs.close();
    /// assert_eq!(jobs.try_push("job").unwrap_err().into_inner(), "job");
    /// ```
    pub fn into_inner(self) -> T {
        match self {
            Self::Full(item) | Self::Closed(item) => item,
        }
    }
}

// By hand, so that `unwrap` does not ask the item to be `Debug`.
impl<T> fmt::Debug for PushError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PushError(..)")
    }
}

impl<T> fmt::Debug for TryPushError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Full(_) => "Full(..)",
            Self::Closed(_) => "Closed(..)",
        })
    }
}
