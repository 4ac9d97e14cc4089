//! [`SharedState`]: items that are collected until there are enough of them.

use std::collections::VecDeque;

use anywake_core::{Condition, Lock};

/// A collection from which consumers take as many items as they need, once there are that many.
///
/// Unlike with a queue, a consumer waits for a whole batch, and a consumer with a lower threshold may be served before
/// it. The collection has no bound. For back-pressure use a [`Queue`](crate::Queue) and
/// [`chunks_timeout`](crate::stream::chunks_timeout).
///
/// # Examples
///
/// ```
/// use anywake::{SharedState, blocking};
/// use futures_util::future::join;
///
/// let state = SharedState::new();
/// let produce = async {
///     for n in 0..3 {
///         state.produce(n).await;
///     }
/// };
/// let (batch, ()) = blocking::wait(join(state.consume(2), produce));
/// assert_eq!(batch, [0, 1]);
/// assert_eq!(blocking::wait(state.len()), 1);
/// ```
#[derive(Debug)]
pub struct SharedState<T> {
    items: Lock<VecDeque<T>>,
    grown: Condition,
}

impl<T> SharedState<T> {
    const_fn! {
        /// Returns an empty collection.
        ///
        /// # Examples
        ///
        /// ```
        /// use anywake::{SharedState, blocking};
        ///
        /// static STATE: SharedState<u8> = SharedState::new();
        ///
        /// assert!(blocking::wait(STATE.is_empty()));
        /// ```
        #[must_use]
        pub const fn new() -> Self {
            Self { items: Lock::new(VecDeque::new()), grown: Condition::new() }
        }
    }

    /// Adds an item.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped before it completes, the item is dropped with it.
    ///
    /// # Examples
    ///
    /// ```
    /// use anywake::{SharedState, blocking};
    ///
    /// let state = SharedState::new();
    /// blocking::wait(state.produce("item"));
    /// assert_eq!(blocking::wait(state.len()), 1);
    /// ```
    pub async fn produce(&self, item: T) {
        let mut items = self.items.lock().await;
        items.push_back(item);
        // mistake a_change_of_state_wakes_one_consumer: self.grown.notify_all(); ~> self.grown.notify(1);
        self.grown.notify_all();
    }

    /// Waits until there are `threshold` items, and returns that many, the oldest first.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped, no item is taken.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(feature = "test-util")] {
    /// use anywake::{SharedState, assert_pending, assert_ready, blocking, test_util::Probe};
    ///
    /// let state = SharedState::new();
    /// let mut pair = Probe::new(state.consume(2));
    /// assert_pending!(pair.poll());
    /// blocking::wait(state.produce("one"));
    /// assert_pending!(pair.poll());
    /// blocking::wait(state.produce("two"));
    /// assert_eq!(assert_ready!(pair.poll()), ["one", "two"]);
    /// # }
    /// ```
    pub async fn consume(&self, threshold: usize) -> Vec<T> {
        let items = self.items.lock().await;
        let mut items = self.grown.wait_for(items, |items| items.len() >= threshold).await;
        items.drain(..threshold).collect()
    }

    /// Returns how many items there are.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost.
    ///
    /// # Examples
    ///
    /// ```
    /// use anywake::{SharedState, blocking};
    ///
    /// let state = SharedState::new();
    /// blocking::wait(state.produce("item"));
    /// assert_eq!(blocking::wait(state.len()), 1);
    /// ```
    pub async fn len(&self) -> usize {
        self.items.lock().await.len()
    }

    /// Returns whether there are no items.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost.
    ///
    /// # Examples
    ///
    /// ```
    /// use anywake::{SharedState, blocking};
    ///
    /// let state = SharedState::new();
    /// blocking::wait(state.produce("item"));
    /// assert!(!blocking::wait(state.is_empty()));
    /// ```
    pub async fn is_empty(&self) -> bool {
        self.len().await == 0
    }
}

impl<T> Default for SharedState<T> {
    fn default() -> Self {
        Self::new()
    }
}
