//! What can go wrong with a oneshot. Errors give the value back.

use core::fmt;

use crate::closed::messages;

/// The receiver is gone, or has closed the channel; the value comes back.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct SendError<T>(pub T);

/// Why [`try_recv`](crate::oneshot::ReceiverOf::try_recv) failed.
// Exhaustive: a value may come yet or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TryRecvError {
    /// No value was sent yet.
    Empty,
    /// No value will come: the sender is gone, or the value was received, or the channel was closed before it was sent.
    Closed,
}

messages! {
    [T] SendError<T> { Self(_) => "the receiver is gone", }
    [] TryRecvError {
        Self::Empty => "no value was sent yet",
        Self::Closed => "no value will come",
    }
}

impl<T> SendError<T> {
    /// The value that was not sent.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// let mut slot = anywake::Oneshot::new();
    /// let (sender, receiver) = slot.split();
    /// drop(receiver);
    /// assert_eq!(sender.send("value").unwrap_err().into_inner(), "value");
    /// ```
    pub fn into_inner(self) -> T {
        self.0
    }
}

// By hand, so that `unwrap` does not ask the value to be `Debug`.
impl<T> fmt::Debug for SendError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SendError(..)")
    }
}
