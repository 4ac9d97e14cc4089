//! [`Semaphore`]: a number of permits, handed out first come, first served, or by priority ([`PrioritySemaphore`]). Its
//! permits, futures and errors, and its modes.

#[cfg(feature = "alloc")]
use crate::sys::Arc;
use core::fmt;

use crate::sys::atomic::const_fn;
use crate::wait::future::Wait;
use crate::wait::handle::Primitive;
use crate::wait::trace::{self, named};

mod error;
mod guard;
mod mode;
mod priorities;
mod raw;
mod wait;

pub use error::{AcquireError, MergeError, ReleaseError, TooManyPermits, TryAcquireError};
#[cfg(feature = "alloc")]
pub use guard::OwnedPermit;
use guard::try_acquire;
pub use guard::{Permit, Permits};
pub use mode::{Bypass, Fifo, Mode, Priorities};
pub use priorities::PrioritySemaphore;
use raw::{MAX, Request, SemaphoreCore};
pub use wait::{AcquireFuture, AcquireManyFuture};
#[cfg(feature = "alloc")]
pub use wait::{OwnedAcquireFuture, OwnedAcquireManyFuture, PartAcquireFuture};

/// An asynchronous counting semaphore.
///
/// It holds a number of permits. [`acquire`](Self::acquire) takes one and waits while there is none; the [`Permit`] returns
/// when it is dropped. Waiters queue inside their own futures, so a semaphore neither allocates nor grows, and lives in a
/// `static`.
///
/// A [`bounded`](Self::bounded) semaphore, as asyncio's `BoundedSemaphore`, never holds more permits than it began with: it
/// counts those that are held, and [`release`](Self::release) adds only as many as were forgotten.
///
/// # Fairness
/// * [`new`](Self::new) and [`bounded`](Self::bounded): permits are handed to the longest waiter. A request for many permits
///   waits at the front until all are there; smaller requests queue behind it, so it is not starved. `try_acquire` fails
///   while others wait.
/// * [`with_bypass`](Semaphore::with_bypass): permits that return are left free for the task that is running, which saves a
///   task switch for each of them. The waiters that the free permits are enough for are woken, the longest first, and the
///   first is overtaken at most `limit` times before permits are kept for it and handed to it. No clock is involved, so
///   the bound holds without an operating system, too. A queued waiter that is polled while its permits are free takes
///   them, wherever it stands in the queue, and counts as one that overtakes.
/// * [`with_unbounded_bypass`](Semaphore::with_unbounded_bypass): the same without a bound.
/// * [`with_priorities`](Semaphore::with_priorities): requests have levels, see [`PrioritySemaphore`].
///
/// The mode is the type parameter `M`: a semaphore with a bypass is a `Semaphore<`[`Bypass`]`>`, and a `Semaphore` has none.
///
/// # A wait that is not polled
/// A queued future that is alive but not polled, for example one that a `select!` loop keeps aside, is handed its permits
/// like any other, and then keeps them from all others until it is polled or dropped. While it is first in the queue and
/// its permits are not there yet, all requests behind it wait, too. If its task then waits for the same semaphore a second
/// time, it may wait for ever. (Oxide's RFD 609 calls this a *futurelock*.) Drop what you do not poll, or give it a task of
/// its own; streams of waits belong into `buffered`, not into a `select!` loop that keeps them aside. With a bypass the
/// first waiter is handed its permits only after it was overtaken `limit` times, and without a bound never, so others get
/// past it: this is the way out where neither can be had.
///
/// # Interrupt handlers
/// With the feature `critical-section`, [`release`](Self::release) and the `try_` methods may be called from one, and
/// permits may be dropped there.
///
/// # Examples
/// ```
/// # use anywake_core as anywake;
/// # async fn example() {
/// static FILES: anywake::Semaphore = anywake::Semaphore::new(2);
///
/// let one = FILES.acquire().await.unwrap();
/// let two = FILES.acquire().await.unwrap();
/// assert!(FILES.try_acquire().is_err());
/// drop((one, two));
/// assert_eq!(FILES.available_permits(), 2);
/// # }
/// # anywake_core::doctest::block_on(example());
/// ```
#[doc(alias("permits", "BoundedSemaphore", "rate limit"))]
pub struct Semaphore<M: Mode = Fifo> {
    core: SemaphoreCore<M>,
}

impl Semaphore {
    /// The most permits that a semaphore can count: an eighth of the address space.
    pub const MAX_PERMITS: usize = MAX;

    const_fn! {
        /// A semaphore with `permits` permits, to which [`release`](Self::release) may add.
        ///
        /// # Panics
        /// Above [`MAX_PERMITS`](Self::MAX_PERMITS). In a `static` or `const` that does not compile.
        /// [`try_new`](Self::try_new) returns an error instead.
        ///
        /// # Examples
        /// ```
        /// # use anywake_core as anywake;
        /// static SLOTS: anywake::Semaphore = anywake::Semaphore::new(3);
        /// assert_eq!(SLOTS.available_permits(), 3);
        /// ```
        #[must_use]
        pub const fn new(permits: usize) -> Self {
            assert!(permits <= MAX, "more permits than Semaphore::MAX_PERMITS");
            Self { core: SemaphoreCore::new(permits, MAX, ()) }
        }
    }

    const_fn! {
        /// A semaphore that never holds more than its first `permits` permits.
        ///
        /// # Panics
        /// Above [`MAX_PERMITS`](Self::MAX_PERMITS). In a `static` or `const` that does not compile.
        /// [`try_bounded`](Self::try_bounded) returns an error instead.
        ///
        /// # Examples
        /// ```
        /// # use anywake_core as anywake;
        /// let slots = anywake::Semaphore::bounded(3);
        /// assert!(slots.release(1).is_err(), "all three are there");
        /// ```
        #[must_use]
        pub const fn bounded(permits: usize) -> Self {
            assert!(permits <= MAX, "more permits than Semaphore::MAX_PERMITS");
            Self { core: SemaphoreCore::new(permits, permits, ()) }
        }
    }

    /// As [`new`](Self::new), for a number that is known only at run time.
    ///
    /// # Errors
    /// [`TooManyPermits`] above [`MAX_PERMITS`](Self::MAX_PERMITS).
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// assert!(anywake::Semaphore::try_new(3).is_ok());
    /// assert!(anywake::Semaphore::try_new(usize::MAX).is_err());
    /// ```
    pub fn try_new(permits: usize) -> Result<Self, TooManyPermits> {
        if permits <= MAX { Ok(Self::new(permits)) } else { Err(TooManyPermits) }
    }

    /// As [`bounded`](Self::bounded), for a number that is known only at run time.
    ///
    /// # Errors
    /// [`TooManyPermits`] above [`MAX_PERMITS`](Self::MAX_PERMITS).
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// assert!(anywake::Semaphore::try_bounded(3).is_ok());
    /// assert!(anywake::Semaphore::try_bounded(usize::MAX).is_err());
    /// ```
    pub fn try_bounded(permits: usize) -> Result<Self, TooManyPermits> {
        if permits <= MAX { Ok(Self::bounded(permits)) } else { Err(TooManyPermits) }
    }
}

impl Semaphore<Bypass> {
    /// The highest bypass limit: 8191.
    pub const MAX_BYPASS: u16 = raw::MAX_LIMIT;

    const_fn! {
        /// A semaphore with `permits` permits, whose first waiter may be overtaken up to `limit` times; 0 is as
        /// [`new`](Semaphore::new).
        ///
        /// # Panics
        /// Above [`MAX_PERMITS`](Semaphore::MAX_PERMITS), and if `limit` is above [`MAX_BYPASS`](Self::MAX_BYPASS). In a
        /// `static` or `const` that does not compile.
        ///
        /// # Examples
        /// ```
        /// # use anywake_core as anywake;
        /// use anywake::{Semaphore, semaphore::Bypass};
        ///
        /// static SLOTS: Semaphore<Bypass> = Semaphore::with_bypass(1, 1);
        ///
        /// let permit = SLOTS.try_acquire().unwrap();
        /// let mut waiter = core::pin::pin!(SLOTS.acquire());
        /// assert!(!waiter.as_mut().enable());
        /// drop(permit);
        /// assert!(SLOTS.try_acquire().is_ok(), "it overtakes the waiter");
        /// assert!(SLOTS.try_acquire().is_err(), "no second one does");
        /// ```
        #[must_use]
        pub const fn with_bypass(permits: usize, limit: u16) -> Self {
            assert!(limit <= raw::MAX_LIMIT, "the bypass limit of a Semaphore is at most Semaphore::MAX_BYPASS (8191)");
            Self::bypassed(permits, MAX, limit)
        }
    }

    const_fn! {
        /// A semaphore with `permits` permits that are never handed over: a permit that returns wakes a waiter, and is
        /// free for the task that asks first.
        ///
        /// A wait that is alive but not polled keeps no permit from others. The price is that a waiter may be overtaken
        /// again and again, and starve. Prefer [`with_bypass`](Self::with_bypass) where that matters.
        ///
        /// # Panics
        /// Above [`MAX_PERMITS`](Semaphore::MAX_PERMITS). In a `static` or `const` that does not compile.
        ///
        /// # Examples
        /// ```
        /// # use anywake_core as anywake;
        /// let slots = anywake::Semaphore::with_unbounded_bypass(1);
        /// let permit = slots.try_acquire().unwrap();
        /// let mut waiter = core::pin::pin!(slots.acquire());
        /// assert!(!waiter.as_mut().enable());
        /// drop(permit);
        /// for _ in 0..20_000 {
        ///     assert!(slots.try_acquire().is_ok());
        /// }
        /// ```
        #[must_use]
        pub const fn with_unbounded_bypass(permits: usize) -> Self {
            Self::bypassed(permits, MAX, raw::NO_LIMIT)
        }
    }

    const_fn! {
        /// As [`with_bypass`](Self::with_bypass), for a semaphore that never holds more than its first `permits` permits:
        /// see [`bounded`](Semaphore::bounded).
        ///
        /// # Panics
        /// As for [`with_bypass`](Self::with_bypass).
        ///
        /// # Examples
        /// ```
        /// # use anywake_core as anywake;
        /// let slots = anywake::Semaphore::bounded_with_bypass(3, 10);
        /// assert!(slots.release(1).is_err(), "all three are there");
        /// ```
        #[must_use]
        pub const fn bounded_with_bypass(permits: usize, limit: u16) -> Self {
            assert!(limit <= raw::MAX_LIMIT, "the bypass limit of a Semaphore is at most Semaphore::MAX_BYPASS (8191)");
            Self::bypassed(permits, permits, limit)
        }
    }

    const_fn! {
        /// As [`with_unbounded_bypass`](Self::with_unbounded_bypass), for a semaphore that never holds more than its first
        /// `permits` permits: see [`bounded`](Semaphore::bounded).
        ///
        /// # Panics
        /// As for [`with_unbounded_bypass`](Self::with_unbounded_bypass).
        ///
        /// # Examples
        /// ```
        /// # use anywake_core as anywake;
        /// let slots = anywake::Semaphore::bounded_with_unbounded_bypass(3);
        /// assert!(slots.release(1).is_err(), "all three are there");
        /// ```
        #[must_use]
        pub const fn bounded_with_unbounded_bypass(permits: usize) -> Self {
            Self::bypassed(permits, permits, raw::NO_LIMIT)
        }
    }

    const_fn! {
        const fn bypassed(permits: usize, bound: usize, limit: u16) -> Self {
            assert!(permits <= MAX, "more permits than Semaphore::MAX_PERMITS");
            Self { core: SemaphoreCore::new(permits, bound, limit) }
        }
    }
}

impl<M: Mode> Semaphore<M> {
    named! { core.queue }

    /// Waits for a permit, and takes it.
    ///
    /// A semaphore whose bound is zero never has one, and then this waits until it is closed, as in asyncio.
    /// [`acquire_many(1)`](Self::acquire_many) fails at once instead.
    ///
    /// # Cancel safety
    /// A future that is dropped gives up its place in the queue. If a permit had been handed to it, the next waiter gets
    /// the permit.
    ///
    /// # Errors
    /// [`Closed`](crate::Closed) if the semaphore is closed before a permit was granted. A permit that was granted before
    /// the close is good, even if the future is polled only afterwards.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// # async fn example() {
    /// let slots = anywake::Semaphore::new(1);
    /// let permit = slots.acquire().await.unwrap();
    /// assert_eq!(slots.available_permits(), 0);
    /// # drop(permit);
    /// # }
    /// # anywake_core::doctest::block_on(example());
    /// ```
    #[inline]
    #[cfg_attr(feature = "diagnose", track_caller)]
    pub fn acquire(&self) -> AcquireFuture<'_, M> {
        AcquireFuture::over(Wait::new(self, Request::one(M::LEAST)))
    }

    /// Waits for `n` permits, and takes them together. Zero permits are granted at once.
    ///
    /// # Cancel safety
    /// As for [`acquire`](Self::acquire). A future that is dropped holds no part of its permits.
    ///
    /// # Errors
    /// * [`AcquireError::TooMany`], at once, if `n` is more than the semaphore can ever hold, and later, if
    ///   [`reduce`](Self::reduce) makes it so.
    /// * [`AcquireError::Closed`] if the semaphore is closed first.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// # async fn example() {
    /// use anywake::Semaphore;
    /// use anywake::semaphore::AcquireError;
    ///
    /// let slots = Semaphore::bounded(4);
    /// assert_eq!(slots.acquire_many(3).await.unwrap().count(), 3);
    /// assert_eq!(slots.acquire_many(5).await.unwrap_err(), AcquireError::TooMany);
    /// # }
    /// # anywake_core::doctest::block_on(example());
    /// ```
    #[inline]
    #[cfg_attr(feature = "diagnose", track_caller)]
    pub fn acquire_many(&self, n: usize) -> AcquireManyFuture<'_, M> {
        AcquireManyFuture::over(Wait::new(self, Request::many(n, M::LEAST)))
    }

    /// Takes a permit if one is there, without waiting. Does not overtake a waiter, or not beyond the bypass limit.
    ///
    /// May be called from an interrupt handler with the feature `critical-section`.
    ///
    /// # Errors
    /// The reason why not: see [`TryAcquireError`]. It is `TooMany` if the bound is zero.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// use anywake::semaphore::TryAcquireError;
    ///
    /// let slots = anywake::Semaphore::new(1);
    /// let permit = slots.try_acquire().unwrap();
    /// assert_eq!(slots.try_acquire().unwrap_err(), TryAcquireError::NoPermits);
    /// # drop(permit);
    /// ```
    #[inline]
    #[cfg_attr(feature = "diagnose", track_caller)]
    pub fn try_acquire(&self) -> Result<Permit<'_, M>, TryAcquireError> {
        try_acquire(self, Request::many(1, M::LEAST))
    }

    /// Takes `n` permits if they are there, without waiting. Does not overtake a waiter, or not beyond the bypass limit. Zero
    /// permits are granted even if others wait.
    ///
    /// # Errors
    /// The reason why not: see [`TryAcquireError`].
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// let slots = anywake::Semaphore::new(3);
    /// let two = slots.try_acquire_many(2).unwrap();
    /// assert!(slots.try_acquire_many(2).is_err());
    /// # drop(two);
    /// ```
    #[inline]
    #[cfg_attr(feature = "diagnose", track_caller)]
    pub fn try_acquire_many(&self, n: usize) -> Result<Permit<'_, M>, TryAcquireError> {
        try_acquire(self, Request::many(n, M::LEAST))
    }

    /// As [`acquire`](Self::acquire), but the permit keeps the semaphore alive and may be sent to other threads.
    ///
    /// For a semaphore that lies in a larger value behind an `Arc`, see [`ArcPart`](crate::ArcPart).
    ///
    /// # Cancel safety
    /// As for [`acquire`](Self::acquire).
    ///
    /// # Errors
    /// As for [`acquire`](Self::acquire).
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// # use std::sync::Arc;
    /// # async fn example() {
    /// let slots = Arc::new(anywake::Semaphore::new(1));
    /// let permit = Arc::clone(&slots).acquire_owned().await.unwrap();
    /// std::thread::spawn(move || drop(permit)).join().unwrap();
    /// assert_eq!(slots.available_permits(), 1);
    /// # }
    /// # anywake_core::doctest::block_on(example());
    /// ```
    #[cfg(feature = "alloc")]
    #[cfg_attr(docsrs, doc(cfg(feature = "alloc")))]
    #[doc(alias("acquire_arc"))]
    #[cfg_attr(feature = "diagnose", track_caller)]
    pub fn acquire_owned(self: Arc<Self>) -> OwnedAcquireFuture<M> {
        OwnedAcquireFuture::over(Wait::new(self, Request::one(M::LEAST)))
    }

    /// As [`acquire_many`](Self::acquire_many), but the permits keep the semaphore alive.
    ///
    /// # Cancel safety
    /// As for [`acquire`](Self::acquire).
    ///
    /// # Errors
    /// As for [`acquire_many`](Self::acquire_many).
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// # use std::sync::Arc;
    /// # async fn example() {
    /// let slots = Arc::new(anywake::Semaphore::new(3));
    /// assert_eq!(slots.acquire_many_owned(2).await.unwrap().count(), 2);
    /// # }
    /// # anywake_core::doctest::block_on(example());
    /// ```
    #[cfg(feature = "alloc")]
    #[cfg_attr(docsrs, doc(cfg(feature = "alloc")))]
    #[cfg_attr(feature = "diagnose", track_caller)]
    pub fn acquire_many_owned(self: Arc<Self>, n: usize) -> OwnedAcquireManyFuture<M> {
        OwnedAcquireManyFuture::over(Wait::new(self, Request::many(n, M::LEAST)))
    }

    /// As [`try_acquire`](Self::try_acquire), but the permit keeps the semaphore alive.
    ///
    /// # Errors
    /// As for [`try_acquire`](Self::try_acquire).
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// # use std::sync::Arc;
    /// let slots = Arc::new(anywake::Semaphore::new(1));
    /// let permit = Arc::clone(&slots).try_acquire_owned().unwrap();
    /// assert!(slots.try_acquire_owned().is_err());
    /// # drop(permit);
    /// ```
    #[cfg(feature = "alloc")]
    #[cfg_attr(docsrs, doc(cfg(feature = "alloc")))]
    #[doc(alias("try_acquire_arc"))]
    #[cfg_attr(feature = "diagnose", track_caller)]
    pub fn try_acquire_owned(self: Arc<Self>) -> Result<OwnedPermit<M>, TryAcquireError> {
        try_acquire(self, Request::many(1, M::LEAST))
    }

    /// As [`try_acquire_many`](Self::try_acquire_many), but the permits keep the semaphore alive.
    ///
    /// # Errors
    /// As for [`try_acquire_many`](Self::try_acquire_many).
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// # use std::sync::Arc;
    /// let slots = Arc::new(anywake::Semaphore::new(3));
    /// assert_eq!(slots.try_acquire_many_owned(2).unwrap().count(), 2);
    /// ```
    #[cfg(feature = "alloc")]
    #[cfg_attr(docsrs, doc(cfg(feature = "alloc")))]
    #[cfg_attr(feature = "diagnose", track_caller)]
    pub fn try_acquire_many_owned(self: Arc<Self>, n: usize) -> Result<OwnedPermit<M>, TryAcquireError> {
        try_acquire(self, Request::many(n, M::LEAST))
    }

    /// Adds `n` permits: new ones, or permits that were [forgotten](Permits::forget) earlier.
    ///
    /// May be called from an interrupt handler with the feature `critical-section`.
    ///
    /// # Errors
    /// [`ReleaseError`], and nothing changes, if there would be more permits than the semaphore may ever have: its bound,
    /// or [`MAX_PERMITS`](Self::MAX_PERMITS). Permits that are held count, unlike in asyncio, whose `BoundedSemaphore`
    /// lets a release too many pass while another task holds a permit.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// # async fn example() {
    /// let turn = anywake::Semaphore::bounded(1);
    /// turn.acquire().await.unwrap().forget();
    /// assert!(turn.release(1).is_ok());
    /// assert!(turn.release(1).is_err());
    /// # }
    /// # anywake_core::doctest::block_on(example());
    /// ```
    #[doc(alias("add_permits"))]
    pub fn release(&self, n: usize) -> Result<(), ReleaseError> {
        self.core.release(n)
    }

    /// Takes `n` permits out of circulation: available ones now, the others as they return. Returns how many that will
    /// be, which is fewer than `n` if there are fewer.
    ///
    /// The bound of a bounded semaphore sinks with them. A request that waits for more than the new bound fails with
    /// [`AcquireError::TooMany`].
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// let slots = anywake::Semaphore::new(3);
    /// let two = slots.try_acquire_many(2).unwrap();
    /// assert_eq!(slots.reduce(2), 2);
    /// drop(two);
    /// assert_eq!(slots.available_permits(), 1);
    /// ```
    #[doc(alias("forget_permits"))]
    pub fn reduce(&self, n: usize) -> usize {
        self.core.reduce(n)
    }

    /// Takes up to `n` of the permits that are available now for good. Returns how many. The bound stays, so
    /// [`release`](Self::release) may add as many again.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// let slots = anywake::Semaphore::new(3);
    /// let held = slots.try_acquire().unwrap();
    /// assert_eq!(slots.forget_available(5), 2);
    /// drop(held);
    /// assert_eq!(slots.available_permits(), 1);
    /// ```
    #[doc(alias("forget_permits"))]
    pub fn forget_available(&self, n: usize) -> usize {
        self.core.forget_available(n)
    }

    /// How many permits could be taken now, if nobody waited.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// assert_eq!(anywake::Semaphore::new(3).available_permits(), 3);
    /// ```
    pub fn available_permits(&self) -> usize {
        self.core.available_permits()
    }

    /// How many requests wait.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// let slots = anywake::Semaphore::new(0);
    /// let mut request = core::pin::pin!(slots.acquire());
    /// request.as_mut().enable();
    /// assert_eq!(slots.waiters(), 1);
    /// ```
    pub fn waiters(&self) -> usize {
        self.core.waiters()
    }

    /// Refuses all requests from now on, those that wait included. Returns whether this call closed it: false if it was
    /// closed already.
    ///
    /// Permits that are held stay good. With a bypass, a waiter that was woken and has not taken its permits yet still waits.
    ///
    /// A thread that finds the semaphore closed, or is refused for it, sees what was done before.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// # async fn example() {
    /// let slots = anywake::Semaphore::new(1);
    /// assert!(slots.close());
    /// assert!(!slots.close(), "it is closed already");
    /// assert_eq!(slots.acquire().await.unwrap_err(), anywake::Closed);
    /// # }
    /// # anywake_core::doctest::block_on(example());
    /// ```
    pub fn close(&self) -> bool {
        self.core.close()
    }

    /// Whether [`close`](Self::close) was called.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// assert!(!anywake::Semaphore::new(1).is_closed());
    /// ```
    #[inline]
    pub fn is_closed(&self) -> bool {
        self.core.is_closed()
    }
}

impl<M: Mode> Primitive for Semaphore<M> {
    type Core = SemaphoreCore<M>;

    #[inline]
    fn core(&self) -> &SemaphoreCore<M> {
        &self.core
    }
}

impl<M: Mode> fmt::Debug for Semaphore<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Semaphore")
            .field("available_permits", &self.available_permits())
            .field("waiters", &trace::listed(&self.core.queue, self.waiters()))
            .field("closed", &self.is_closed())
            .finish()
    }
}
