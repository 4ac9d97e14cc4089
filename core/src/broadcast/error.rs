//! What can go wrong with a broadcast. Errors of publishing give the value back.

use core::fmt;

use crate::closed::messages;

/// The broadcast was closed before the value could be published; the value comes back.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct PublishError<T>(pub T);

/// Why [`try_publish`](crate::broadcast::BroadcastRing::try_publish) failed; the value comes back.
// Exhaustive: there is room or not, the broadcast is open or not.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub enum TryPublishError<T> {
    /// There is no room now, or others wait for it.
    Full(T),
    /// The broadcast was closed.
    Closed(T),
}

/// Why [`recv`](crate::broadcast::ReceiverOf::recv) returned no value.
// Exhaustive: values were missed, or none will come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RecvError {
    /// This many values were displaced before the receiver had read them. It goes on at the oldest that is still there.
    Lagged(u64),
    /// The broadcast was closed, and the receiver has read all that was published.
    Closed,
}

/// Why [`try_recv`](crate::broadcast::ReceiverOf::try_recv) returned no value.
// Exhaustive: as `RecvError`, or there is none now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TryRecvError {
    /// The receiver has read all that was published, and more may come.
    Empty,
    /// This many values were displaced before the receiver had read them. It goes on at the oldest that is still there.
    Lagged(u64),
    /// The broadcast was closed, and the receiver has read all that was published.
    Closed,
}

messages! {
    [T] PublishError<T> { Self(_) => "the broadcast is closed", }
    [T] TryPublishError<T> {
        Self::Full(_) => "a receiver of the broadcast has not made room yet",
        Self::Closed(_) => "the broadcast is closed",
    }
    [] RecvError {
        Self::Lagged(_) => "the receiver has missed values",
        Self::Closed => "the broadcast is closed and all values are received",
    }
    [] TryRecvError {
        Self::Empty => "no value to receive",
        Self::Lagged(_) => "the receiver has missed values",
        Self::Closed => "the broadcast is closed and all values are received",
    }
}

impl<T> PublishError<T> {
    /// The value that was not published.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// # async fn example() {
    /// let news = anywake::Broadcast::<_, 1>::new();
    /// news.close();
    /// assert_eq!(news.publish("late").await.unwrap_err().into_inner(), "late");
    /// # }
    /// # anywake_core::doctest::block_on(example());
    /// ```
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T> TryPublishError<T> {
    /// The value that was not published.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// let news = anywake::Broadcast::<_, 1>::new();
    /// news.close();
    /// assert_eq!(news.try_publish("late").unwrap_err().into_inner(), "late");
    /// ```
    pub fn into_inner(self) -> T {
        match self {
            Self::Full(value) | Self::Closed(value) => value,
        }
    }
}

impl From<RecvError> for TryRecvError {
    fn from(error: RecvError) -> Self {
        match error {
            RecvError::Lagged(missed) => Self::Lagged(missed),
            RecvError::Closed => Self::Closed,
        }
    }
}

// By hand, so that `unwrap` does not ask the value to be `Debug`.
impl<T> fmt::Debug for PublishError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PublishError(..)")
    }
}

impl<T> fmt::Debug for TryPublishError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Full(_) => "Full(..)",
            Self::Closed(_) => "Closed(..)",
        })
    }
}
