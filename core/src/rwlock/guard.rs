//! The guards of a reader-writer lock: of a reader, of the upgradable reader, of a writer; plain, mapped and owned.
//!
//! A guard is generic over its handle and its mode, and names `T` through the handle: see `wait/handle.rs` for why.
//!
//! # Invariant
//! * RW6. A [`Held`] of a mode exists only while its lock is held in that mode, and one exists for each time that it is:
//!   any number of readers, of which one may be upgradable, or one writer (RW1).

use core::fmt;
use core::marker::PhantomData;
use core::ops::{Deref, DerefMut};
use core::ptr::NonNull;

#[cfg(feature = "alloc")]
use alloc::sync::Arc;

use super::RwLock;
use super::raw::{Kind, RwLockCore};
use super::wait::UpgradeFuture;
use crate::wait::future::Wait;
#[cfg(feature = "alloc")]
use crate::wait::handle::ArcPart;
use crate::wait::handle::{Handle, Holds};

/// How a lock is held: [`Read`], [`Upgradable`] or [`Write`]. Sealed.
#[allow(private_bounds, reason = "sealed")]
pub trait Access: Mode {}

impl<M: Mode> Access for M {}

pub(crate) trait Mode {
    const KIND: Kind;

    fn leave(core: &RwLockCore);
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

impl Mode for Read {
    const KIND: Kind = Kind::Read;

    #[inline]
    fn leave(core: &RwLockCore) {
        core.leave_reader();
    }
}

impl Mode for Upgradable {
    const KIND: Kind = Kind::Upgradable;

    #[inline]
    fn leave(core: &RwLockCore) {
        core.leave_upgradable();
    }
}

impl Mode for Write {
    const KIND: Kind = Kind::Write;

    #[inline]
    fn leave(core: &RwLockCore) {
        core.leave_writer();
    }
}

/// A [`Handle`] of a lock: `&RwLock<T>`, `Arc<RwLock<T>>`, or a part of a larger value. Sealed.
#[allow(private_bounds, reason = "sealed")]
pub trait RwLockHandle:
    Handle<Target = RwLock<<Self as RwLockHandle>::Value>> + IntoOwner<Into = <Self as RwLockHandle>::Owner>
{
    /// What the lock protects.
    type Value: ?Sized;
    /// What a [`Mapped`] guard holds the lock by: as little as possible.
    type Owner: RwLockOwner;
}

pub(super) trait IntoOwner {
    type Into;

    fn into_owner(self) -> Self::Into;
}

impl<'a, T: ?Sized> RwLockHandle for &'a RwLock<T> {
    type Value = T;
    type Owner = RwLockRef<'a>;
}

impl<'a, T: ?Sized> IntoOwner for &'a RwLock<T> {
    type Into = RwLockRef<'a>;

    fn into_owner(self) -> RwLockRef<'a> {
        RwLockRef(&self.core)
    }
}

#[cfg(feature = "alloc")]
macro_rules! owned_handles {
    ($([$($generics:tt)*] $handle:ty;)+) => {$(
        impl<$($generics)*> RwLockHandle for $handle {
            type Value = T;
            type Owner = Self;
        }

        impl<$($generics)*> IntoOwner for $handle {
            type Into = Self;

            fn into_owner(self) -> Self {
                self
            }
        }
    )+};
}

#[cfg(feature = "alloc")]
owned_handles! {
    [T: ?Sized] Arc<RwLock<T>>;
    [S: ?Sized, T: ?Sized] ArcPart<S, RwLock<T>>;
}

/// What a mapped guard holds its lock by: a [`RwLockHandle`], or a [`RwLockRef`]. Sealed.
#[allow(private_bounds, reason = "sealed")]
pub trait RwLockOwner: OwnerCore {}

impl<H: RwLockHandle> RwLockOwner for H {}
impl RwLockOwner for RwLockRef<'_> {}

pub(crate) trait OwnerCore {
    fn core(&self) -> &RwLockCore;
}

impl<H: RwLockHandle> OwnerCore for H {
    #[inline]
    fn core(&self) -> &RwLockCore {
        &self.core
    }
}

/// A lock by reference, without the type of its value.
#[derive(Clone, Copy, Debug)]
pub struct RwLockRef<'a>(&'a RwLockCore);

impl OwnerCore for RwLockRef<'_> {
    #[inline]
    fn core(&self) -> &RwLockCore {
        self.0
    }
}

/// A lock that is held in a mode. The only thing that leaves it.
pub(crate) struct Held<O: OwnerCore, M: Mode> {
    owner: O,
    _mode: PhantomData<fn() -> M>,
}

impl<O: OwnerCore, M: Mode> Held<O, M> {
    #[inline]
    fn new(owner: O) -> Self {
        Self { owner, _mode: PhantomData }
    }

    /// Gives up the duty to leave; the caller takes it over.
    #[inline]
    pub(super) fn into_owner(self) -> O {
        let held = core::mem::ManuallyDrop::new(self);
        // SAFETY: RW6, the original is never used or dropped again, so the duty moves to the caller.
        unsafe { core::ptr::read(&raw const held.owner) }
    }
}

impl<O: OwnerCore, M: Mode> Drop for Held<O, M> {
    #[inline]
    fn drop(&mut self) {
        M::leave(self.owner.core());
    }
}

/// A future that upgrades holds the lock by the upgradable read.
impl<H: RwLockHandle> Deref for Held<H, Upgradable> {
    type Target = RwLock<H::Value>;

    #[inline]
    fn deref(&self) -> &RwLock<H::Value> {
        &self.owner
    }
}

// SAFETY: H1, as its handle promises.
unsafe impl<H: RwLockHandle> Holds for Held<H, Upgradable> {}

/// Access to the value of a [`RwLock`]; leaves the lock when it is dropped.
///
/// `H` is how it holds the lock, by reference or by `Arc`, and `M` what it may do: [`Read`], [`Upgradable`] or [`Write`].
///
/// It is `Send` and `Sync` if the value is both.
#[must_use = "a guard that is dropped at once leaves at once"]
pub struct Guard<H: RwLockHandle, M: Access> {
    held: Held<H, M>,
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
    pub(super) fn new(lock: H) -> Self {
        Self { held: Held::new(lock) }
    }

    #[inline]
    pub(super) fn of(held: Held<H, M>) -> Self {
        Self { held }
    }

    /// The caller has changed what the lock is held as, from `M` to `N`.
    #[inline]
    fn into_mode<N: Access>(self) -> Guard<H, N> {
        Guard::new(self.held.into_owner())
    }

    /// The handle that the lock is held by: its `Arc`, for an owned guard.
    pub fn handle(guard: &Self) -> &H {
        &guard.held.owner
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
    /// use anywake::rwlock::{ReadGuard, RwLock};
    ///
    /// let lock = RwLock::new(1);
    /// let first = lock.try_read().unwrap();
    /// let mut writer = core::pin::pin!(lock.write());
    /// assert!(!writer.as_mut().enable());
    /// assert!(lock.try_read().is_none(), "a writer waits");
    /// assert_eq!(*ReadGuard::share(&first), 1);
    /// ```
    pub fn share(guard: &Self) -> Self {
        let lock = guard.held.owner.clone();
        assert!(lock.core.share(), "a RwLock has too many readers: their guards were forgotten");
        Self::new(lock)
    }

    /// A guard of a part of the value. That of a [`ReadGuard`] does not name the type of the whole.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// use anywake::rwlock::{ReadGuard, RwLock};
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
    /// use anywake::rwlock::{ReadGuard, RwLock};
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
    /// use anywake::rwlock::{RwLock, UpgradableGuard};
    ///
    /// let lock = RwLock::new(1);
    /// let guard = lock.upgradable_read().await;
    /// assert_eq!(*guard, 1);
    /// *UpgradableGuard::upgrade(guard).await += 1;
    /// assert_eq!(lock.into_inner(), 2);
    /// # }
    /// # anywake_core::doctest::block_on(example());
    /// ```
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
    /// use anywake::rwlock::{RwLock, UpgradableGuard};
    ///
    /// let lock = RwLock::new(1);
    /// let reader = lock.try_read().unwrap();
    /// let guard = UpgradableGuard::try_upgrade(lock.try_upgradable_read().unwrap()).unwrap_err();
    /// drop(reader);
    /// *UpgradableGuard::try_upgrade(guard).unwrap() = 2;
    /// assert_eq!(lock.into_inner(), 2);
    /// ```
    pub fn try_upgrade(guard: Self) -> Result<Guard<H, Write>, Self> {
        if guard.held.owner.core().try_enter(Kind::Upgrade) { Ok(guard.into_mode()) } else { Err(guard) }
    }

    /// Becomes a plain reader, so that another one may be upgradable.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// use anywake::rwlock::{RwLock, UpgradableGuard};
    ///
    /// let lock = RwLock::new(1);
    /// let reader = UpgradableGuard::downgrade(lock.try_upgradable_read().unwrap());
    /// assert!(lock.try_upgradable_read().is_some());
    /// assert_eq!(*reader, 1);
    /// ```
    pub fn downgrade(guard: Self) -> Guard<H, Read> {
        let lock = guard.held.into_owner();
        // Before the change, which wakes others: a waker that panics must not leave a reader behind.
        let reader = Guard::new(lock);
        reader.held.owner.core().end_upgradable();
        reader
    }
}

impl<H: RwLockHandle> Guard<H, Write> {
    /// Becomes a reader. No writer comes between, and the readers that wait go in as well.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// use anywake::rwlock::{RwLock, WriteGuard};
    ///
    /// let lock = RwLock::new(1);
    /// let mut writer = lock.try_write().unwrap();
    /// *writer = 2;
    /// let reader = WriteGuard::downgrade(writer);
    /// assert_eq!((*reader, lock.readers()), (2, 1));
    /// ```
    pub fn downgrade(guard: Self) -> Guard<H, Read> {
        let reader = guard.into_mode::<Read>();
        reader.held.owner.core().downgrade();
        reader
    }

    /// Becomes the upgradable reader. No writer comes between, and the readers that wait go in as well.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// use anywake::rwlock::{RwLock, WriteGuard};
    ///
    /// let lock = RwLock::new(1);
    /// let guard = WriteGuard::downgrade_to_upgradable(lock.try_write().unwrap());
    /// assert_eq!(*lock.try_read().unwrap(), *guard);
    /// ```
    pub fn downgrade_to_upgradable(guard: Self) -> Guard<H, Upgradable> {
        let reader = guard.into_mode::<Upgradable>();
        reader.held.owner.core().downgrade_to_upgradable();
        reader
    }

    /// A guard of a part of the value. That of a [`WriteGuard`] does not name the type of the whole.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// use anywake::rwlock::{RwLock, WriteGuard};
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
    /// use anywake::rwlock::{RwLock, WriteGuard};
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
        self.held.owner.value.with(|value| unsafe { &*value })
    }
}

impl<H: RwLockHandle> DerefMut for Guard<H, Write> {
    #[inline]
    fn deref_mut(&mut self) -> &mut H::Value {
        // SAFETY: RW6, the writer is alone, and its guard is borrowed by `&mut`.
        self.held.owner.value.with_mut(|value| unsafe { &mut *value })
    }
}

/// Access to a part of the value of a [`RwLock`]; leaves the lock when it is dropped.
#[must_use = "a guard that is dropped at once leaves at once"]
pub struct Mapped<O: RwLockOwner, M: Access, U: ?Sized> {
    _held: Held<O, M>,
    value: NonNull<U>,
    // A pointer would be covariant; the part of a writer is written through, so it must not be.
    _value: PhantomData<*mut U>,
}

/// The guard of a part of what a [`ReadGuard`] guards.
pub type MappedReadGuard<'a, U> = Mapped<RwLockRef<'a>, Read, U>;
/// The guard of a part of what a [`WriteGuard`] guards.
pub type MappedWriteGuard<'a, U> = Mapped<RwLockRef<'a>, Write, U>;

// SAFETY: RW6. It is the lock, held as `O`, and a `&U`. Sending that takes `U: Sync`, and sending the handle `O: Send`.
unsafe impl<O: RwLockOwner + Send, U: ?Sized + Sync> Send for Mapped<O, Read, U> {}
// SAFETY: RW6. It is the lock, held as `O`, and a `&mut U`: sending both takes `Send` of both.
unsafe impl<O: RwLockOwner + Send, U: ?Sized + Send> Send for Mapped<O, Write, U> {}
// SAFETY: RW6, sharing it shares `&U` and the handle.
unsafe impl<O: RwLockOwner + Sync, M: Access, U: ?Sized + Sync> Sync for Mapped<O, M, U> {}
// The part is behind the handle, and does not move with the guard.
impl<O: RwLockOwner, M: Access, U: ?Sized> Unpin for Mapped<O, M, U> {}

impl<O: RwLockOwner, M: Access, U: ?Sized> Mapped<O, M, U> {
    /// `value` points at a part of the value of the guard's lock.
    fn new<H: RwLockHandle<Owner = O>>(guard: Guard<H, M>, value: NonNull<U>) -> Self {
        Self { _held: Held::new(guard.held.into_owner().into_owner()), value, _value: PhantomData }
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

macro_rules! formats_as_its_value {
    ($([$($generics:tt)*] $guard:ty, $value:ty;)+) => {$(
        impl<$($generics)*> fmt::Debug for $guard where $value: fmt::Debug {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                (**self).fmt(f)
            }
        }

        impl<$($generics)*> fmt::Display for $guard where $value: fmt::Display {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                (**self).fmt(f)
            }
        }
    )+};
}

formats_as_its_value! {
    [H: RwLockHandle, M: Access] Guard<H, M>, H::Value;
    [O: RwLockOwner, M: Access, U: ?Sized] Mapped<O, M, U>, U;
}

#[cfg(feature = "alloc")]
impl<S: ?Sized, T: ?Sized> ArcPart<S, RwLock<T>> {
    /// As [`RwLock::read`], with a guard that keeps the whole value alive.
    ///
    /// # Cancel safety
    /// As for [`RwLock::read`].
    pub fn read(self) -> super::PartReadFuture<S, T> {
        super::PartReadFuture::over(Wait::new(self, ()))
    }

    /// As [`RwLock::write`], with a guard that keeps the whole value alive.
    ///
    /// # Cancel safety
    /// As for [`RwLock::write`].
    pub fn write(self) -> super::PartWriteFuture<S, T> {
        super::PartWriteFuture::over(Wait::new(self, ()))
    }
}
