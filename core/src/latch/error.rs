//! What can go wrong with a latch.

use crate::closed::messages;

/// A [`Latch`](crate::Latch) would have been counted down too far; nothing changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct LatchError {
    pub(super) remaining: usize,
}

/// A [`Latch`](crate::Latch) cannot begin with a count that is above [`MAX_COUNT`](crate::Latch::MAX_COUNT).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CountTooHigh;

impl LatchError {
    /// How much could have been counted down: what remained, without the counts that guards hold.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// let latch = anywake::Latch::new(3);
    /// let guard = latch.guard().unwrap();
    /// assert_eq!(latch.count_down(3).unwrap_err().remaining(), 2);
    /// # drop(guard);
    /// ```
    #[must_use]
    pub fn remaining(&self) -> usize {
        self.remaining
    }
}

messages! {
    [] LatchError { Self { .. } => "the latch has fewer counts left", }
    [] CountTooHigh { Self => "a higher count than a latch can begin with", }
}
