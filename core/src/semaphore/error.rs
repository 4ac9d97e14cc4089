//! What can go wrong with a semaphore.

use core::fmt;

use crate::closed::{Closed, messages};

/// Why [`Semaphore::acquire_many`](crate::Semaphore::acquire_many) failed.
// Exhaustive: a request is refused for one of these reasons, and callers match on them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AcquireError {
    /// The semaphore was closed.
    Closed,
    /// More permits were requested than the semaphore can ever hold: waiting would not end.
    TooMany,
}

/// Why [`Semaphore::try_acquire`](crate::Semaphore::try_acquire) failed.
// Exhaustive: as `AcquireError`, and one reason to come back later.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TryAcquireError {
    /// Too few permits are available now, or others wait for them.
    NoPermits,
    /// The semaphore was closed.
    Closed,
    /// More permits were requested than the semaphore can ever hold.
    TooMany,
}

/// [`Semaphore::release`](crate::Semaphore::release) would have made more permits than there may be; nothing changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ReleaseError;

/// A semaphore cannot count as many permits as it was to begin with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TooManyPermits;

/// Permits of different semaphores cannot be merged; the second permit comes back.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct MergeError<P>(pub P);

messages! {
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
}

impl<P> MergeError<P> {
    /// The permit that was not merged.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// let (slots, others) = (anywake::Semaphore::new(1), anywake::Semaphore::new(1));
    /// let mut permit = slots.try_acquire().unwrap();
    /// let error = permit.merge(others.try_acquire().unwrap()).unwrap_err();
    /// assert_eq!(error.into_inner().count(), 1);
    /// ```
    pub fn into_inner(self) -> P {
        self.0
    }
}

// By hand, so that `unwrap` does not ask the permit to be `Debug`.
impl<P> fmt::Debug for MergeError<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MergeError(..)")
    }
}

impl From<Closed> for AcquireError {
    fn from(Closed: Closed) -> Self {
        Self::Closed
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
