//! [`Lock`]: mutual exclusion, first come, first served. Its guards and its futures.

#[cfg(feature = "alloc")]
use crate::sys::Arc;
use core::fmt;
use core::panic::{RefUnwindSafe, UnwindSafe};

use crate::sys::atomic::{UnsafeCell, const_fn};
use crate::wait::future::Wait;
use crate::wait::handle::Primitive;
use crate::wait::trace::{self, Taker, named};

mod guard;
mod raw;
mod wait;

pub use guard::{Guard, LockGuard, LockHandle, LockOwner, LockRef, Mapped, MappedGuard};
#[cfg(feature = "alloc")]
pub use guard::{OwnedLockGuard, OwnedMappedGuard};
pub use wait::LockFuture;
#[cfg(feature = "alloc")]
pub use wait::{OwnedLockFuture, PartLockFuture};

pub(crate) use raw::{LOCKERS, LockCore};
pub(crate) use wait::LockWait;

/// An asynchronous mutual exclusion lock around a value.
///
/// It is either unlocked, or owned by one [`LockGuard`]. Waiters queue inside their own futures, so a lock neither
/// allocates nor grows. It takes up to four words beside the value, and lives in a `static`.
///
/// There is no poisoning: a panic while the lock is owned unlocks it, and the value is as the panic left it.
///
/// # When to use it
/// Use it where the guard is held across an `.await`. Where it is not, `std::sync::Mutex` or a critical section is
/// cheaper, and enough.
///
/// The lock is not reentrant: a task that owns it and awaits [`lock`](Self::lock) waits for itself, for ever. Two tasks
/// that take two locks in opposite orders wait for each other, for ever.
///
/// # Fairness
/// * [`new`](Self::new): ownership is handed to the longest waiter. No task overtakes, and a lock that others wait for
///   is never seen free. As in asyncio, an owner that unlocks and locks again goes to the back of the queue.
/// * [`with_bypass`](Self::with_bypass): the lock is left free for the task that is running, which saves a task switch
///   for each critical section. The first waiter is woken, and overtaken at most `limit` times before the lock is handed
///   to it. No clock is involved, so the bound holds without an operating system, too. A queued waiter that is polled
///   while the lock is free takes it, wherever it stands in the queue, and counts as one that overtakes.
/// * [`with_unbounded_bypass`](Self::with_unbounded_bypass): the same without a bound.
///
/// # A wait that is not polled
/// A queued future that is alive but not polled, for example one that a `select!` loop keeps aside, is handed the lock
/// like any other, and then keeps all others out until it is polled or dropped. If its task then waits for the same lock
/// a second time, it waits for ever. (Oxide's RFD 609 calls this a *futurelock*.) Drop what you do not poll, or give it a
/// task of its own. With a bypass the first waiter is handed the lock only after it was overtaken `limit` times, and
/// without a bound never, so others get past it: this is the way out where neither can be had.
///
/// # Wakers that poll
/// An executor whose wakers poll inside `wake` makes hand-overs recursive: an owner that unlocks as soon as it is polled
/// hands the lock to the next waiter from inside the hand-over to itself. Each such waiter takes a part of the stack of the
/// thread that unlocked first, so thousands of them overflow it. Executors that only note the task to poll have no bound.
///
/// # Interrupt handlers
/// With the feature `critical-section`, [`try_lock`](Self::try_lock) may be called from one, and the guard may be dropped
/// there.
///
/// # Examples
/// ```
/// # use anywake_core as anywake;
/// # async fn example() {
/// static VISITS: anywake::Lock<u32> = anywake::Lock::new(0);
///
/// *VISITS.lock().await += 1;
/// assert_eq!(*VISITS.lock().await, 1);
/// # }
/// # anywake_core::doctest::block_on(example());
/// ```
#[doc(alias("Mutex", "async mutex"))]
pub struct Lock<T: ?Sized> {
    core: LockCore,
    value: UnsafeCell<T>,
}

crate::sys::shared! {
    // mistake a_lock_of_anything_is_sync: T: ?Sized + Send ~> T: ?Sized
    // SAFETY: G1. The lock hands `&mut T` to one thread after another, never `&T` to two at once, and drops the value on
    // the last. All of that is sending, so `T: Send` is needed, and enough.
    unsafe impl<T: ?Sized + Send> Sync for Lock<T> {}
}
// There is no poisoning: a value that a panic left half changed is visible, as it is behind a `&mut`. Users who need
// more put it into the value. (async-lock and futures-intrusive decide the same.)
impl<T: ?Sized> UnwindSafe for Lock<T> {}
impl<T: ?Sized> RefUnwindSafe for Lock<T> {}

impl<T> Lock<T> {
    const_fn! {
        /// An unlocked lock that is handed over first come, first served.
        ///
        /// # Examples
        /// ```
        /// # use anywake_core as anywake;
        /// static NAMES: anywake::Lock<Vec<&str>> = anywake::Lock::new(Vec::new());
        /// assert!(!NAMES.is_locked());
        /// ```
        #[must_use]
        pub const fn new(value: T) -> Self {
            Self { core: LockCore::new(0), value: UnsafeCell::new(value) }
        }
    }

    named! { core.queue }

    const_fn! {
        /// An unlocked lock whose first waiter may be overtaken up to `limit` times; 0 is as [`new`](Self::new).
        ///
        /// # Panics
        /// If `limit` is above [`MAX_BYPASS`](Self::MAX_BYPASS). In a `static` or `const` that does not compile.
        ///
        /// # Examples
        /// ```
        /// # use anywake_core as anywake;
        /// # async fn example() {
        /// let lock = anywake::Lock::with_bypass(0, 1);
        /// let guard = lock.lock().await;
        /// let mut waiter = core::pin::pin!(lock.lock());
        /// assert!(!waiter.as_mut().enable());
        /// drop(guard);
        /// assert!(lock.try_lock().is_some(), "it overtakes the waiter");
        /// assert!(lock.try_lock().is_none(), "no second one does");
        /// # }
        /// # anywake_core::doctest::block_on(example());
        /// ```
        #[must_use]
        pub const fn with_bypass(value: T, limit: u16) -> Self {
            assert!(limit <= Self::MAX_BYPASS, "the bypass limit of a Lock is at most Lock::MAX_BYPASS (8191)");
            Self { core: LockCore::new(limit), value: UnsafeCell::new(value) }
        }
    }

    const_fn! {
        /// An unlocked lock that is never handed over: an unlock wakes the first waiter and leaves the lock free.
        ///
        /// Its throughput is the highest, and a wait that is alive but not polled does not keep others out. The price
        /// is that a waiter may be overtaken again and again, and starve. Prefer [`with_bypass`](Self::with_bypass)
        /// where that matters.
        ///
        /// # Examples
        /// ```
        /// # use anywake_core as anywake;
        /// # async fn example() {
        /// let lock = anywake::Lock::with_unbounded_bypass(0);
        /// let guard = lock.lock().await;
        /// let mut waiter = core::pin::pin!(lock.lock());
        /// assert!(!waiter.as_mut().enable());
        /// drop(guard);
        /// for _ in 0..20_000 {
        ///     assert!(lock.try_lock().is_some());
        /// }
        /// # }
        /// # anywake_core::doctest::block_on(example());
        /// ```
        #[must_use]
        pub const fn with_unbounded_bypass(value: T) -> Self {
            Self { core: LockCore::new(raw::NO_LIMIT), value: UnsafeCell::new(value) }
        }
    }

    /// The value, without locking: owning the lock shows that nobody else uses it.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// assert_eq!(anywake::Lock::new(5).into_inner(), 5);
    /// ```
    pub fn into_inner(self) -> T {
        self.value.into_inner()
    }
}

impl<T: ?Sized> Lock<T> {
    /// The highest bypass limit: 8191.
    pub const MAX_BYPASS: u16 = raw::MAX_LIMIT;

    /// Waits until the lock is the caller's, and returns its guard.
    ///
    /// # Cancel safety
    /// A future that is dropped gives up its place in the queue. If the lock had been handed to it, the next waiter gets
    /// the lock. Nothing else is lost.
    ///
    /// # Fairness
    /// See [`Lock`]. The future takes its place in the queue at its first poll.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// # async fn example() {
    /// let lock = anywake::Lock::new(vec![1]);
    /// lock.lock().await.push(2);
    /// assert_eq!(lock.into_inner(), [1, 2]);
    /// # }
    /// # anywake_core::doctest::block_on(example());
    /// ```
    #[inline]
    #[cfg_attr(feature = "diagnose", track_caller)]
    pub fn lock(&self) -> LockFuture<'_, T> {
        LockFuture::over(Wait::new(self, ()))
    }

    /// Takes the lock if it is free, without waiting. Does not overtake a waiter, or not beyond the bypass limit.
    ///
    /// May be called from an interrupt handler with the feature `critical-section`.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// let lock = anywake::Lock::new(5);
    /// let guard = lock.try_lock().expect("the lock is free");
    /// assert!(lock.try_lock().is_none());
    /// assert_eq!(*guard, 5);
    /// ```
    #[inline]
    #[cfg_attr(feature = "diagnose", track_caller)]
    pub fn try_lock(&self) -> Option<LockGuard<'_, T>> {
        if !self.core.try_lock() {
            return None;
        }
        Some(Guard::new(self, Taker::here()))
    }

    /// The value, without locking: the exclusive reference shows that nobody else uses it.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// let mut lock = anywake::Lock::new(1);
    /// *lock.get_mut() += 1;
    /// assert_eq!(lock.into_inner(), 2);
    /// ```
    pub fn get_mut(&mut self) -> &mut T {
        // SAFETY: G1, no guard is alive, since one would borrow the lock, which is borrowed by `&mut`.
        self.value.with_mut(|value| unsafe { &mut *value })
    }

    /// Whether the lock is owned. Stays true while it is handed over, so it does not flicker while others wait.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// let lock = anywake::Lock::new(());
    /// let guard = lock.try_lock();
    /// assert!(lock.is_locked());
    /// # drop(guard);
    /// ```
    pub fn is_locked(&self) -> bool {
        self.core.is_locked()
    }

    /// How many tasks wait for the lock.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// let lock = anywake::Lock::new(());
    /// let _guard = lock.try_lock();
    /// let mut waiter = core::pin::pin!(lock.lock());
    /// waiter.as_mut().enable();
    /// assert_eq!(lock.waiters(), 1);
    /// ```
    pub fn waiters(&self) -> usize {
        self.core.waiters()
    }

    /// As [`lock`](Self::lock), but returns a guard that keeps the lock alive and may be sent to other threads.
    ///
    /// For a lock that lies in a larger value behind an `Arc`, see [`ArcPart`](crate::ArcPart).
    ///
    /// # Cancel safety
    /// As for [`lock`](Self::lock).
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// # use std::sync::Arc;
    /// # async fn example() {
    /// let lock = Arc::new(anywake::Lock::new(1));
    /// let guard = Arc::clone(&lock).lock_owned().await;
    /// std::thread::spawn(move || drop(guard)).join().unwrap();
    /// assert!(!lock.is_locked());
    /// # }
    /// # anywake_core::doctest::block_on(example());
    /// ```
    #[cfg(feature = "alloc")]
    #[cfg_attr(docsrs, doc(cfg(feature = "alloc")))]
    #[doc(alias("lock_arc"))]
    #[cfg_attr(feature = "diagnose", track_caller)]
    pub fn lock_owned(self: Arc<Self>) -> OwnedLockFuture<T> {
        OwnedLockFuture::over(Wait::new(self, ()))
    }

    /// As [`try_lock`](Self::try_lock), but returns a guard that keeps the lock alive.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// # use std::sync::Arc;
    /// let lock = Arc::new(anywake::Lock::new(1));
    /// let guard = Arc::clone(&lock).try_lock_owned().expect("the lock is free");
    /// assert!(lock.try_lock_owned().is_none());
    /// # drop(guard);
    /// ```
    #[cfg(feature = "alloc")]
    #[cfg_attr(docsrs, doc(cfg(feature = "alloc")))]
    #[doc(alias("try_lock_arc"))]
    #[cfg_attr(feature = "diagnose", track_caller)]
    pub fn try_lock_owned(self: Arc<Self>) -> Option<OwnedLockGuard<T>> {
        if !self.core.try_lock() {
            return None;
        }
        Some(Guard::new(self, Taker::here()))
    }
}

impl<T: Default> Default for Lock<T> {
    fn default() -> Self {
        Self::new(T::default())
    }
}

impl<T> From<T> for Lock<T> {
    fn from(value: T) -> Self {
        Self::new(value)
    }
}

impl<T: ?Sized + fmt::Debug> fmt::Debug for Lock<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut lock = f.debug_struct("Lock");
        match self.try_lock() {
            Some(guard) => lock.field("value", &&*guard),
            None => lock.field("value", &format_args!("<locked>")),
        };
        lock.field("waiters", &trace::listed(&self.core.queue, self.waiters())).finish()
    }
}

impl<T: ?Sized> Primitive for Lock<T> {
    type Core = LockCore;

    #[inline]
    fn core(&self) -> &LockCore {
        &self.core
    }
}
