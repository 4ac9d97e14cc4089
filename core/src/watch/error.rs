//! What can go wrong with a watch, besides that it is [`Closed`](crate::Closed).

use core::fmt;

use crate::closed::messages;

/// The watch is closed, and the value was not sent; it comes back.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct SendError<T>(pub T);

impl<T> SendError<T> {
    /// The value that was not sent.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// let watch = anywake::Watch::new(1);
    /// watch.close();
    /// assert_eq!(watch.send(2).unwrap_err().into_inner(), 2);
    /// ```
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T> fmt::Debug for SendError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SendError").finish_non_exhaustive()
    }
}

/// Why [`Watch::send_if_modified`](crate::Watch::send_if_modified) has changed nothing.
// Exhaustive: the watch is open or not, the newest value is there to be copied or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ModifyError {
    /// The watch is closed.
    Closed,
    /// Readers hold the values of two versions, so that the newest one cannot be read yet; and another modification is
    /// making its copy of that one at this moment.
    Contended,
}

messages! {
    [T] SendError<T> { Self(_) => "the watch is closed", }
    [] ModifyError {
        Self::Closed => "the watch is closed",
        Self::Contended => "another modification is copying the newest value, which cannot be read yet",
    }
}
