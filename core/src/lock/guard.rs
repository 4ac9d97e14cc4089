//! The guards of a lock: plain, mapped, and the owned forms of both, which are the same types.
//!
//! A guard is generic over its handle alone, and names `T` through it: see `wait/handle.rs` for why.
//!
//! # Invariant
//! * G1. A `Held` exists only while its lock is owned, and only one exists then (D1). So a guard, which contains one, is
//!   the only way to the value.

use core::marker::PhantomData;
use core::ops::{Deref, DerefMut};
use core::ptr::NonNull;

#[cfg(feature = "alloc")]
use crate::sys::Arc;

use super::Lock;
use super::raw::LockCore;
#[cfg(feature = "alloc")]
use crate::wait::handle::ArcPart;
use crate::wait::held::{Duty, Held, Reach, formats_as_its_value, guard_handles};
use crate::wait::trace::{Claim, Taker};

guard_handles! {
    Lock, LockCore;
    LockHandle, LockOwner, LockRef
}

/// The duty of an owner.
enum Unlock {}

impl Duty for Unlock {
    type Core = LockCore;

    const CLAIM: Claim = Claim::Lock;

    #[inline]
    fn done(core: &LockCore) {
        core.unlock();
    }
}

/// Access to the value of a [`Lock`]; unlocks when it is dropped.
///
/// A [`LockGuard`] holds the lock by reference, an [`OwnedLockGuard`] by `Arc`.
///
/// It is `Send` if the value is, since its holder may take the value, and `Sync` if the value is both, since
/// [`LockGuard::lock`] hands out the lock too.
#[must_use = "a guard that is dropped at once unlocks at once"]
pub struct Guard<H: LockHandle> {
    held: Held<H, Unlock>,
    // mistake a_guard_forgets_its_value: PhantomData<H::Value> ~> PhantomData<fn() -> *const H::Value>
    // With `H`, this results in just the auto traits above: `&Lock<T>` and `Arc<Lock<T>>` need `T: Send` for both, and
    // this adds `T: Sync` for `Sync`. Invariant in `T` through the lock's cell.
    _value: PhantomData<H::Value>,
}

// The value is behind the handle, and does not move with the guard.
impl<H: LockHandle> Unpin for Guard<H> {}

/// The guard of [`Lock::lock`].
#[doc(alias("MutexGuard"))]
pub type LockGuard<'a, T> = Guard<&'a Lock<T>>;

/// A [`LockGuard`] that keeps its lock alive.
#[cfg(feature = "alloc")]
#[cfg_attr(docsrs, doc(cfg(feature = "alloc")))]
#[doc(alias("OwnedMutexGuard", "MutexGuardArc"))]
pub type OwnedLockGuard<T> = Guard<Arc<Lock<T>>>;

impl<'a, T: ?Sized> LockGuard<'a, T> {
    /// The lock that this guard locks.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// use anywake::Lock;
    /// use anywake::lock::LockGuard;
    ///
    /// let lock = Lock::new(1);
    /// let guard = lock.try_lock().unwrap();
    /// let same: &Lock<i32> = LockGuard::lock(&guard);
    /// drop(guard);
    /// assert!(!same.is_locked(), "the reference outlives the guard");
    /// ```
    pub fn lock(guard: &Self) -> &'a Lock<T> {
        guard.held.by()
    }
}

impl<H: LockHandle> Guard<H> {
    /// The caller owns the lock, and gives the ownership away.
    #[inline]
    pub(crate) fn new(lock: H, taker: Taker) -> Self {
        Self { held: Held::new(lock, taker), _value: PhantomData }
    }

    /// Gives up the duty to unlock; the caller takes it over.
    #[inline]
    pub(crate) fn into_handle(self) -> H {
        self.held.into_inner()
    }

    #[inline]
    pub(crate) fn core(guard: &Self) -> &LockCore {
        guard.held.by().core()
    }

    /// The handle that the lock is held by: its `Arc`, for an [`OwnedLockGuard`].
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// use anywake::Lock;
    /// use anywake::lock::LockGuard;
    ///
    /// let lock = Lock::new(1);
    /// let guard = lock.try_lock().unwrap();
    /// assert!(core::ptr::eq(*LockGuard::handle(&guard), &lock));
    /// ```
    pub fn handle(guard: &Self) -> &H {
        guard.held.by()
    }

    /// A guard of a part of the value. That of a [`LockGuard`] does not name the type of the whole.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// use anywake::Lock;
    /// use anywake::lock::{LockGuard, MappedGuard};
    ///
    /// let lock = Lock::new((1, "one"));
    /// let mut number: MappedGuard<'_, i32> = LockGuard::map(lock.try_lock().unwrap(), |pair| &mut pair.0);
    /// *number += 1;
    /// drop(number);
    /// assert_eq!(lock.into_inner(), (2, "one"));
    /// ```
    pub fn map<U: ?Sized>(
        mut guard: Self,
        part: impl FnOnce(&mut H::Value) -> &mut U,
    ) -> Mapped<H::Owner, U> {
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
    /// use anywake::Lock;
    /// use anywake::lock::LockGuard;
    ///
    /// let lock = Lock::new(vec![1]);
    /// let guard = LockGuard::try_map(lock.try_lock().unwrap(), |all| all.get_mut(5)).unwrap_err();
    /// let first = LockGuard::try_map(guard, |all| all.get_mut(0)).unwrap();
    /// assert_eq!(*first, 1);
    /// ```
    pub fn try_map<U: ?Sized>(
        mut guard: Self,
        part: impl FnOnce(&mut H::Value) -> Option<&mut U>,
    ) -> Result<Mapped<H::Owner, U>, Self> {
        match part(&mut guard).map(NonNull::from) {
            Some(value) => Ok(Mapped::new(guard, value)),
            None => Err(guard),
        }
    }
}

impl<H: LockHandle> Deref for Guard<H> {
    type Target = H::Value;

    #[inline]
    fn deref(&self) -> &H::Value {
        // SAFETY: G1, the guard owns the lock, so only its borrowers reach the value, here by shared reference.
        self.held.by().value.with(|value| unsafe { &*value })
    }
}

impl<H: LockHandle> DerefMut for Guard<H> {
    #[inline]
    fn deref_mut(&mut self) -> &mut H::Value {
        // SAFETY: G1, the guard owns the lock, and is itself borrowed by `&mut`.
        self.held.by().value.with_mut(|value| unsafe { &mut *value })
    }
}

/// Access to a part of the value of a [`Lock`]; unlocks when it is dropped.
///
/// A [`MappedGuard`] holds the lock by reference and does not know the type of the whole value; an
/// [`OwnedMappedGuard`] holds it by `Arc`.
#[must_use = "a guard that is dropped at once unlocks at once"]
pub struct Mapped<O: LockOwner, U: ?Sized> {
    held: Held<O, Unlock>,
    value: NonNull<U>,
    // mistake a_mapped_guard_is_covariant: PhantomData<*mut U> ~> PhantomData<*const U>
    // A pointer would be covariant; the part is written through, so it must not be.
    _value: PhantomData<*mut U>,
}

/// The guard of a part of what a [`LockGuard`] guards, made by [`Guard::map`].
#[doc(alias("MappedMutexGuard"))]
pub type MappedGuard<'a, U> = Mapped<LockRef<'a>, U>;

/// A [`MappedGuard`] that keeps its lock alive, made by [`Guard::map`].
#[cfg(feature = "alloc")]
#[cfg_attr(docsrs, doc(cfg(feature = "alloc")))]
#[doc(alias("OwnedMappedMutexGuard"))]
pub type OwnedMappedGuard<T, U> = Mapped<Arc<Lock<T>>, U>;

crate::sys::shared! {
    // mistake a_mapped_guard_forgets_its_part: U: ?Sized + Send ~> U: ?Sized
    // SAFETY: G1. It is the lock, held as `O`, and exclusive access to a `U`: sending both takes `Send` of both. The whole
    // value counts only through `O` (an `Arc` may drop it on the other thread; a `LockRef` touches the word and the waiters
    // alone, which are atomic or locked). With `U` left out this was RUSTSEC-2020-0059.
    unsafe impl<O: LockOwner + Send, U: ?Sized + Send> Send for Mapped<O, U> {}
    // SAFETY: G1, sharing it shares `&U` and the handle.
    unsafe impl<O: LockOwner + Sync, U: ?Sized + Sync> Sync for Mapped<O, U> {}
}
// The part is behind the handle, and does not move with the guard.
impl<O: LockOwner, U: ?Sized> Unpin for Mapped<O, U> {}

impl<O: LockOwner, U: ?Sized> Mapped<O, U> {
    /// `value` points at a part of the value of the guard's lock.
    fn new<H: LockHandle<Owner = O>>(guard: Guard<H>, value: NonNull<U>) -> Self {
        Self { held: guard.held.convert(H::into_owner), value, _value: PhantomData }
    }

    /// A guard of a part of the part.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// use anywake::Lock;
    /// use anywake::lock::{LockGuard, MappedGuard};
    ///
    /// let lock = Lock::new(((1, 2), 3));
    /// let pair = LockGuard::map(lock.try_lock().unwrap(), |all| &mut all.0);
    /// assert_eq!(*MappedGuard::map(pair, |pair| &mut pair.1), 2);
    /// ```
    pub fn map<V: ?Sized>(mut guard: Self, part: impl FnOnce(&mut U) -> &mut V) -> Mapped<O, V> {
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
    /// use anywake::Lock;
    /// use anywake::lock::{LockGuard, MappedGuard};
    ///
    /// let lock = Lock::new(([1, 2], 3));
    /// let array = LockGuard::map(lock.try_lock().unwrap(), |all| &mut all.0);
    /// let array = MappedGuard::try_map(array, |array| array.get_mut(7)).unwrap_err();
    /// assert_eq!(*MappedGuard::try_map(array, |array| array.get_mut(1)).unwrap(), 2);
    /// ```
    pub fn try_map<V: ?Sized>(
        mut guard: Self,
        part: impl FnOnce(&mut U) -> Option<&mut V>,
    ) -> Result<Mapped<O, V>, Self> {
        match part(&mut guard).map(NonNull::from) {
            Some(value) => Ok(Mapped { held: guard.held, value, _value: PhantomData }),
            None => Err(guard),
        }
    }
}

impl<O: LockOwner, U: ?Sized> Deref for Mapped<O, U> {
    type Target = U;

    fn deref(&self) -> &U {
        // SAFETY: G1, the lock is owned, and the pointer was made from a `&mut` to a part of its value.
        unsafe { self.value.as_ref() }
    }
}

impl<O: LockOwner, U: ?Sized> DerefMut for Mapped<O, U> {
    fn deref_mut(&mut self) -> &mut U {
        // SAFETY: G1, as in `deref`, and the guard is borrowed by `&mut`.
        unsafe { self.value.as_mut() }
    }
}

formats_as_its_value! {
    [H: LockHandle] Guard<H>, H::Value;
    [O: LockOwner, U: ?Sized] Mapped<O, U>, U;
}

#[cfg(feature = "alloc")]
impl<S: ?Sized, T: ?Sized> ArcPart<S, Lock<T>> {
    /// Waits until the lock is the caller's. Returns a guard that keeps the whole value alive.
    ///
    /// # Cancel safety
    /// As for [`Lock::lock`].
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// # async fn example() {
    /// use anywake::{ArcPart, Lock};
    /// use std::sync::Arc;
    ///
    /// let pair = Arc::new((Lock::new(1), "name"));
    /// *ArcPart::new(Arc::clone(&pair), |pair| &pair.0).lock().await += 1;
    /// assert_eq!(*pair.0.lock().await, 2);
    /// # }
    /// # anywake_core::doctest::block_on(example());
    /// ```
    #[cfg_attr(feature = "diagnose", track_caller)]
    pub fn lock(self) -> super::PartLockFuture<S, T> {
        super::PartLockFuture::over(crate::wait::future::Wait::new(self, ()))
    }

    /// Takes the lock if it is free, without waiting. Returns a guard that keeps the whole value alive.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// use anywake::{ArcPart, Lock};
    /// use std::sync::Arc;
    ///
    /// let pair = Arc::new((Lock::new(1), "name"));
    /// let guard = ArcPart::new(Arc::clone(&pair), |pair| &pair.0).try_lock().unwrap();
    /// assert!(pair.0.is_locked());
    /// drop(pair);
    /// assert_eq!(*guard, 1);
    /// ```
    #[cfg_attr(feature = "diagnose", track_caller)]
    pub fn try_lock(self) -> Option<Guard<Self>> {
        if !self.core.try_lock() {
            return None;
        }
        Some(Guard::new(self, Taker::here()))
    }
}
