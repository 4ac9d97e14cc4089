//! The semaphore whose requests have levels.

use super::error::TryAcquireError;
use super::guard::try_acquire;
use super::mode::Priorities;
use super::raw::{MAX, MAX_LIMIT, Request, SemaphoreCore};
use super::{AcquireManyFuture, Permit, Semaphore};
#[cfg(feature = "alloc")]
use super::{OwnedAcquireManyFuture, OwnedPermit};
#[cfg(feature = "alloc")]
use crate::sys::Arc;
use crate::sys::atomic::const_fn;
use crate::wait::future::Wait;

/// A [`Semaphore`] whose requests have one of `LEVELS` levels, of which 0 is the most urgent.
///
/// [`acquire_at`](Semaphore::acquire_at) waits for permits at a level. Permits that return are handed to the longest waiter
/// of the most urgent level; within a level it is first come, first served. All that a semaphore has is there too: requests
/// for many permits, owned permits, [`close`](Semaphore::close), [`reduce`](Semaphore::reduce). Requests that say no level,
/// as [`acquire`](Semaphore::acquire), are of the least urgent one.
///
/// # Fairness
/// While a waiter is the longest one of its level, at most `limit` requests of more urgent levels are granted permits; the
/// limit is set when the semaphore is made. Then the waiter comes before them. If that is so of several at once, the one of
/// the least urgent level comes first. So nobody starves, whatever the load.
///
/// A request for many permits collects them while it is the first, and is overtaken by a more urgent one that is content
/// with those that are there. When it is due by the limit, all others wait for it.
///
/// [`try_acquire_at`](Semaphore::try_acquire_at) overtakes those whom [`acquire_at`](Semaphore::acquire_at) would overtake.
///
/// # Cost
/// Each operation takes the same time whatever the number of waiters, and looks once or twice at the first of each level.
/// `LEVELS` is from 1 to 16; a level takes one word. No code of the caller compares anything.
///
/// # No inheritance
/// While a task holds a permit that an urgent one waits for, its own priority is not raised. A primitive that knows no
/// executor cannot raise a task, and an executor that could would have to be told of each wait. What is held is handed over
/// as soon as it returns, so an urgent task waits for the holder only, and not for others of its level. But a task of
/// neither may keep the holder from running. Where that matters, let the tasks that share the permits run on one executor,
/// whose priority is that of the most urgent of them (a *ceiling*), or hold no permit across an `.await`.
///
/// # Interrupt handlers
/// As for a [`Semaphore`].
///
/// # Examples
/// ```
/// # use anywake_core as anywake;
/// # async fn example() {
/// use anywake::PrioritySemaphore;
///
/// // Three levels; a request is overtaken at most 8 times while it is the longest of its level.
/// static BUS: PrioritySemaphore<3> = PrioritySemaphore::with_priorities(1, 8);
///
/// let held = BUS.acquire().await.unwrap();
/// let mut log = core::pin::pin!(BUS.acquire_at(1, 2));
/// let mut alarm = core::pin::pin!(BUS.acquire_at(1, 0));
/// assert!(!log.as_mut().enable() && !alarm.as_mut().enable());
/// drop(held);
/// assert!(alarm.is_decided() && !log.is_decided(), "the alarm is served first, although it came later");
/// # }
/// # anywake_core::doctest::block_on(example());
/// ```
#[doc(alias("priority", "urgent", "starvation"))]
pub type PrioritySemaphore<const LEVELS: usize> = Semaphore<Priorities<LEVELS>>;

/// The most levels. Each operation looks at all of them.
const MAX_LEVELS: usize = 16;

impl<const LEVELS: usize> PrioritySemaphore<LEVELS> {
    const_fn! {
        /// A semaphore with `permits` permits, where a waiter that is the longest of its level may be overtaken up to
        /// `limit` times by more urgent ones.
        ///
        /// `LEVELS` is from 1 to 16. Another number does not compile.
        ///
        /// # Panics
        /// Above [`MAX_PERMITS`](Semaphore::MAX_PERMITS), and if `limit` is 0 or above
        /// [`MAX_BYPASS`](Semaphore::MAX_BYPASS). In a `static` or `const` that does not compile.
        ///
        /// # Examples
        /// ```
        /// # use anywake_core as anywake;
        /// use anywake::PrioritySemaphore;
        ///
        /// static SLOTS: PrioritySemaphore<2> = PrioritySemaphore::with_priorities(3, 100);
        /// assert_eq!(SLOTS.available_permits(), 3);
        /// ```
        #[must_use]
        pub const fn with_priorities(permits: usize, limit: u16) -> Self {
            Self::prioritised(permits, MAX, limit)
        }
    }

    const_fn! {
        /// As [`with_priorities`](Self::with_priorities), for a semaphore that never holds more than its first `permits`
        /// permits: see [`bounded`](Semaphore::bounded).
        ///
        /// # Panics
        /// As for [`with_priorities`](Self::with_priorities).
        ///
        /// # Examples
        /// ```
        /// # use anywake_core as anywake;
        /// let slots = anywake::PrioritySemaphore::<2>::bounded_with_priorities(3, 100);
        /// assert!(slots.release(1).is_err(), "all three are there");
        /// ```
        #[must_use]
        pub const fn bounded_with_priorities(permits: usize, limit: u16) -> Self {
            Self::prioritised(permits, permits, limit)
        }
    }

    const_fn! {
        const fn prioritised(permits: usize, bound: usize, limit: u16) -> Self {
            const { assert!(LEVELS > 0 && LEVELS <= MAX_LEVELS, "a PrioritySemaphore has from 1 to 16 levels") }
            assert!(permits <= MAX, "more permits than Semaphore::MAX_PERMITS");
            assert!(limit > 0, "the limit of a PrioritySemaphore is at least one");
            assert!(limit <= MAX_LIMIT, "the limit of a PrioritySemaphore is at most Semaphore::MAX_BYPASS (8191)");
            Self { core: SemaphoreCore::new(permits, bound, limit) }
        }
    }

    /// Waits for `n` permits at a level, of which 0 is the most urgent, and takes them together. Zero permits are granted at
    /// once.
    ///
    /// # Cancel safety
    /// As for [`acquire_many`](Self::acquire_many).
    ///
    /// # Errors
    /// As for [`acquire_many`](Self::acquire_many).
    ///
    /// # Panics
    /// If there is no such level: if `level` is not below `LEVELS`.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// # async fn example() {
    /// let slots = anywake::PrioritySemaphore::<2>::with_priorities(4, 10);
    /// assert_eq!(slots.acquire_at(3, 0).await.unwrap().count(), 3);
    /// # }
    /// # anywake_core::doctest::block_on(example());
    /// ```
    #[inline]
    #[cfg_attr(feature = "diagnose", track_caller)]
    pub fn acquire_at(&self, n: usize, level: usize) -> AcquireManyFuture<'_, Priorities<LEVELS>> {
        AcquireManyFuture::over(Wait::new(self, Request::many(n, level_of::<LEVELS>(level))))
    }

    /// Takes `n` permits at a level if they are there, without waiting, and before waiters of less urgent levels that were not
    /// overtaken as often as they may be.
    ///
    /// May be called from an interrupt handler with the feature `critical-section`.
    ///
    /// # Errors
    /// The reason why not: see [`TryAcquireError`].
    ///
    /// # Panics
    /// If there is no such level: if `level` is not below `LEVELS`.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// let slots = anywake::PrioritySemaphore::<2>::with_priorities(1, 10);
    /// let mut two = core::pin::pin!(slots.acquire_at(2, 1));
    /// assert!(!two.as_mut().enable(), "one is there, and it waits for another one");
    /// assert!(slots.try_acquire_at(1, 1).is_err(), "that would overtake its own level");
    /// assert!(slots.try_acquire_at(1, 0).is_ok());
    /// ```
    #[inline]
    pub fn try_acquire_at(
        &self,
        n: usize,
        level: usize,
    ) -> Result<Permit<'_, Priorities<LEVELS>>, TryAcquireError> {
        try_acquire(self, Request::many(n, level_of::<LEVELS>(level)))
    }

    /// As [`acquire_at`](Self::acquire_at), but the permits keep the semaphore alive.
    ///
    /// # Cancel safety
    /// As for [`acquire_many`](Self::acquire_many).
    ///
    /// # Errors
    /// As for [`acquire_many`](Self::acquire_many).
    ///
    /// # Panics
    /// As for [`acquire_at`](Self::acquire_at).
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// # use std::sync::Arc;
    /// # async fn example() {
    /// let slots = Arc::new(anywake::PrioritySemaphore::<2>::with_priorities(1, 10));
    /// let permit = Arc::clone(&slots).acquire_at_owned(1, 0).await.unwrap();
    /// std::thread::spawn(move || drop(permit)).join().unwrap();
    /// assert_eq!(slots.available_permits(), 1);
    /// # }
    /// # anywake_core::doctest::block_on(example());
    /// ```
    #[cfg(feature = "alloc")]
    #[cfg_attr(docsrs, doc(cfg(feature = "alloc")))]
    #[cfg_attr(feature = "diagnose", track_caller)]
    pub fn acquire_at_owned(
        self: Arc<Self>,
        n: usize,
        level: usize,
    ) -> OwnedAcquireManyFuture<Priorities<LEVELS>> {
        OwnedAcquireManyFuture::over(Wait::new(self, Request::many(n, level_of::<LEVELS>(level))))
    }

    /// As [`try_acquire_at`](Self::try_acquire_at), but the permits keep the semaphore alive.
    ///
    /// # Errors
    /// The reason why not: see [`TryAcquireError`].
    ///
    /// # Panics
    /// As for [`acquire_at`](Self::acquire_at).
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// # use std::sync::Arc;
    /// let slots = Arc::new(anywake::PrioritySemaphore::<2>::with_priorities(1, 10));
    /// let permit = Arc::clone(&slots).try_acquire_at_owned(1, 0).unwrap();
    /// assert!(slots.try_acquire_at_owned(1, 0).is_err());
    /// # drop(permit);
    /// ```
    #[cfg(feature = "alloc")]
    #[cfg_attr(docsrs, doc(cfg(feature = "alloc")))]
    pub fn try_acquire_at_owned(
        self: Arc<Self>,
        n: usize,
        level: usize,
    ) -> Result<OwnedPermit<Priorities<LEVELS>>, TryAcquireError> {
        try_acquire(self, Request::many(n, level_of::<LEVELS>(level)))
    }
}

#[inline]
fn level_of<const LEVELS: usize>(level: usize) -> u8 {
    assert!(level < LEVELS, "a PrioritySemaphore has no such level");
    level as u8
}
