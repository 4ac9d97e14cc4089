//! The guards of a lock: plain, mapped, and the owned forms of both, which are the same types.
//!
//! They are generic over the handle alone, and name `T` through it: a type in which the same lifetime or `T`
//! stands twice, held across an `await`, makes a future that the compiler does not see to be `Send`.

use core::fmt;
use core::marker::PhantomData;
use core::ops::{Deref, DerefMut};
use core::ptr::NonNull;

#[cfg(feature = "alloc")]
use alloc::sync::Arc;

use super::Lock;

/// A way to hold on to a lock: `&Lock<T>` or `Arc<Lock<T>>`. Sealed.
pub trait LockHandle: sealed::Sealed {
    /// What the lock protects.
    type Value: ?Sized;

    /// The lock; always the same one. Not a method, which would hide [`Lock::lock`] where this is imported.
    fn lock_of(this: &Self) -> &Lock<Self::Value>;
}

mod sealed {
    pub trait Sealed {}
}

impl<T: ?Sized> sealed::Sealed for &Lock<T> {}
impl<T: ?Sized> LockHandle for &Lock<T> {
    type Value = T;

    #[inline]
    fn lock_of(this: &Self) -> &Lock<T> {
        this
    }
}

#[cfg(feature = "alloc")]
impl<T: ?Sized> sealed::Sealed for Arc<Lock<T>> {}
#[cfg(feature = "alloc")]
impl<T: ?Sized> LockHandle for Arc<Lock<T>> {
    type Value = T;

    fn lock_of(this: &Self) -> &Lock<T> {
        this
    }
}

/// Ownership of a lock. The only thing that unlocks.
pub(crate) struct Held<H: LockHandle>(H);

impl<H: LockHandle> Held<H> {
    /// Lets go of the ownership without unlocking: somebody else unlocks.
    pub(crate) fn into_lock(self) -> H {
        let held = core::mem::ManuallyDrop::new(self);
        // SAFETY: the original is never used or dropped again.
        unsafe { core::ptr::read(&raw const held.0) }
    }
}

impl<H: LockHandle> Drop for Held<H> {
    #[inline]
    fn drop(&mut self) {
        H::lock_of(&self.0).core.unlock();
    }
}

/// Access to the value of a [`Lock`]; unlocks when it is dropped.
///
/// A [`LockGuard`] holds the lock by reference, an [`OwnedLockGuard`](crate::OwnedLockGuard) by `Arc`.
///
/// It is `Send` if the value is, since whoever has it may take the value, and `Sync` if the value is both, since
/// [`Guard::lock`] hands out the lock too.
#[must_use = "a guard that is dropped at once unlocks at once"]
pub struct Guard<H: LockHandle> {
    held: Held<H>,
    // With `H`, gives just the auto traits above: `&Lock<T>` and `Arc<Lock<T>>` need `T: Send` for both, and
    // this adds `T: Sync` for `Sync`. Invariant in `T` through the lock's cell.
    _value: PhantomData<H::Value>,
}

/// The guard of [`Lock::lock`].
pub type LockGuard<'a, T> = Guard<&'a Lock<T>>;

/// A [`LockGuard`] that keeps its lock alive.
#[cfg(feature = "alloc")]
pub type OwnedLockGuard<T> = Guard<Arc<Lock<T>>>;

impl<H: LockHandle> Guard<H> {
    /// The caller owns the lock, and gives the ownership away.
    #[inline]
    pub(crate) fn new(lock: H) -> Self {
        Self { held: Held(lock), _value: PhantomData }
    }

    pub(crate) fn into_lock(self) -> H {
        self.held.into_lock()
    }

    /// The lock that this guard locks.
    pub fn lock(guard: &Self) -> &Lock<H::Value> {
        H::lock_of(&guard.held.0)
    }

    /// A guard of a part of the value.
    ///
    /// # Examples
    /// ```
    /// use anywake_core::{Lock, LockGuard};
    ///
    /// let lock = Lock::new((1, "one"));
    /// let mut number = LockGuard::map(lock.try_lock().unwrap(), |pair| &mut pair.0);
    /// *number += 1;
    /// drop(number);
    /// assert_eq!(lock.into_inner(), (2, "one"));
    /// ```
    pub fn map<U: ?Sized>(mut guard: Self, part: impl FnOnce(&mut H::Value) -> &mut U) -> MappedGuard<H, U> {
        let value = NonNull::from(part(&mut guard));
        MappedGuard { held: guard.held, value, _value: PhantomData }
    }

    /// A guard of a part of the value, if it is there.
    ///
    /// # Errors
    /// The guard itself, if `part` gives `None`.
    pub fn try_map<U: ?Sized>(
        mut guard: Self,
        part: impl FnOnce(&mut H::Value) -> Option<&mut U>,
    ) -> Result<MappedGuard<H, U>, Self> {
        match part(&mut guard).map(NonNull::from) {
            Some(value) => Ok(MappedGuard { held: guard.held, value, _value: PhantomData }),
            None => Err(guard),
        }
    }
}

impl<H: LockHandle> Deref for Guard<H> {
    type Target = H::Value;

    #[inline]
    fn deref(&self) -> &H::Value {
        // SAFETY: the guard owns the lock, so only its borrowers reach the value, here by shared reference.
        H::lock_of(&self.held.0).value.with(|value| unsafe { &*value })
    }
}

impl<H: LockHandle> DerefMut for Guard<H> {
    #[inline]
    fn deref_mut(&mut self) -> &mut H::Value {
        // SAFETY: the guard owns the lock, and is itself borrowed by `&mut`.
        H::lock_of(&self.held.0).value.with_mut(|value| unsafe { &mut *value })
    }
}

/// Access to a part of the value of a [`Lock`], made by [`Guard::map`]; unlocks when it is dropped.
#[must_use = "a guard that is dropped at once unlocks at once"]
pub struct MappedGuard<H: LockHandle, U: ?Sized> {
    held: Held<H>,
    value: NonNull<U>,
    // A pointer would be covariant; the part is written through, so it must not be.
    _value: PhantomData<*mut U>,
}

/// The guard of a part of what a [`LockGuard`] guards.
pub type MappedLockGuard<'a, T, U> = MappedGuard<&'a Lock<T>, U>;

/// A [`MappedLockGuard`] that keeps its lock alive.
#[cfg(feature = "alloc")]
pub type OwnedMappedLockGuard<T, U> = MappedGuard<Arc<Lock<T>>, U>;

// SAFETY: it is the lock, held as `H`, and exclusive access to a `U`: sending both takes `Send` of both. The
// whole value does not count by itself, only through `H` (an `Arc` may drop it over there; a reference needs
// the lock `Sync`). With `U` left out this was RUSTSEC-2020-0059.
unsafe impl<H: LockHandle + Send, U: ?Sized + Send> Send for MappedGuard<H, U> {}
// SAFETY: sharing it shares `&U` and the handle.
unsafe impl<H: LockHandle + Sync, U: ?Sized + Sync> Sync for MappedGuard<H, U> {}

impl<H: LockHandle, U: ?Sized> MappedGuard<H, U> {
    /// A guard of a part of the part.
    pub fn map<V: ?Sized>(mut guard: Self, part: impl FnOnce(&mut U) -> &mut V) -> MappedGuard<H, V> {
        let value = NonNull::from(part(&mut guard));
        MappedGuard { held: guard.held, value, _value: PhantomData }
    }

    /// A guard of a part of the part, if it is there.
    ///
    /// # Errors
    /// The guard itself, if `part` gives `None`.
    pub fn try_map<V: ?Sized>(
        mut guard: Self,
        part: impl FnOnce(&mut U) -> Option<&mut V>,
    ) -> Result<MappedGuard<H, V>, Self> {
        match part(&mut guard).map(NonNull::from) {
            Some(value) => Ok(MappedGuard { held: guard.held, value, _value: PhantomData }),
            None => Err(guard),
        }
    }
}

impl<H: LockHandle, U: ?Sized> Deref for MappedGuard<H, U> {
    type Target = U;

    fn deref(&self) -> &U {
        // SAFETY: the lock is owned, and the pointer was made from a `&mut` to a part of its value.
        unsafe { self.value.as_ref() }
    }
}

impl<H: LockHandle, U: ?Sized> DerefMut for MappedGuard<H, U> {
    fn deref_mut(&mut self) -> &mut U {
        // SAFETY: as in `deref`, and the guard is borrowed by `&mut`.
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
    [H: LockHandle] Guard<H>, H::Value;
    [H: LockHandle, U: ?Sized] MappedGuard<H, U>, U;
}
