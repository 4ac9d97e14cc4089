//! [`SafeCounter`]: a number that tasks change one after the other.

use core::future::Future;

use anywake_core::Lock;

/// A counter whose changes never overlap, even if a change waits between its read and its write.
///
/// Plain counting needs only an atomic. This counter is for a change that reads, *awaits* and writes: no other change
/// happens in between.
///
/// # Examples
///
/// ```
/// use anywake::{SafeCounter, blocking};
///
/// let counter = SafeCounter::new(0);
/// blocking::wait(async {
///     counter.increment().await;
///     counter.update(async |count| count * 10).await;
/// });
/// assert_eq!(counter.into_inner(), 10);
/// ```
#[derive(Debug, Default)]
pub struct SafeCounter {
    count: Lock<i64>,
}

impl SafeCounter {
    const_fn! {
        /// Returns a counter with the value `count`.
        ///
        /// # Examples
        ///
        /// ```
        /// use anywake::SafeCounter;
        ///
        /// static COUNTER: SafeCounter = SafeCounter::new(3);
        ///
        /// assert_eq!(anywake::blocking::wait(COUNTER.get()), 3);
        /// ```
        #[must_use]
        pub const fn new(count: i64) -> Self {
            Self { count: Lock::new(count) }
        }
    }

    /// Returns the count, after all changes that were requested earlier.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped, only its place in the queue is lost. That is so for all methods of this type.
    ///
    /// # Examples
    ///
    /// ```
    /// use anywake::{SafeCounter, blocking};
    ///
    /// assert_eq!(blocking::wait(SafeCounter::new(7).get()), 7);
    /// ```
    pub async fn get(&self) -> i64 {
        *self.count.lock().await
    }

    /// Adds one, and returns the new count.
    ///
    /// # Examples
    ///
    /// ```
    /// use anywake::{SafeCounter, blocking};
    ///
    /// assert_eq!(blocking::wait(SafeCounter::new(7).increment()), 8);
    /// ```
    pub async fn increment(&self) -> i64 {
        self.add(1).await
    }

    /// Adds `n`, which may be negative, and returns the new count.
    ///
    /// # Panics
    ///
    /// If the sum does not fit into an `i64`. The count is unchanged then.
    ///
    /// # Examples
    ///
    /// ```
    /// use anywake::{SafeCounter, blocking};
    ///
    /// assert_eq!(blocking::wait(SafeCounter::new(7).add(-2)), 5);
    /// ```
    pub async fn add(&self, n: i64) -> i64 {
        self.update(async |count| count.checked_add(n).expect("the count overflows")).await
    }

    /// Replaces the count with the output of `change`, which may await, and returns the new count.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped, or `change` panics, the count is unchanged.
    ///
    /// # Examples
    ///
    /// ```
    /// use anywake::{SafeCounter, blocking};
    ///
    /// let counter = SafeCounter::new(7);
    /// assert_eq!(blocking::wait(counter.update(async |count| count * 2)), 14);
    /// ```
    pub async fn update<F: Future<Output = i64>>(&self, change: impl FnOnce(i64) -> F) -> i64 {
        let mut count = self.count.lock().await;
        *count = change(*count).await;
        *count
    }

    /// Returns the count.
    ///
    /// # Examples
    ///
    /// ```
    /// use anywake::SafeCounter;
    ///
    /// assert_eq!(SafeCounter::new(7).into_inner(), 7);
    /// ```
    #[must_use]
    pub fn into_inner(self) -> i64 {
        self.count.into_inner()
    }
}
