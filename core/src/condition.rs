//! [`Condition`]: tasks wait until another task says that what a lock protects has changed. And its futures.

#[cfg(feature = "alloc")]
use crate::sys::Arc;
use core::fmt;

use crate::lock::{Guard, LockHandle};
use crate::sys::atomic::const_fn;
use crate::wait::handle::Primitive;
use crate::wait::trace::{self, named};

mod composed;
mod raw;
mod wait;

pub use composed::{ConditionForFuture, ConditionUntilFuture};
use raw::ConditionCore;
pub use wait::ConditionFuture;
#[cfg(feature = "alloc")]
pub use wait::OwnedConditionFuture;

/// A condition variable for use with [`Lock`](crate::Lock), with the rules of `asyncio.Condition`.
///
/// A task that owns a lock waits for others to change what it protects: [`wait`](Self::wait) unlocks, and owns the lock
/// again when it returns. Notifications are not stored: they reach the tasks that wait, or nobody. A condition neither
/// allocates nor grows, and lives in a `static`. Waits with different locks may share one.
///
/// Unlike in asyncio, the lock need not be owned to notify, and there are no spurious wake-ups: only a wait that had
/// *received* a notification forwards it when it is dropped.
///
/// # Fairness
/// First come, first notified. Each notified waiter is woken, and asks for its lock when it is polled; it then queues for
/// the lock like any other task. [`notify_all_with`](Self::notify_all_with) and its siblings move the waiters straight
/// into the queue of a lock that the notifier owns, in their order. Each of these is woken once, when it owns the lock.
///
/// # A wait that is not polled
/// A notified wait that is not polled holds up nobody else, unless it was moved to the lock's queue by
/// [`notify_all_with`](Self::notify_all_with) or a sibling: then it is handed the lock in its turn, and keeps it until it
/// is polled or dropped, as a [`lock`](crate::Lock::lock) future would. A notification by [`notify`](Self::notify) that
/// has reached it goes to nobody else until it is dropped.
///
/// # Interrupt handlers
/// With the feature `critical-section`, the `notify` methods may be called from one.
///
/// # Examples
/// ```
/// # use anywake_core as anywake;
/// # async fn example() {
/// use anywake::{Condition, Lock};
///
/// static STOCK: Lock<u32> = Lock::new(3);
/// static CHANGED: Condition = Condition::new();
///
/// let mut stock = CHANGED.wait_for(STOCK.lock().await, |stock| *stock > 0).await;
/// *stock -= 1;
/// assert_eq!(CHANGED.notify_one(), 0, "nobody waits");
/// # }
/// # anywake_core::doctest::block_on(example());
/// ```
#[doc(alias("Condvar", "condition variable", "monitor"))]
pub struct Condition {
    core: ConditionCore,
}

impl Condition {
    const_fn! {
        /// A condition that nobody waits for.
        ///
        /// # Examples
        /// ```
        /// # use anywake_core as anywake;
        /// static CHANGED: anywake::Condition = anywake::Condition::new();
        /// assert_eq!(CHANGED.waiters(), 0);
        /// ```
        #[must_use]
        pub const fn new() -> Self {
            Self { core: ConditionCore::new() }
        }
    }

    named! { core.queue }

    /// Unlocks and waits to be notified; returns the guard of the lock.
    ///
    /// The lock is unlocked at the first poll, after the wait has begun: a `notify` by its next owner is not missed. Until
    /// that poll the future owns the lock.
    ///
    /// # Cancel safety
    /// A future that is dropped ends the wait *without* the lock. Use [`wait_until`](Self::wait_until) to own it again after
    /// a cancellation, as asyncio does. A notification by [`notify`](Self::notify) that had reached the future goes to the
    /// next waiter.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// # async fn example() {
    /// use anywake::{Condition, Lock};
    ///
    /// let (lock, changed) = (Lock::new(1), Condition::new());
    /// let mut wait = core::pin::pin!(changed.wait(lock.lock().await));
    /// wait.as_mut().enable();
    /// *lock.lock().await = 2;
    /// changed.notify_one();
    /// assert_eq!(*wait.await, 2);
    /// # }
    /// # anywake_core::doctest::block_on(example());
    /// ```
    #[cfg_attr(feature = "diagnose", track_caller)]
    pub fn wait<H: LockHandle>(&self, guard: Guard<H>) -> ConditionFuture<'_, H> {
        ConditionFuture::new(self, guard)
    }

    /// As [`wait`](Self::wait), with a future that keeps the condition alive: with an
    /// [`OwnedLockGuard`](crate::lock::OwnedLockGuard) it can be stored in a struct and spawned.
    ///
    /// # Cancel safety
    /// As for [`wait`](Self::wait).
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// # use std::sync::Arc;
    /// # async fn example() {
    /// use anywake::{Condition, Lock};
    ///
    /// let (lock, changed) = (Arc::new(Lock::new(1)), Arc::new(Condition::new()));
    /// let mut wait = Box::pin(Arc::clone(&changed).wait_owned(lock.lock_owned().await));
    /// wait.as_mut().enable();
    /// changed.notify_one();
    /// assert_eq!(*wait.await, 1);
    /// # }
    /// # anywake_core::doctest::block_on(example());
    /// ```
    #[cfg(feature = "alloc")]
    #[cfg_attr(docsrs, doc(cfg(feature = "alloc")))]
    #[cfg_attr(feature = "diagnose", track_caller)]
    pub fn wait_owned<H: LockHandle>(self: Arc<Self>, guard: Guard<H>) -> OwnedConditionFuture<H> {
        OwnedConditionFuture::new(self, guard)
    }

    /// Waits until `predicate` returns true. It is called with the lock owned: at first, and after each notification.
    ///
    /// # Cancel safety
    /// As for [`wait`](Self::wait).
    ///
    /// # Panics
    /// A panic in the predicate unlocks and goes on to the caller.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// # async fn example() {
    /// let (lock, changed) = (anywake::Lock::new(1), anywake::Condition::new());
    /// let guard = changed.wait_for(lock.lock().await, |value| *value == 1).await;
    /// assert_eq!(*guard, 1);
    /// # }
    /// # anywake_core::doctest::block_on(example());
    /// ```
    #[cfg_attr(feature = "diagnose", track_caller)]
    pub fn wait_for<H, F>(&self, guard: Guard<H>, predicate: F) -> ConditionForFuture<'_, H, F>
    where
        H: LockHandle,
        F: FnMut(&mut H::Value) -> bool,
    {
        ConditionForFuture::new(self, guard, predicate)
    }

    /// Waits to be notified or until `cancel` is ready, and owns the lock again in either case. Returns the guard, and
    /// whether the wait was notified. This is asyncio's rule for a cancelled wait.
    ///
    /// # Cancel safety
    /// As for [`wait`](Self::wait). A notification that came before `cancel` was seen counts: the answer is `true`, and
    /// nothing is forwarded.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// # async fn example() {
    /// let (lock, condition) = (anywake::Lock::new(()), anywake::Condition::new());
    /// let at_once = core::future::ready(());
    /// let (_guard, notified) = condition.wait_until(lock.lock().await, at_once).await;
    /// assert!(!notified && lock.is_locked());
    /// # }
    /// # anywake_core::doctest::block_on(example());
    /// ```
    #[cfg_attr(feature = "diagnose", track_caller)]
    pub fn wait_until<H, C>(&self, guard: Guard<H>, cancel: C) -> ConditionUntilFuture<'_, H, C>
    where
        H: LockHandle,
        C: Future,
    {
        ConditionUntilFuture::new(self, guard, cancel)
    }

    /// Notifies the longest waiter. Returns 1, or 0 if nobody waits.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// let (lock, changed) = (anywake::Lock::new(()), anywake::Condition::new());
    /// assert_eq!(changed.notify_one(), 0, "nobody waits");
    /// let mut wait = core::pin::pin!(changed.wait(lock.try_lock().unwrap()));
    /// wait.as_mut().enable();
    /// assert_eq!(changed.notify_one(), 1);
    /// ```
    #[inline]
    pub fn notify_one(&self) -> usize {
        self.notify(1)
    }

    /// Notifies up to `n` waiters, longest first. Returns how many.
    ///
    /// It reaches only tasks that wait already: nobody who comes while it is under way, and nobody later.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// # async fn example() {
    /// let (lock, changed) = (anywake::Lock::new(()), anywake::Condition::new());
    /// let mut wait = core::pin::pin!(changed.wait(lock.lock().await));
    /// wait.as_mut().enable();
    /// assert_eq!(changed.notify(0), 0);
    /// assert_eq!(changed.notify(3), 1);
    /// # }
    /// # anywake_core::doctest::block_on(example());
    /// ```
    #[inline]
    pub fn notify(&self, n: usize) -> usize {
        self.core.notify(n, true, None)
    }

    /// Notifies all tasks that wait. Returns how many.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// assert_eq!(anywake::Condition::new().notify_all(), 0, "nobody waits");
    /// ```
    #[doc(alias("notify_waiters"))]
    #[inline]
    pub fn notify_all(&self) -> usize {
        self.core.notify(usize::MAX, false, None)
    }

    /// As [`notify_one`](Self::notify_one), for a notifier that owns the waiter's lock. See
    /// [`notify_all_with`](Self::notify_all_with).
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// let (lock, changed) = (anywake::Lock::new(()), anywake::Condition::new());
    /// assert_eq!(changed.notify_one_with(&lock.try_lock().unwrap()), 0, "nobody waits");
    /// ```
    #[inline]
    pub fn notify_one_with<H: LockHandle>(&self, guard: &Guard<H>) -> usize {
        self.notify_with(1, guard)
    }

    /// As [`notify`](Self::notify), for a notifier that owns the waiters' lock. See
    /// [`notify_all_with`](Self::notify_all_with).
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// let (lock, changed) = (anywake::Lock::new(()), anywake::Condition::new());
    /// assert_eq!(changed.notify_with(2, &lock.try_lock().unwrap()), 0, "nobody waits");
    /// ```
    #[inline]
    pub fn notify_with<H: LockHandle>(&self, n: usize, guard: &Guard<H>) -> usize {
        self.core.notify(n, true, Some(Guard::core(guard)))
    }

    /// Notifies all tasks that wait, for a notifier that owns their lock. Returns how many.
    ///
    /// The waiters of this lock are moved to its queue, behind the tasks that wait for it already. Each is woken once, when
    /// it owns the lock, instead of at once and then perhaps again; so this is the cheapest way to notify many. Waiters of
    /// other locks are notified as by [`notify_all`](Self::notify_all).
    ///
    /// # A wait that is not polled
    /// A waiter that is moved to the lock's queue is handed the lock in its turn. If it is then not polled, the lock stays
    /// with it until it is dropped. A wait that was *forgotten* (leaked without a drop) never unlocks. If it borrowed
    /// a lock that does not exist any more, and this one lies at the same address, the same happens: do not forget waits
    /// that share a condition across the lifetimes of locks.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// # async fn example() {
    /// use anywake::{Condition, Lock};
    ///
    /// let (lock, changed) = (Lock::new(1), Condition::new());
    /// let mut wait = core::pin::pin!(changed.wait(lock.lock().await));
    /// wait.as_mut().enable();
    ///
    /// let mut guard = lock.lock().await;
    /// *guard = 2;
    /// assert_eq!(changed.notify_all_with(&guard), 1);
    /// assert_eq!(lock.waiters(), 1);
    /// drop(guard);
    /// assert!(wait.is_decided(), "it owns the lock");
    /// assert_eq!(*wait.await, 2);
    /// # }
    /// # anywake_core::doctest::block_on(example());
    /// ```
    #[inline]
    pub fn notify_all_with<H: LockHandle>(&self, guard: &Guard<H>) -> usize {
        self.core.notify(usize::MAX, false, Some(Guard::core(guard)))
    }

    /// How many tasks wait to be notified.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// # async fn example() {
    /// let (lock, changed) = (anywake::Lock::new(()), anywake::Condition::new());
    /// let mut wait = core::pin::pin!(changed.wait(lock.lock().await));
    /// wait.as_mut().enable();
    /// assert_eq!(changed.waiters(), 1);
    /// # }
    /// # anywake_core::doctest::block_on(example());
    /// ```
    pub fn waiters(&self) -> usize {
        self.core.waiters()
    }
}

impl Primitive for Condition {
    type Core = ConditionCore;

    #[inline]
    fn core(&self) -> &ConditionCore {
        &self.core
    }
}

impl Default for Condition {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Condition")
            .field("waiters", &trace::listed(&self.core.queue, self.waiters()))
            .finish()
    }
}
