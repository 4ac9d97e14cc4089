//! [`RwLock`]: many readers or one writer, phase-fair. Its guards and its futures.

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

pub use guard::{
    Access, Guard, Mapped, MappedReadGuard, MappedWriteGuard, Read, ReadGuard, RwLockHandle, RwLockOwner,
    RwLockRef, Upgradable, UpgradableGuard, Write, WriteGuard,
};
#[cfg(feature = "alloc")]
pub use guard::{
    OwnedMappedReadGuard, OwnedMappedWriteGuard, OwnedReadGuard, OwnedUpgradableGuard, OwnedWriteGuard,
};
#[cfg(feature = "alloc")]
pub use wait::{
    OwnedReadFuture, OwnedUpgradableReadFuture, OwnedWriteFuture, PartReadFuture, PartUpgradableReadFuture,
    PartWriteFuture,
};
pub use wait::{ReadFuture, UpgradableReadFuture, UpgradeFuture, WriteFuture};

#[cfg(all(test, loom))]
pub(crate) use raw::MAX as MAX_READERS;
use raw::{Kind, RwLockCore};

/// An asynchronous reader-writer lock around a value: any number of readers, or one writer.
///
/// # When to use it
/// Use it where reads are many and hold their guards across an `.await`. For short sections a [`Lock`](crate::Lock) is
/// cheaper, and where nothing is awaited inside, `std::sync::RwLock`.
///
/// # Fairness
/// It is *phase-fair*. When a writer leaves, all readers that wait then go in together. When the last of them leaves, the
/// longest-waiting writer goes in. So a reader waits for at most one writer, and a writer for at most one phase of readers
/// for each writer before it. A reader that comes while a writer waits does not prolong the phase: it waits. An upgrade
/// counts as a writer.
///
/// A writer that gives up lets in the readers behind it at once, also while other readers hold the lock.
///
/// # Upgradable readers
/// One reader at a time may be upgradable, beside plain ones. It can become a writer, and nothing is written between.
///
/// * A *waiting* upgradable reader keeps no reader out.
/// * A waiting upgrade keeps all others out, and goes before all writers.
/// * When a writer leaves, one upgradable reader goes in with the readers, if none is inside. There is one exception: a
///   writer that was upgraded lets in no upgradable reader if a writer waits. So a waiting writer is overtaken by at most
///   one upgrade for each writer before it, however many tasks upgrade in a row.
///
/// An upgradable reader that upgrades, downgrades and upgrades again has not left meanwhile. Writers wait for it all the
/// time.
///
/// # Reading while reading
/// A task that holds a [`ReadGuard`] and awaits [`read`](Self::read) waits for ever if a writer came in between: the writer
/// waits for the first guard, and the second read for the writer. [`ReadGuard::share`](Guard::share) returns a second guard
/// at once, and [`try_read`](Self::try_read) returns `None` then.
///
/// # A wait that is not polled
/// A queued future that is alive but not polled is let in like any other, and then keeps writers out, or everybody if it is
/// a writer, until it is polled or dropped. Drop what you do not poll, or give it a task of its own.
///
/// # Forgotten guards
/// A reader whose guard is forgotten stays inside. The count of readers does not wrap: at its maximum, readers wait.
///
/// There is no poisoning: a panic of a writer leaves the value as it is.
///
/// # Interrupt handlers
/// With the feature `critical-section`, the `try_` methods may be called from one, and guards may be dropped there.
///
/// # Examples
/// ```
/// # use anywake_core as anywake;
/// # async fn example() {
/// static NAMES: anywake::RwLock<Vec<&str>> = anywake::RwLock::new(Vec::new());
///
/// NAMES.write().await.push("ada");
/// let (one, other) = (NAMES.read().await, NAMES.read().await);
/// assert_eq!(one[0], other[0]);
/// # }
/// # anywake_core::doctest::block_on(example());
/// ```
#[doc(alias("async rwlock"))]
pub struct RwLock<T: ?Sized> {
    core: RwLockCore,
    value: UnsafeCell<T>,
}

crate::sys::shared! {
    // mistake a_rwlock_of_anything_is_sync: T: ?Sized + Send + Sync ~> T: ?Sized
    // SAFETY: RW6. Readers share `&T` between threads, which takes `T: Sync`. Writers take `&mut T`, and so the value, to one
    // thread after another, which takes `T: Send`. (RUSTSEC-2020-0070.)
    unsafe impl<T: ?Sized + Send + Sync> Sync for RwLock<T> {}
}
// There is no poisoning, as for a `Lock`.
impl<T: ?Sized> UnwindSafe for RwLock<T> {}
impl<T: ?Sized> RefUnwindSafe for RwLock<T> {}

impl<T> RwLock<T> {
    const_fn! {
        /// A lock that nobody holds.
        ///
        /// # Examples
        /// ```
        /// # use anywake_core as anywake;
        /// static LOCK: anywake::RwLock<u8> = anywake::RwLock::new(1);
        /// assert!(!LOCK.is_locked());
        /// ```
        #[must_use]
        pub const fn new(value: T) -> Self {
            Self { core: RwLockCore::new(), value: UnsafeCell::new(value) }
        }
    }

    named! { core.queue }

    /// The value, without locking: owning the lock shows that nobody else uses it.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// assert_eq!(anywake::RwLock::new(5).into_inner(), 5);
    /// ```
    pub fn into_inner(self) -> T {
        self.value.into_inner()
    }
}

impl<T: ?Sized> RwLock<T> {
    /// Waits until readers may go in, and returns a guard.
    ///
    /// # Cancel safety
    /// A future that is dropped gives up its place. If it had been let in, it leaves again, and those who wait go in.
    ///
    /// # Fairness
    /// See [`RwLock`]. The future takes its place at its first poll.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// # async fn example() {
    /// let lock = anywake::RwLock::new(1);
    /// assert_eq!(*lock.read().await, 1);
    /// # }
    /// # anywake_core::doctest::block_on(example());
    /// ```
    #[inline]
    #[cfg_attr(feature = "diagnose", track_caller)]
    pub fn read(&self) -> ReadFuture<'_, T> {
        ReadFuture::over(Wait::new(self, ()))
    }

    /// Goes in as a reader if no writer is inside, and neither a writer nor an upgrade waits; without waiting.
    ///
    /// May be called from an interrupt handler with the feature `critical-section`.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// let lock = anywake::RwLock::new(1);
    /// let guard = lock.try_read().expect("nobody is inside");
    /// assert!(lock.try_write().is_none());
    /// # drop(guard);
    /// ```
    #[inline]
    #[cfg_attr(feature = "diagnose", track_caller)]
    pub fn try_read(&self) -> Option<ReadGuard<'_, T>> {
        if !self.core.try_enter(Kind::Read) {
            return None;
        }
        Some(Guard::new(self, Taker::here()))
    }

    /// As [`read`](Self::read), with a guard that keeps the lock alive and may be sent to other threads.
    ///
    /// # Cancel safety
    /// As for [`read`](Self::read).
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// # use std::sync::Arc;
    /// # async fn example() {
    /// let lock = Arc::new(anywake::RwLock::new(1));
    /// let guard = Arc::clone(&lock).read_owned().await;
    /// std::thread::spawn(move || drop(guard)).join().unwrap();
    /// assert!(!lock.is_locked());
    /// # }
    /// # anywake_core::doctest::block_on(example());
    /// ```
    #[cfg(feature = "alloc")]
    #[cfg_attr(docsrs, doc(cfg(feature = "alloc")))]
    #[doc(alias("read_arc"))]
    #[cfg_attr(feature = "diagnose", track_caller)]
    pub fn read_owned(self: Arc<Self>) -> OwnedReadFuture<T> {
        OwnedReadFuture::over(Wait::new(self, ()))
    }

    /// As [`try_read`](Self::try_read), with a guard that keeps the lock alive.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// # use std::sync::Arc;
    /// let lock = Arc::new(anywake::RwLock::new(1));
    /// let guard = Arc::clone(&lock).try_read_owned().expect("nobody is inside");
    /// assert!(lock.try_write_owned().is_none());
    /// # drop(guard);
    /// ```
    #[cfg(feature = "alloc")]
    #[cfg_attr(docsrs, doc(cfg(feature = "alloc")))]
    #[cfg_attr(feature = "diagnose", track_caller)]
    pub fn try_read_owned(self: Arc<Self>) -> Option<OwnedReadGuard<T>> {
        if !self.core.try_enter(Kind::Read) {
            return None;
        }
        Some(Guard::new(self, Taker::here()))
    }

    /// Waits until nobody else is inside, and returns a guard.
    ///
    /// # Cancel safety
    /// A future that is dropped gives up its place. If it had been let in, it leaves again, and those who wait go in.
    ///
    /// # Fairness
    /// See [`RwLock`]. The future takes its place at its first poll.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// # async fn example() {
    /// let lock = anywake::RwLock::new(1);
    /// assert_eq!(*lock.write().await, 1);
    /// # }
    /// # anywake_core::doctest::block_on(example());
    /// ```
    #[inline]
    #[cfg_attr(feature = "diagnose", track_caller)]
    pub fn write(&self) -> WriteFuture<'_, T> {
        WriteFuture::over(Wait::new(self, ()))
    }

    /// Goes in as the writer if nobody is inside and nobody waits, without waiting.
    ///
    /// May be called from an interrupt handler with the feature `critical-section`.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// let lock = anywake::RwLock::new(1);
    /// let guard = lock.try_write().expect("nobody is inside");
    /// assert!(lock.try_read().is_none());
    /// # drop(guard);
    /// ```
    #[inline]
    #[cfg_attr(feature = "diagnose", track_caller)]
    pub fn try_write(&self) -> Option<WriteGuard<'_, T>> {
        if !self.core.try_enter(Kind::Write) {
            return None;
        }
        Some(Guard::new(self, Taker::here()))
    }

    /// As [`write`](Self::write), with a guard that keeps the lock alive and may be sent to other threads.
    ///
    /// # Cancel safety
    /// As for [`write`](Self::write).
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// # use std::sync::Arc;
    /// # async fn example() {
    /// let lock = Arc::new(anywake::RwLock::new(1));
    /// let guard = Arc::clone(&lock).write_owned().await;
    /// std::thread::spawn(move || drop(guard)).join().unwrap();
    /// assert!(!lock.is_locked());
    /// # }
    /// # anywake_core::doctest::block_on(example());
    /// ```
    #[cfg(feature = "alloc")]
    #[cfg_attr(docsrs, doc(cfg(feature = "alloc")))]
    #[doc(alias("write_arc"))]
    #[cfg_attr(feature = "diagnose", track_caller)]
    pub fn write_owned(self: Arc<Self>) -> OwnedWriteFuture<T> {
        OwnedWriteFuture::over(Wait::new(self, ()))
    }

    /// As [`try_write`](Self::try_write), with a guard that keeps the lock alive.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// # use std::sync::Arc;
    /// let lock = Arc::new(anywake::RwLock::new(1));
    /// let guard = Arc::clone(&lock).try_write_owned().expect("nobody is inside");
    /// assert!(lock.try_write_owned().is_none());
    /// # drop(guard);
    /// ```
    #[cfg(feature = "alloc")]
    #[cfg_attr(docsrs, doc(cfg(feature = "alloc")))]
    #[cfg_attr(feature = "diagnose", track_caller)]
    pub fn try_write_owned(self: Arc<Self>) -> Option<OwnedWriteGuard<T>> {
        if !self.core.try_enter(Kind::Write) {
            return None;
        }
        Some(Guard::new(self, Taker::here()))
    }

    /// Waits until the caller may go in as the one upgradable reader, and returns a guard.
    ///
    /// # Cancel safety
    /// A future that is dropped gives up its place. If it had been let in, it leaves again, and those who wait go in.
    ///
    /// # Fairness
    /// See [`RwLock`]. The future takes its place at its first poll.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// # async fn example() {
    /// let lock = anywake::RwLock::new(1);
    /// assert_eq!(*lock.upgradable_read().await, 1);
    /// # }
    /// # anywake_core::doctest::block_on(example());
    /// ```
    #[inline]
    #[cfg_attr(feature = "diagnose", track_caller)]
    pub fn upgradable_read(&self) -> UpgradableReadFuture<'_, T> {
        UpgradableReadFuture::over(Wait::new(self, ()))
    }

    /// Goes in as the upgradable reader if there is neither one nor a writer inside, and nobody waits; without waiting.
    ///
    /// May be called from an interrupt handler with the feature `critical-section`.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// let lock = anywake::RwLock::new(1);
    /// let guard = lock.try_upgradable_read().expect("nobody is inside");
    /// assert!(lock.try_write().is_none());
    /// # drop(guard);
    /// ```
    #[inline]
    #[cfg_attr(feature = "diagnose", track_caller)]
    pub fn try_upgradable_read(&self) -> Option<UpgradableGuard<'_, T>> {
        if !self.core.try_enter(Kind::Upgradable) {
            return None;
        }
        Some(Guard::new(self, Taker::here()))
    }

    /// As [`upgradable_read`](Self::upgradable_read), with a guard that keeps the lock alive and may be sent to other threads.
    ///
    /// # Cancel safety
    /// As for [`upgradable_read`](Self::upgradable_read).
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// # use std::sync::Arc;
    /// # async fn example() {
    /// let lock = Arc::new(anywake::RwLock::new(1));
    /// let guard = Arc::clone(&lock).upgradable_read_owned().await;
    /// std::thread::spawn(move || drop(guard)).join().unwrap();
    /// assert!(!lock.is_locked());
    /// # }
    /// # anywake_core::doctest::block_on(example());
    /// ```
    #[cfg(feature = "alloc")]
    #[cfg_attr(docsrs, doc(cfg(feature = "alloc")))]
    #[cfg_attr(feature = "diagnose", track_caller)]
    pub fn upgradable_read_owned(self: Arc<Self>) -> OwnedUpgradableReadFuture<T> {
        OwnedUpgradableReadFuture::over(Wait::new(self, ()))
    }

    /// As [`try_upgradable_read`](Self::try_upgradable_read), with a guard that keeps the lock alive.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// # use std::sync::Arc;
    /// let lock = Arc::new(anywake::RwLock::new(1));
    /// let guard = Arc::clone(&lock).try_upgradable_read_owned().expect("nobody is inside");
    /// assert!(lock.try_write_owned().is_none());
    /// # drop(guard);
    /// ```
    #[cfg(feature = "alloc")]
    #[cfg_attr(docsrs, doc(cfg(feature = "alloc")))]
    #[cfg_attr(feature = "diagnose", track_caller)]
    pub fn try_upgradable_read_owned(self: Arc<Self>) -> Option<OwnedUpgradableGuard<T>> {
        if !self.core.try_enter(Kind::Upgradable) {
            return None;
        }
        Some(Guard::new(self, Taker::here()))
    }

    /// The value, without locking: the exclusive reference shows that nobody else uses it.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// let mut lock = anywake::RwLock::new(1);
    /// *lock.get_mut() += 1;
    /// assert_eq!(lock.into_inner(), 2);
    /// ```
    pub fn get_mut(&mut self) -> &mut T {
        // SAFETY: RW6, no guard is alive, since one would borrow the lock, which is borrowed by `&mut`.
        self.value.with_mut(|value| unsafe { &mut *value })
    }

    /// How many readers are inside, the upgradable one among them.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// let lock = anywake::RwLock::new(());
    /// let guards = (lock.try_read(), lock.try_upgradable_read());
    /// assert_eq!(lock.readers(), 2);
    /// # drop(guards);
    /// ```
    pub fn readers(&self) -> usize {
        self.core.readers()
    }

    /// Whether anybody is inside, a writer or readers.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// let lock = anywake::RwLock::new(());
    /// let guard = lock.try_read();
    /// assert!(lock.is_locked());
    /// # drop(guard);
    /// ```
    pub fn is_locked(&self) -> bool {
        self.core.is_locked()
    }

    /// How many tasks wait, to read, to write or to upgrade.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// let lock = anywake::RwLock::new(());
    /// let _guard = lock.try_write();
    /// let mut waiter = core::pin::pin!(lock.read());
    /// waiter.as_mut().enable();
    /// assert_eq!(lock.waiters(), 1);
    /// ```
    pub fn waiters(&self) -> usize {
        self.core.waiters()
    }
}

impl<T: Default> Default for RwLock<T> {
    fn default() -> Self {
        Self::new(T::default())
    }
}

impl<T> From<T> for RwLock<T> {
    fn from(value: T) -> Self {
        Self::new(value)
    }
}

impl<T: ?Sized + fmt::Debug> fmt::Debug for RwLock<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut lock = f.debug_struct("RwLock");
        match self.try_read() {
            Some(guard) => lock.field("value", &&*guard),
            None => lock.field("value", &format_args!("<locked>")),
        };
        lock.field("waiters", &trace::listed(&self.core.queue, self.waiters())).finish()
    }
}

impl<T: ?Sized> Primitive for RwLock<T> {
    type Core = RwLockCore;

    #[inline]
    fn core(&self) -> &RwLockCore {
        &self.core
    }
}

#[cfg(all(test, not(loom)))]
mod tests;
