//! The guards of a reader-writer lock: of a reader, of the upgradable reader, of a writer; plain, mapped and owned.
//!
//! A guard is generic over its handle and its mode, and names `T` through the handle: see `wait/handle.rs` for why.
//!
//! # Invariant
//! * RW6. A `Held` of a mode exists only while its lock is held in that mode, and one exists for each time that it is
//!   (D1): any number of readers, of which one may be upgradable, or one writer (RW1).
//!
//! # Auto traits
//! What a guard may do on the thread that it was sent to, or through a shared reference to it, decides:
//!
//! | guard | does there | `Send` takes | `Sync` takes |
//! |---|---|---|---|
//! | read, by reference | reads | `T: Sync` | `T: Sync` |
//! | upgradable, by reference | reads, and writes once it is sent | `T: Send + Sync` | `T: Sync` |
//! | write, by reference | writes, and reads beside others once it is downgraded | `T: Send + Sync` | `T: Sync` |
//! | each, by `Arc` | also drops the value, if it is the last to go | `T: Send + Sync` | `T: Send + Sync` |
//! | mapped read of a `U` | reads the part | `U: Sync` | `U: Sync` |
//! | mapped write of a `U` | writes the part; it is never downgraded | `U: Send` | `U: Sync` |
//!
//! [`Guard::handle`] and [`Guard::lock`] share the lock itself, by which any thread may write, so they take `T: Send`.
//! Without that bound a guard of a `T: Sync` would take the value of another thread out.

use core::marker::PhantomData;
use core::ops::{Deref, DerefMut};
use core::ptr::NonNull;

#[cfg(feature = "alloc")]
use crate::sys::Arc;

use super::RwLock;
use super::raw::{Kind, RwLockCore};
use super::wait::UpgradeFuture;
use crate::wait::future::Wait;
#[cfg(feature = "alloc")]
use crate::wait::handle::ArcPart;
use crate::wait::held::{Duty, Held, Reach, formats_as_its_value, guard_handles};
use crate::wait::trace::{Claim, Taker};

guard_handles! {
    RwLock, RwLockCore;
    RwLockHandle, RwLockOwner, RwLockRef
}

/// How a lock is held: [`Read`], [`Upgradable`] or [`Write`]. Sealed.
#[allow(private_bounds, reason = "sealed")]
pub trait Access: Mode {}

impl<M: Mode> Access for M {}

/// A mode of a guard, and the duty to leave in that mode.
pub(crate) trait Mode: Duty<Core = RwLockCore> {
    const KIND: Kind;
}

/// One of any number of readers.
#[derive(Debug)]
pub enum Read {}
/// The one reader that may become a writer, beside any number of plain ones.
#[derive(Debug)]
pub enum Upgradable {}
/// The one writer.
#[derive(Debug)]
pub enum Write {}

macro_rules! modes {
    ($($mode:ident: $leave:ident, $claim:ident;)+) => {$(
        impl Mode for $mode {
            const KIND: Kind = Kind::$mode;
        }

        impl Duty for $mode {
            type Core = RwLockCore;

            const CLAIM: Claim = Claim::$claim;

            #[inline]
            fn done(core: &RwLockCore) {
                core.$leave();
            }
        }
    )+};
}

modes! {
    Read: leave_reader, Read;
    Upgradable: leave_upgradable, UpgradableRead;
    Write: leave_writer, Write;
}

/// Access to the value of a [`RwLock`]; leaves the lock when it is dropped.
///
/// `H` is how it holds the lock, by reference or by `Arc`, and `M` what it may do: [`Read`], [`Upgradable`] or [`Write`].
///
/// A [`ReadGuard`] is `Send` if the value is `Sync`. An [`UpgradableGuard`] and a [`WriteGuard`] are `Send` if the value is
/// `Send` and `Sync`, since a writer may take the value, and may be downgraded beside other readers. All three are `Sync`
/// if the value is `Sync`. A guard that keeps its lock alive may drop the value, and needs both for both.
#[must_use = "a guard that is dropped at once leaves at once"]
pub struct Guard<H: RwLockHandle, M: Access> {
    held: Held<H, M>,
}

crate::sys::shared! {
    // mistake a_read_guard_of_anything_is_sent: T: ?Sized + Sync ~> T: ?Sized
    // SAFETY: RW6. It is a `&T`, which takes `T: Sync` to be sent, and a place among the readers, which is a count in an atomic
    // word. Nobody gets at the lock by it without `T: Send` (see the header). With less this was RUSTSEC-2020-0070.
    unsafe impl<T: ?Sized + Sync> Send for Guard<&RwLock<T>, Read> {}
    // SAFETY: RW6. Its holder may upgrade it, and then take the value (`T: Send`); other threads may read beside it (`T: Sync`).
    // The handle, a `&RwLock<T>`, takes both to be sent, and an `Arc`, which may drop the value, too.
    unsafe impl<H: RwLockHandle + Send> Send for Guard<H, Upgradable> {}
    // SAFETY: RW6. Its holder may take the value (`T: Send`), or downgrade it, and then others read beside it (`T: Sync`). The
    // handle takes both, as above.
    unsafe impl<H: RwLockHandle + Send> Send for Guard<H, Write> {}
    // SAFETY: RW6. A shared guard is a shared `&T`, whatever its mode: it is upgraded or downgraded by value only. `share`
    // makes one more such guard of it.
    unsafe impl<T: ?Sized + Sync, M: Access> Sync for Guard<&RwLock<T>, M> {}
    #[cfg(feature = "alloc")]
    // SAFETY: RW6, as by reference; the `Arc`, which may drop the value, takes `T: Send` as well.
    unsafe impl<T: ?Sized> Send for Guard<Arc<RwLock<T>>, Read> where Arc<RwLock<T>>: Send {}
    #[cfg(feature = "alloc")]
    // SAFETY: RW6, as above, and `share` clones the `Arc` of a shared guard.
    unsafe impl<T: ?Sized, M: Access> Sync for Guard<Arc<RwLock<T>>, M> where Arc<RwLock<T>>: Sync {}
    #[cfg(feature = "alloc")]
    // SAFETY: RW6, as for an `Arc` of the lock; this one may drop the whole value.
    unsafe impl<S: ?Sized, T: ?Sized> Send for Guard<ArcPart<S, RwLock<T>>, Read> where ArcPart<S, RwLock<T>>: Send
    {}
    #[cfg(feature = "alloc")]
    // SAFETY: RW6, as for an `Arc` of the lock.
    unsafe impl<S: ?Sized, T: ?Sized, M: Access> Sync for Guard<ArcPart<S, RwLock<T>>, M> where
        ArcPart<S, RwLock<T>>: Sync
    {
    }
}
// The value is behind the handle, and does not move with the guard.
impl<H: RwLockHandle, M: Access> Unpin for Guard<H, M> {}

/// The guard of [`RwLock::read`].
#[doc(alias("RwLockReadGuard"))]
pub type ReadGuard<'a, T> = Guard<&'a RwLock<T>, Read>;
/// The guard of [`RwLock::upgradable_read`].
#[doc(alias("RwLockUpgradableReadGuard"))]
pub type UpgradableGuard<'a, T> = Guard<&'a RwLock<T>, Upgradable>;
/// The guard of [`RwLock::write`].
#[doc(alias("RwLockWriteGuard"))]
pub type WriteGuard<'a, T> = Guard<&'a RwLock<T>, Write>;

/// A [`ReadGuard`] that keeps its lock alive.
#[cfg(feature = "alloc")]
#[cfg_attr(docsrs, doc(cfg(feature = "alloc")))]
#[doc(alias("OwnedRwLockReadGuard"))]
pub type OwnedReadGuard<T> = Guard<Arc<RwLock<T>>, Read>;
/// An [`UpgradableGuard`] that keeps its lock alive.
#[cfg(feature = "alloc")]
#[cfg_attr(docsrs, doc(cfg(feature = "alloc")))]
pub type OwnedUpgradableGuard<T> = Guard<Arc<RwLock<T>>, Upgradable>;
/// A [`WriteGuard`] that keeps its lock alive.
#[cfg(feature = "alloc")]
#[cfg_attr(docsrs, doc(cfg(feature = "alloc")))]
#[doc(alias("OwnedRwLockWriteGuard"))]
pub type OwnedWriteGuard<T> = Guard<Arc<RwLock<T>>, Write>;

impl<H: RwLockHandle, M: Access> Guard<H, M> {
    /// The caller holds the lock in this mode, and gives the duty to leave away.
    #[inline]
    pub(super) fn new(lock: H, taker: Taker) -> Self {
        Self { held: Held::new(lock, taker) }
    }

    #[inline]
    pub(super) fn of(held: Held<H, M>) -> Self {
        Self { held }
    }

    /// The caller has changed what the lock is held as, from `M` to `N`.
    #[inline]
    fn into_mode<N: Access>(self) -> Guard<H, N> {
        Guard { held: self.held.convert(|lock| lock) }
    }

    /// The handle that the lock is held by: its `Arc`, for an [`OwnedReadGuard`] and its like.
    ///
    /// Only for a value that is `Send`: a reader may be on another thread, and could take the value there by the lock.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// use anywake::RwLock;
    /// use anywake::rwlock::ReadGuard;
    ///
    /// let lock = RwLock::new(1);
    /// let guard = lock.try_read().unwrap();
    /// assert!(core::ptr::eq(*ReadGuard::handle(&guard), &lock));
    /// ```
    pub fn handle(guard: &Self) -> &H
    where
        H::Value: Send,
    {
        guard.held.by()
    }
}

impl<'a, T: ?Sized + Send, M: Access> Guard<&'a RwLock<T>, M> {
    /// The lock that this guard is of. Only for a value that is `Send`, as [`handle`](Self::handle).
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// use anywake::RwLock;
    /// use anywake::rwlock::WriteGuard;
    ///
    /// let lock = RwLock::new(1);
    /// let guard = lock.try_write().unwrap();
    /// let same: &RwLock<i32> = WriteGuard::lock(&guard);
    /// drop(guard);
    /// assert!(!same.is_locked(), "the reference outlives the guard");
    /// ```
    pub fn lock(guard: &Self) -> &'a RwLock<T> {
        guard.held.by()
    }
}

impl<H: RwLockHandle> Guard<H, Read> {
    /// One more guard, at once, even if a writer waits: the safe way to read again while reading.
    ///
    /// A second [`read`](RwLock::read) would wait behind that writer, which waits for the first guard.
    ///
    /// # Panics
    /// If there are 2^28 - 1 readers (2^60 - 1 on 64 bits). So many guards can only have been forgotten.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// use anywake::RwLock;
    /// use anywake::rwlock::ReadGuard;
    ///
    /// let lock = RwLock::new(1);
    /// let first = lock.try_read().unwrap();
    /// let mut writer = core::pin::pin!(lock.write());
    /// assert!(!writer.as_mut().enable());
    /// assert!(lock.try_read().is_none(), "a writer waits");
    /// assert_eq!(*ReadGuard::share(&first), 1);
    /// ```
    #[cfg_attr(feature = "diagnose", track_caller)]
    pub fn share(guard: &Self) -> Self {
        let lock = guard.held.by().clone();
        assert!(lock.core.share(), "a RwLock has too many readers: their guards were forgotten");
        Self::new(lock, Taker::here())
    }

    /// A guard of a part of the value. That of a [`ReadGuard`] does not name the type of the whole.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// use anywake::RwLock;
    /// use anywake::rwlock::ReadGuard;
    ///
    /// let lock = RwLock::new((1, "one"));
    /// assert_eq!(*ReadGuard::map(lock.try_read().unwrap(), |pair| &pair.0), 1);
    /// ```
    pub fn map<U: ?Sized>(guard: Self, part: impl FnOnce(&H::Value) -> &U) -> Mapped<H::Owner, Read, U> {
        let value = NonNull::from(part(&guard));
        Mapped::new(guard, value)
    }

    /// A guard of a part of the value, if it is there.
    ///
    /// # Errors
    /// The guard itself, if `part` returns `None`.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// use anywake::RwLock;
    /// use anywake::rwlock::ReadGuard;
    ///
    /// let lock = RwLock::new(vec![1]);
    /// let guard = ReadGuard::try_map(lock.try_read().unwrap(), |all| all.get(5)).unwrap_err();
    /// assert_eq!(*ReadGuard::try_map(guard, |all| all.get(0)).unwrap(), 1);
    /// ```
    pub fn try_map<U: ?Sized>(
        guard: Self,
        part: impl FnOnce(&H::Value) -> Option<&U>,
    ) -> Result<Mapped<H::Owner, Read, U>, Self> {
        match part(&guard).map(NonNull::from) {
            Some(value) => Ok(Mapped::new(guard, value)),
            None => Err(guard),
        }
    }
}

impl<H: RwLockHandle> Guard<H, Upgradable> {
    /// Waits until the other readers have left, and returns the guard of a writer. Nothing is written between.
    ///
    /// While it waits, no other reader goes in. It goes before all writers.
    ///
    /// # Cancel safety
    /// A future that is dropped ends the upgradable read, too. [`UpgradeFuture::cancel`] returns the guard instead.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// # async fn example() {
    /// use anywake::RwLock;
    /// use anywake::rwlock::UpgradableGuard;
    ///
    /// let lock = RwLock::new(1);
    /// let guard = lock.upgradable_read().await;
    /// assert_eq!(*guard, 1);
    /// *UpgradableGuard::upgrade(guard).await += 1;
    /// assert_eq!(lock.into_inner(), 2);
    /// # }
    /// # anywake_core::doctest::block_on(example());
    /// ```
    #[cfg_attr(feature = "diagnose", track_caller)]
    pub fn upgrade(guard: Self) -> UpgradeFuture<H> {
        UpgradeFuture::over(Wait::new(guard.held, ()))
    }

    /// Becomes a writer if there is no other reader, without waiting.
    ///
    /// # Errors
    /// The guard itself, if there is another reader.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// use anywake::RwLock;
    /// use anywake::rwlock::UpgradableGuard;
    ///
    /// let lock = RwLock::new(1);
    /// let reader = lock.try_read().unwrap();
    /// let guard = UpgradableGuard::try_upgrade(lock.try_upgradable_read().unwrap()).unwrap_err();
    /// drop(reader);
    /// *UpgradableGuard::try_upgrade(guard).unwrap() = 2;
    /// assert_eq!(lock.into_inner(), 2);
    /// ```
    pub fn try_upgrade(guard: Self) -> Result<Guard<H, Write>, Self> {
        if guard.held.by().core().try_enter(Kind::Upgrade) { Ok(guard.into_mode()) } else { Err(guard) }
    }

    /// Becomes a plain reader, so that another one may be upgradable.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// use anywake::RwLock;
    /// use anywake::rwlock::UpgradableGuard;
    ///
    /// let lock = RwLock::new(1);
    /// let reader = UpgradableGuard::downgrade(lock.try_upgradable_read().unwrap());
    /// assert!(lock.try_upgradable_read().is_some());
    /// assert_eq!(*reader, 1);
    /// ```
    pub fn downgrade(guard: Self) -> Guard<H, Read> {
        // Before the change, which wakes others: a waker that panics must not leave a reader behind.
        let reader = guard.into_mode::<Read>();
        reader.held.by().core().end_upgradable();
        reader
    }
}

impl<H: RwLockHandle> Guard<H, Write> {
    /// Becomes a reader. No writer comes between, and the readers that wait go in as well.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// use anywake::RwLock;
    /// use anywake::rwlock::WriteGuard;
    ///
    /// let lock = RwLock::new(1);
    /// let mut writer = lock.try_write().unwrap();
    /// *writer = 2;
    /// let reader = WriteGuard::downgrade(writer);
    /// assert_eq!((*reader, lock.readers()), (2, 1));
    /// ```
    pub fn downgrade(guard: Self) -> Guard<H, Read> {
        let reader = guard.into_mode::<Read>();
        reader.held.by().core().downgrade();
        reader
    }

    /// Becomes the upgradable reader. No writer comes between, and the readers that wait go in as well.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// use anywake::RwLock;
    /// use anywake::rwlock::WriteGuard;
    ///
    /// let lock = RwLock::new(1);
    /// let guard = WriteGuard::downgrade_to_upgradable(lock.try_write().unwrap());
    /// assert_eq!(*lock.try_read().unwrap(), *guard);
    /// ```
    pub fn downgrade_to_upgradable(guard: Self) -> Guard<H, Upgradable> {
        let reader = guard.into_mode::<Upgradable>();
        reader.held.by().core().downgrade_to_upgradable();
        reader
    }

    /// A guard of a part of the value. That of a [`WriteGuard`] does not name the type of the whole.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// use anywake::RwLock;
    /// use anywake::rwlock::WriteGuard;
    ///
    /// let lock = RwLock::new((1, "one"));
    /// *WriteGuard::map(lock.try_write().unwrap(), |pair| &mut pair.0) += 1;
    /// assert_eq!(lock.into_inner(), (2, "one"));
    /// ```
    pub fn map<U: ?Sized>(
        mut guard: Self,
        part: impl FnOnce(&mut H::Value) -> &mut U,
    ) -> Mapped<H::Owner, Write, U> {
        let value = NonNull::from(part(&mut guard));
        Mapped::new(guard, value)
    }

    /// A guard of a part of the value, if it is there.
    ///
    /// # Errors
    /// The guard itself, if `part` returns `None`.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// use anywake::RwLock;
    /// use anywake::rwlock::WriteGuard;
    ///
    /// let lock = RwLock::new(vec![1]);
    /// let guard = WriteGuard::try_map(lock.try_write().unwrap(), |all| all.get_mut(5)).unwrap_err();
    /// *WriteGuard::try_map(guard, |all| all.get_mut(0)).unwrap() = 2;
    /// assert_eq!(lock.into_inner(), [2]);
    /// ```
    pub fn try_map<U: ?Sized>(
        mut guard: Self,
        part: impl FnOnce(&mut H::Value) -> Option<&mut U>,
    ) -> Result<Mapped<H::Owner, Write, U>, Self> {
        match part(&mut guard).map(NonNull::from) {
            Some(value) => Ok(Mapped::new(guard, value)),
            None => Err(guard),
        }
    }
}

impl<H: RwLockHandle, M: Access> Deref for Guard<H, M> {
    type Target = H::Value;

    #[inline]
    fn deref(&self) -> &H::Value {
        // SAFETY: RW6, the lock is held: nobody writes but a writer whose guard this is, and that is borrowed.
        self.held.by().value.with(|value| unsafe { &*value })
    }
}

impl<H: RwLockHandle> DerefMut for Guard<H, Write> {
    #[inline]
    fn deref_mut(&mut self) -> &mut H::Value {
        // SAFETY: RW6, the writer is alone, and its guard is borrowed by `&mut`.
        self.held.by().value.with_mut(|value| unsafe { &mut *value })
    }
}

/// Access to a part of the value of a [`RwLock`]; leaves the lock when it is dropped.
///
/// A [`MappedReadGuard`] or [`MappedWriteGuard`] holds the lock by reference and does not know the type of the whole value;
/// an [`OwnedMappedReadGuard`] or [`OwnedMappedWriteGuard`] holds it by `Arc`.
#[must_use = "a guard that is dropped at once leaves at once"]
pub struct Mapped<O: RwLockOwner, M: Access, U: ?Sized> {
    held: Held<O, M>,
    value: NonNull<U>,
    // mistake a_mapped_write_guard_is_covariant: PhantomData<*mut U> ~> PhantomData<*const U>
    // A pointer would be covariant; the part of a writer is written through, so it must not be.
    _value: PhantomData<*mut U>,
}

/// The guard of a part of what a [`ReadGuard`] guards, made by [`Guard::map`].
#[doc(alias("MappedRwLockReadGuard"))]
pub type MappedReadGuard<'a, U> = Mapped<RwLockRef<'a>, Read, U>;
/// The guard of a part of what a [`WriteGuard`] guards, made by [`Guard::map`].
#[doc(alias("MappedRwLockWriteGuard", "RwLockMappedWriteGuard"))]
pub type MappedWriteGuard<'a, U> = Mapped<RwLockRef<'a>, Write, U>;

/// A [`MappedReadGuard`] that keeps its lock alive, made by [`Guard::map`].
#[cfg(feature = "alloc")]
#[cfg_attr(docsrs, doc(cfg(feature = "alloc")))]
pub type OwnedMappedReadGuard<T, U> = Mapped<Arc<RwLock<T>>, Read, U>;
/// A [`MappedWriteGuard`] that keeps its lock alive, made by [`Guard::map`].
#[cfg(feature = "alloc")]
#[cfg_attr(docsrs, doc(cfg(feature = "alloc")))]
#[doc(alias("OwnedRwLockMappedWriteGuard"))]
pub type OwnedMappedWriteGuard<T, U> = Mapped<Arc<RwLock<T>>, Write, U>;

crate::sys::shared! {
    // mistake a_mapped_read_guard_forgets_its_part: U: ?Sized + Sync ~> U: ?Sized
    // SAFETY: RW6. It is the lock, held as `O`, and a `&U`. Sending that takes `U: Sync`, and sending the handle `O: Send`.
    unsafe impl<O: RwLockOwner + Send, U: ?Sized + Sync> Send for Mapped<O, Read, U> {}
    // SAFETY: RW6. It is the lock, held as `O`, and a `&mut U`: sending both takes `Send` of both. Nobody reads the part beside
    // it, since a mapped guard is not downgraded, so `U: Sync` is not needed.
    unsafe impl<O: RwLockOwner + Send, U: ?Sized + Send> Send for Mapped<O, Write, U> {}
    // SAFETY: RW6, sharing it shares `&U` and the handle.
    unsafe impl<O: RwLockOwner + Sync, M: Access, U: ?Sized + Sync> Sync for Mapped<O, M, U> {}
}
// The part is behind the handle, and does not move with the guard.
impl<O: RwLockOwner, M: Access, U: ?Sized> Unpin for Mapped<O, M, U> {}

impl<O: RwLockOwner, M: Access, U: ?Sized> Mapped<O, M, U> {
    /// `value` points at a part of the value of the guard's lock.
    fn new<H: RwLockHandle<Owner = O>>(guard: Guard<H, M>, value: NonNull<U>) -> Self {
        Self { held: guard.held.convert(H::into_owner), value, _value: PhantomData }
    }
}

impl<O: RwLockOwner, U: ?Sized> Mapped<O, Read, U> {
    /// A guard of a part of the part.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// use anywake::RwLock;
    /// use anywake::rwlock::{MappedReadGuard, ReadGuard};
    ///
    /// let lock = RwLock::new(((1, 2), 3));
    /// let pair = ReadGuard::map(lock.try_read().unwrap(), |all| &all.0);
    /// assert_eq!(*MappedReadGuard::map(pair, |pair| &pair.1), 2);
    /// ```
    pub fn map<V: ?Sized>(guard: Self, part: impl FnOnce(&U) -> &V) -> Mapped<O, Read, V> {
        let value = NonNull::from(part(&guard));
        Mapped { held: guard.held, value, _value: PhantomData }
    }

    /// A guard of a part of the part, if it is there.
    ///
    /// # Errors
    /// The guard itself, if `part` returns `None`.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// use anywake::RwLock;
    /// use anywake::rwlock::{MappedReadGuard, ReadGuard};
    ///
    /// let lock = RwLock::new(([1, 2], 3));
    /// let array = ReadGuard::map(lock.try_read().unwrap(), |all| &all.0);
    /// let array = MappedReadGuard::try_map(array, |array| array.get(7)).unwrap_err();
    /// assert_eq!(*MappedReadGuard::try_map(array, |array| array.get(1)).unwrap(), 2);
    /// ```
    pub fn try_map<V: ?Sized>(
        guard: Self,
        part: impl FnOnce(&U) -> Option<&V>,
    ) -> Result<Mapped<O, Read, V>, Self> {
        match part(&guard).map(NonNull::from) {
            Some(value) => Ok(Mapped { held: guard.held, value, _value: PhantomData }),
            None => Err(guard),
        }
    }
}

impl<O: RwLockOwner, U: ?Sized> Mapped<O, Write, U> {
    /// A guard of a part of the part.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// use anywake::RwLock;
    /// use anywake::rwlock::{MappedWriteGuard, WriteGuard};
    ///
    /// let lock = RwLock::new(((1, 2), 3));
    /// let pair = WriteGuard::map(lock.try_write().unwrap(), |all| &mut all.0);
    /// *MappedWriteGuard::map(pair, |pair| &mut pair.1) += 1;
    /// assert_eq!(lock.into_inner(), ((1, 3), 3));
    /// ```
    pub fn map<V: ?Sized>(mut guard: Self, part: impl FnOnce(&mut U) -> &mut V) -> Mapped<O, Write, V> {
        let value = NonNull::from(part(&mut guard));
        Mapped { held: guard.held, value, _value: PhantomData }
    }

    /// A guard of a part of the part, if it is there.
    ///
    /// # Errors
    /// The guard itself, if `part` returns `None`.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// use anywake::RwLock;
    /// use anywake::rwlock::{MappedWriteGuard, WriteGuard};
    ///
    /// let lock = RwLock::new(([1, 2], 3));
    /// let array = WriteGuard::map(lock.try_write().unwrap(), |all| &mut all.0);
    /// let array = MappedWriteGuard::try_map(array, |array| array.get_mut(7)).unwrap_err();
    /// *MappedWriteGuard::try_map(array, |array| array.get_mut(1)).unwrap() = 5;
    /// assert_eq!(lock.into_inner(), ([1, 5], 3));
    /// ```
    pub fn try_map<V: ?Sized>(
        mut guard: Self,
        part: impl FnOnce(&mut U) -> Option<&mut V>,
    ) -> Result<Mapped<O, Write, V>, Self> {
        match part(&mut guard).map(NonNull::from) {
            Some(value) => Ok(Mapped { held: guard.held, value, _value: PhantomData }),
            None => Err(guard),
        }
    }
}

impl<O: RwLockOwner, M: Access, U: ?Sized> Deref for Mapped<O, M, U> {
    type Target = U;

    fn deref(&self) -> &U {
        // SAFETY: RW6, the lock is held, and the pointer was made from a reference to a part of its value.
        unsafe { self.value.as_ref() }
    }
}

impl<O: RwLockOwner, U: ?Sized> DerefMut for Mapped<O, Write, U> {
    fn deref_mut(&mut self) -> &mut U {
        // SAFETY: RW6, as in `deref`; the pointer was made from a `&mut`, and the guard is borrowed by `&mut`.
        unsafe { self.value.as_mut() }
    }
}

formats_as_its_value! {
    [H: RwLockHandle, M: Access] Guard<H, M>, H::Value;
    [O: RwLockOwner, M: Access, U: ?Sized] Mapped<O, M, U>, U;
}

#[cfg(feature = "alloc")]
impl<S: ?Sized, T: ?Sized> ArcPart<S, RwLock<T>> {
    /// Waits until readers may go in. Returns a guard that keeps the whole value alive.
    ///
    /// # Cancel safety
    /// As for [`RwLock::read`].
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// # async fn example() {
    /// use anywake::{ArcPart, RwLock};
    /// use std::sync::Arc;
    ///
    /// let pair = Arc::new((RwLock::new(1), "name"));
    /// assert_eq!(*ArcPart::new(Arc::clone(&pair), |pair| &pair.0).read().await, 1);
    /// # }
    /// # anywake_core::doctest::block_on(example());
    /// ```
    #[cfg_attr(feature = "diagnose", track_caller)]
    pub fn read(self) -> super::PartReadFuture<S, T> {
        super::PartReadFuture::over(Wait::new(self, ()))
    }

    /// Goes in as a reader, as [`RwLock::try_read`] does. Returns a guard that keeps the whole value alive.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// use anywake::{ArcPart, RwLock};
    /// use std::sync::Arc;
    ///
    /// let pair = Arc::new((RwLock::new(1), "name"));
    /// let guard = ArcPart::new(Arc::clone(&pair), |pair| &pair.0).try_read().unwrap();
    /// drop(pair);
    /// assert_eq!(*guard, 1);
    /// ```
    #[cfg_attr(feature = "diagnose", track_caller)]
    pub fn try_read(self) -> Option<Guard<Self, Read>> {
        if !self.core.try_enter(Kind::Read) {
            return None;
        }
        Some(Guard::new(self, Taker::here()))
    }

    /// Waits until nobody else is inside. Returns a guard that keeps the whole value alive.
    ///
    /// # Cancel safety
    /// As for [`RwLock::write`].
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// # async fn example() {
    /// use anywake::{ArcPart, RwLock};
    /// use std::sync::Arc;
    ///
    /// let pair = Arc::new((RwLock::new(1), "name"));
    /// *ArcPart::new(Arc::clone(&pair), |pair| &pair.0).write().await += 1;
    /// assert_eq!(*pair.0.read().await, 2);
    /// # }
    /// # anywake_core::doctest::block_on(example());
    /// ```
    #[cfg_attr(feature = "diagnose", track_caller)]
    pub fn write(self) -> super::PartWriteFuture<S, T> {
        super::PartWriteFuture::over(Wait::new(self, ()))
    }

    /// Goes in as the writer, as [`RwLock::try_write`] does. Returns a guard that keeps the whole value alive.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// use anywake::{ArcPart, RwLock};
    /// use std::sync::Arc;
    ///
    /// let pair = Arc::new((RwLock::new(1), "name"));
    /// let mut guard = ArcPart::new(Arc::clone(&pair), |pair| &pair.0).try_write().unwrap();
    /// assert!(pair.0.try_read().is_none());
    /// *guard += 1;
    /// ```
    #[cfg_attr(feature = "diagnose", track_caller)]
    pub fn try_write(self) -> Option<Guard<Self, Write>> {
        if !self.core.try_enter(Kind::Write) {
            return None;
        }
        Some(Guard::new(self, Taker::here()))
    }

    /// Waits until the caller may go in as the one upgradable reader. Returns a guard that keeps the whole value alive.
    ///
    /// # Cancel safety
    /// As for [`RwLock::upgradable_read`].
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// # async fn example() {
    /// use anywake::RwLock;
    /// use anywake::rwlock::Guard;
    /// use anywake::ArcPart;
    /// use std::sync::Arc;
    ///
    /// let pair = Arc::new((RwLock::new(1), "name"));
    /// let guard = ArcPart::new(Arc::clone(&pair), |pair| &pair.0).upgradable_read().await;
    /// *Guard::upgrade(guard).await += 1;
    /// assert_eq!(*pair.0.read().await, 2);
    /// # }
    /// # anywake_core::doctest::block_on(example());
    /// ```
    #[cfg_attr(feature = "diagnose", track_caller)]
    pub fn upgradable_read(self) -> super::PartUpgradableReadFuture<S, T> {
        super::PartUpgradableReadFuture::over(Wait::new(self, ()))
    }

    /// Goes in as the upgradable reader, as [`RwLock::try_upgradable_read`] does. Returns a guard that keeps the whole value
    /// alive.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// use anywake::{ArcPart, RwLock};
    /// use std::sync::Arc;
    ///
    /// let pair = Arc::new((RwLock::new(1), "name"));
    /// let guard = ArcPart::new(Arc::clone(&pair), |pair| &pair.0).try_upgradable_read().unwrap();
    /// assert!(pair.0.try_upgradable_read().is_none() && pair.0.try_read().is_some());
    /// # drop(guard);
    /// ```
    #[cfg_attr(feature = "diagnose", track_caller)]
    pub fn try_upgradable_read(self) -> Option<Guard<Self, Upgradable>> {
        if !self.core.try_enter(Kind::Upgradable) {
            return None;
        }
        Some(Guard::new(self, Taker::here()))
    }
}
