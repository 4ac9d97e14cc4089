//! [`Latch`]: a count that only falls, and tasks that wait until it is zero. Its guards, futures and errors.

#[cfg(feature = "alloc")]
use crate::sys::Arc;
use core::fmt;

use crate::sys::atomic::const_fn;
use crate::wait::future::Wait;
use crate::wait::handle::Primitive;
use crate::wait::trace::{self, named};

mod error;
mod guard;
mod raw;
mod wait;

pub use error::{CountTooHigh, LatchError};
#[cfg(feature = "alloc")]
pub use guard::OwnedLatchGuard;
pub use guard::{Guard, LatchGuard};
use raw::MAX;
pub(crate) use raw::{CountCore, ONE};
pub use wait::LatchFuture;
#[cfg(feature = "alloc")]
pub use wait::OwnedLatchFuture;
pub(crate) use wait::ZeroWait;

/// A count that only falls. Tasks wait until it is zero.
///
/// A latch begins with a count. [`count_down`](Self::count_down) lowers it, and so does a [`guard`](Self::guard) that is
/// dropped. When the count becomes zero, all tasks that wait are woken, and later waits end at once. The count never rises
/// again: for that, take a [`WaitGroup`](crate::WaitGroup). A latch takes up to four words, neither allocates nor grows,
/// and lives in a `static`.
///
/// # Counting too far
/// It is an error, and changes nothing: [`LatchError`] says how much could have been counted down. Java's
/// `CountDownLatch` and asyncband's `Latch` ignore it; in C++ it is undefined behaviour.
///
/// # Guards
/// A guard reserves one of the counts. Nobody else can count that one down, so the latch cannot open while a guard lives,
/// and the drop of a guard always finds its count. A guard too many is an error where it is made, not where it is dropped.
/// A guard that is forgotten (`core::mem::forget`) keeps the latch closed for ever.
///
/// # Memory ordering
/// Each `count_down` that succeeds, and each drop of a guard, synchronizes with the waits that end when the count is zero,
/// and with [`remaining`](Self::remaining) returning zero.
///
/// # A wait that is not polled
/// It holds nothing up: a latch has nothing to hand over.
///
/// # Interrupt handlers
/// With the feature `critical-section`, all methods may be called from one, and guards may be dropped there, except that
/// `wait` is awaited elsewhere.
///
/// # Examples
/// ```
/// # use anywake_core as anywake;
/// # async fn example() {
/// static PARTS: anywake::Latch = anywake::Latch::new(3);
///
/// PARTS.count_down(2).unwrap();
/// std::thread::spawn(|| {
///     // Counts down when it is dropped, also if the thread panics.
///     let _part = PARTS.guard().unwrap();
/// });
/// PARTS.wait().await;
/// assert!(PARTS.count_down(1).is_err(), "that would be one too many");
/// # }
/// # anywake_core::doctest::block_on(example());
/// ```
#[doc(alias("CountDownLatch", "countdown", "CountdownEvent"))]
pub struct Latch {
    core: CountCore,
}

impl Latch {
    /// The highest count of a latch: 2<sup>31</sup> - 1 where an address has 64 bits, and 2<sup>15</sup> - 1 where it has
    /// 32.
    pub const MAX_COUNT: usize = MAX;

    const_fn! {
        /// A latch that opens after `count` counts.
        ///
        /// A latch with a count of zero is open from the beginning.
        ///
        /// # Panics
        /// Above [`MAX_COUNT`](Self::MAX_COUNT). In a `static` or `const` that does not compile. [`try_new`](Self::try_new)
        /// returns an error instead.
        ///
        /// # Examples
        /// ```
        /// # use anywake_core as anywake;
        /// static STARTED: anywake::Latch = anywake::Latch::new(3);
        /// assert_eq!(STARTED.remaining(), 3);
        /// ```
        #[must_use]
        pub const fn new(count: usize) -> Self {
            assert!(count <= MAX, "a higher count than Latch::MAX_COUNT");
            Self { core: CountCore::counting_down(count) }
        }
    }

    named! { core.queue }

    /// As [`new`](Self::new), for a count that is known only at run time.
    ///
    /// # Errors
    /// [`CountTooHigh`] above [`MAX_COUNT`](Self::MAX_COUNT).
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// use anywake::{CountTooHigh, Latch};
    ///
    /// assert_eq!(Latch::try_new(3).unwrap().remaining(), 3);
    /// assert_eq!(Latch::try_new(Latch::MAX_COUNT + 1).unwrap_err(), CountTooHigh);
    /// ```
    pub fn try_new(count: usize) -> Result<Self, CountTooHigh> {
        // mistake a_latch_counts_beyond_its_word: count <= MAX ~> count <= MAX + 1
        if count <= MAX { Ok(Self::new(count)) } else { Err(CountTooHigh) }
    }

    /// Lowers the count by `n`. If it becomes zero, wakes all tasks that wait.
    ///
    /// Waiters are served in batches. Between two batches the internal lock is free, and wakers run.
    ///
    /// # Errors
    /// [`LatchError`] if less than `n` remains that no [`guard`](Self::guard) holds. Nothing has changed then.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// let latch = anywake::Latch::new(3);
    /// latch.count_down(1).unwrap();
    /// assert_eq!(latch.count_down(3).unwrap_err().remaining(), 2);
    /// latch.count_down(2).unwrap();
    /// assert_eq!(latch.remaining(), 0);
    /// ```
    #[doc(alias = "arrive")]
    #[inline]
    pub fn count_down(&self, n: usize) -> Result<(), LatchError> {
        self.core.count_down(n)
    }

    /// Reserves one of the counts. It is counted down when the guard is dropped.
    ///
    /// # Errors
    /// [`LatchError`] if no count remains that is not reserved already.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// let latch = anywake::Latch::new(1);
    /// let guard = latch.guard().unwrap();
    /// assert!(latch.guard().is_err() && latch.count_down(1).is_err(), "the only count is reserved");
    /// assert_eq!(latch.remaining(), 1);
    /// drop(guard);
    /// assert_eq!(latch.remaining(), 0);
    /// ```
    #[inline]
    pub fn guard(&self) -> Result<LatchGuard<'_>, LatchError> {
        Guard::reserve(self)
    }

    /// As [`guard`](Self::guard), but the guard keeps the latch alive and may be sent to other threads.
    ///
    /// For a latch that lies in a larger value behind an `Arc`, see [`ArcPart`](crate::ArcPart).
    ///
    /// # Errors
    /// As for [`guard`](Self::guard).
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// # use std::sync::Arc;
    /// let latch = Arc::new(anywake::Latch::new(1));
    /// let guard = Arc::clone(&latch).guard_owned().unwrap();
    /// std::thread::spawn(move || drop(guard)).join().unwrap();
    /// assert_eq!(latch.remaining(), 0);
    /// ```
    #[cfg(feature = "alloc")]
    #[cfg_attr(docsrs, doc(cfg(feature = "alloc")))]
    pub fn guard_owned(self: Arc<Self>) -> Result<OwnedLatchGuard, LatchError> {
        Guard::reserve(self)
    }

    /// Waits until the count is zero.
    ///
    /// # Cancel safety
    /// Dropping the future loses nothing, and changes no count.
    ///
    /// # Fairness
    /// All tasks that wait are woken in the order in which they began.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// # async fn example() {
    /// let latch = anywake::Latch::new(1);
    /// assert!(!core::pin::pin!(latch.wait()).enable(), "one remains");
    /// latch.count_down(1).unwrap();
    /// latch.wait().await;
    /// # }
    /// # anywake_core::doctest::block_on(example());
    /// ```
    #[inline]
    #[cfg_attr(feature = "diagnose", track_caller)]
    pub fn wait(&self) -> LatchFuture<'_> {
        LatchFuture::over(Wait::new(self, ()))
    }

    /// As [`wait`](Self::wait), with a future that keeps the latch alive: it can be stored in a struct and spawned.
    ///
    /// # Cancel safety
    /// As for [`wait`](Self::wait).
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// # use std::sync::Arc;
    /// # async fn example() {
    /// let latch = Arc::new(anywake::Latch::new(1));
    /// let wait = Arc::clone(&latch).wait_owned();
    /// latch.count_down(1).unwrap();
    /// assert_eq!(Arc::strong_count(&latch), 2);
    /// drop(latch);
    /// wait.await;
    /// # }
    /// # anywake_core::doctest::block_on(example());
    /// ```
    #[cfg(feature = "alloc")]
    #[cfg_attr(docsrs, doc(cfg(feature = "alloc")))]
    #[cfg_attr(feature = "diagnose", track_caller)]
    pub fn wait_owned(self: Arc<Self>) -> OwnedLatchFuture {
        OwnedLatchFuture::over(Wait::new(self, ()))
    }

    /// How many counts are left before the latch opens, those that guards hold included.
    ///
    /// A thread that sees zero sees what was done before each `count_down`.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// let latch = anywake::Latch::new(3);
    /// let guard = latch.guard().unwrap();
    /// latch.count_down(1).unwrap();
    /// assert_eq!(latch.remaining(), 2);
    /// # drop(guard);
    /// ```
    #[inline]
    #[must_use]
    pub fn remaining(&self) -> usize {
        self.core.remaining()
    }

    /// How many tasks wait.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// let latch = anywake::Latch::new(1);
    /// let mut wait = core::pin::pin!(latch.wait());
    /// wait.as_mut().enable();
    /// assert_eq!(latch.waiters(), 1);
    /// ```
    pub fn waiters(&self) -> usize {
        self.core.waiters()
    }
}

impl Primitive for Latch {
    type Core = CountCore;

    #[inline]
    fn core(&self) -> &CountCore {
        &self.core
    }
}

impl fmt::Debug for Latch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Latch")
            .field("remaining", &self.remaining())
            .field("waiters", &trace::listed(&self.core.queue, self.waiters()))
            .finish()
    }
}
