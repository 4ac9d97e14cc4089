//! What can go wrong, each as a type of its own that gives back what the caller handed in.

use core::error::Error;
use core::fmt;

macro_rules! messages {
    ($([$($generics:tt)*] $error:ty { $($pattern:pat => $message:literal,)+ })+) => {$(
        impl<$($generics)*> fmt::Display for $error {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(match self { $($pattern => $message,)+ })
            }
        }

        impl<$($generics)*> Error for $error {}
    )+};
}

/// The primitive was closed: what was asked for will not come any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Closed;

/// Why [`Semaphore::acquire_many`](crate::Semaphore::acquire_many) failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AcquireError {
    /// The semaphore was closed.
    Closed,
    /// More was asked for than the semaphore can ever hold: waiting would not end.
    TooMany,
}

/// Why [`Semaphore::try_acquire`](crate::Semaphore::try_acquire) failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TryAcquireError {
    /// Too few permits are there now, or others wait for them.
    NoPermits,
    /// The semaphore was closed.
    Closed,
    /// More was asked for than the semaphore can ever hold.
    TooMany,
}

/// [`Semaphore::release`](crate::Semaphore::release) would have made more permits than there may be; nothing changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ReleaseError;

/// More permits than a semaphore can count were asked for at its making.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TooManyPermits;

/// Two permits of different semaphores cannot be merged; the second one comes back.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct MergeError<P>(pub P);

/// The queue was closed before the item could be pushed; the item comes back.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct PushError<T>(pub T);

/// Why [`try_push`](crate::BoundedQueue::try_push) failed; the item comes back.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub enum TryPushError<T> {
    /// No room now, or others wait for it.
    Full(T),
    /// The queue was closed.
    Closed(T),
}

/// Why [`try_pop`](crate::BoundedQueue::try_pop) failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TryPopError {
    /// No item is there that is not promised to an earlier `pop`.
    Empty,
    /// The queue was closed, and is drained.
    Closed,
}

/// [`task_done`](crate::BoundedQueue::task_done) was called more often than items were pushed; nothing changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TaskDoneError;

/// Why a queue of this capacity cannot be made.
#[cfg(feature = "alloc")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CapacityError {
    /// A queue holds at least one item.
    Zero,
    /// There is no memory for so many.
    TooLarge,
}

messages! {
    [] Closed { Self => "closed", }
    [] AcquireError {
        Self::Closed => "the semaphore is closed",
        Self::TooMany => "more permits requested than the semaphore can ever hold",
    }
    [] TryAcquireError {
        Self::NoPermits => "not enough permits available",
        Self::Closed => "the semaphore is closed",
        Self::TooMany => "more permits requested than the semaphore can ever hold",
    }
    [] ReleaseError { Self => "semaphore released too many times", }
    [] TooManyPermits { Self => "more permits than a semaphore can count", }
    [P] MergeError<P> { Self(_) => "permits of different semaphores cannot be merged", }
    [T] PushError<T> { Self(_) => "the queue is closed", }
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
        Self::Zero => "the capacity of a queue is at least one",
        Self::TooLarge => "no memory for a queue of this capacity",
    }
}

impl<P> MergeError<P> {
    /// The permit that was not merged.
    pub fn into_inner(self) -> P {
        self.0
    }
}

impl<T> PushError<T> {
    /// The item that was not pushed.
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T> TryPushError<T> {
    /// The item that was not pushed.
    pub fn into_inner(self) -> T {
        match self {
            Self::Full(item) | Self::Closed(item) => item,
        }
    }
}

// By hand, so that the item need not be `Debug` for `unwrap` to be used.
impl<P> fmt::Debug for MergeError<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MergeError(..)")
    }
}

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

impl From<Closed> for AcquireError {
    fn from(Closed: Closed) -> Self {
        Self::Closed
    }
}

/// One permit is never too many: see [`Semaphore::acquire`](crate::Semaphore::acquire).
impl From<AcquireError> for Closed {
    fn from(_: AcquireError) -> Self {
        Self
    }
}

impl From<AcquireError> for TryAcquireError {
    fn from(error: AcquireError) -> Self {
        match error {
            AcquireError::Closed => Self::Closed,
            AcquireError::TooMany => Self::TooMany,
        }
    }
}
