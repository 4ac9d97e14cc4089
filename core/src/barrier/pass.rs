//! What a wait at a barrier returns.

use crate::closed::messages;

/// A round of a [`Barrier`](super::Barrier) is complete, and the caller was part of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct BarrierPass {
    index: usize,
    leader: bool,
}

impl BarrierPass {
    #[inline]
    pub(super) fn new(index: usize, parties: usize) -> Self {
        // mistake the_first_to_arrive_leads: index + 1 == parties ~> index == 0
        Self { index, leader: index + 1 == parties }
    }

    /// The caller's place in the order of arrival: from 0 to `parties - 1`, and no two of a round have the same.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// # async fn example() {
    /// let barrier = anywake::Barrier::new(2);
    /// let mut first = core::pin::pin!(barrier.wait());
    /// first.as_mut().enable();
    /// assert_eq!(barrier.wait().await.unwrap().index(), 1);
    /// assert_eq!(first.await.unwrap().index(), 0);
    /// # }
    /// # anywake_core::doctest::block_on(example());
    /// ```
    #[must_use]
    pub fn index(&self) -> usize {
        self.index
    }

    /// Whether the caller was the last to arrive. Exactly one pass of each round says so.
    ///
    /// It is the last one because its `wait` does not wait: it returns in the poll that completes the round, so this pass
    /// cannot be lost by a wait that is dropped too early.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// # async fn example() {
    /// let barrier = anywake::Barrier::new(2);
    /// let mut first = core::pin::pin!(barrier.wait());
    /// first.as_mut().enable();
    /// assert!(barrier.wait().await.unwrap().is_leader());
    /// assert!(!first.await.unwrap().is_leader());
    /// # }
    /// # anywake_core::doctest::block_on(example());
    /// ```
    #[must_use]
    pub fn is_leader(&self) -> bool {
        self.leader
    }
}

/// The barrier was aborted, or reset while the caller waited.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct BrokenBarrier;

messages! {
    [] BrokenBarrier { Self => "the barrier is broken", }
}
