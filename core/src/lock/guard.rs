//! The guards of a lock: plain, mapped, and the owned forms of both, which are the same types.

use core::fmt;
use core::marker::PhantomData;
use core::ops::{Deref, DerefMut};
use core::ptr::NonNull;

#[cfg(feature = "alloc")]
use alloc::sync::Arc;

use super::Lock;

/// Ownership of a lock, held as `&Lock<T>` or `Arc<Lock<T>>`. The only thing that unlocks.
pub(crate) struct Held<T: ?Sized, H: Deref<Target = Lock<T>>>(H);

impl<T: ?Sized, H: Deref<Target = Lock<T>>> Held<T, H> {
    /// Lets go of the ownership without unlocking: somebody else unlocks.
    pub(crate) fn into_lock(self) -> H {
        let held = core::mem::ManuallyDrop::new(self);
        // SAFETY: the original is never used or dropped again.
        unsafe { core::ptr::read(&raw const held.0) }
    }
}

impl<T: ?Sized, H: Deref<Target = Lock<T>>> Drop for Held<T, H> {
    #[inline(always)]
    fn drop(&mut self) {
        self.0.core.unlock();
    }
}

/// Access to the value of a [`Lock`]; unlocks when it is dropped.
///
/// `H` is how the lock is held: by reference, or by `Arc` in an [`OwnedLockGuard`].
///
/// It is `Send` if `T` is, since whoever has it may take the value, and `Sync` if `T` is both, since
/// [`LockGuard::lock`] hands out the lock too.
#[must_use = "a guard that is dropped at once unlocks at once"]
pub struct LockGuard<'a, T: ?Sized, H: Deref<Target = Lock<T>> = &'a Lock<T>> {
    held: Held<T, H>,
    // With `H`, gives just the auto traits above: `&Lock<T>` and `Arc<Lock<T>>` need `T: Send` for both, and
    // this adds `T: Sync` for `Sync`. Invariant in `T` through the lock's cell.
    _value: PhantomData<(&'a (), T)>,
}

/// A [`LockGuard`] that keeps its lock alive.
#[cfg(feature = "alloc")]
pub type OwnedLockGuard<T> = LockGuard<'static, T, Arc<Lock<T>>>;

impl<T: ?Sized, H: Deref<Target = Lock<T>>> LockGuard<'_, T, H> {
    /// The caller owns the lock, and gives the ownership away.
    #[inline(always)]
    pub(crate) fn new(lock: H) -> Self {
        Self { held: Held(lock), _value: PhantomData }
    }

    pub(crate) fn into_lock(self) -> H {
        self.held.into_lock()
    }

    /// The lock that this guard locks.
    pub fn lock(guard: &Self) -> &Lock<T> {
        &guard.held.0
    }
}

impl<'a, T: ?Sized, H: Deref<Target = Lock<T>>> LockGuard<'a, T, H> {
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
    pub fn map<U: ?Sized>(
        mut guard: Self,
        part: impl FnOnce(&mut T) -> &mut U,
    ) -> MappedLockGuard<'a, T, U, H> {
        let value = NonNull::from(part(&mut guard));
        MappedLockGuard { held: guard.held, value, _value: PhantomData }
    }

    /// A guard of a part of the value, if it is there.
    ///
    /// # Errors
    /// The guard itself, if `part` gives `None`.
    pub fn try_map<U: ?Sized>(
        mut guard: Self,
        part: impl FnOnce(&mut T) -> Option<&mut U>,
    ) -> Result<MappedLockGuard<'a, T, U, H>, Self> {
        match part(&mut guard).map(NonNull::from) {
            Some(value) => Ok(MappedLockGuard { held: guard.held, value, _value: PhantomData }),
            None => Err(guard),
        }
    }
}

impl<T: ?Sized, H: Deref<Target = Lock<T>>> Deref for LockGuard<'_, T, H> {
    type Target = T;

    #[inline(always)]
    fn deref(&self) -> &T {
        // SAFETY: the guard owns the lock, so only its borrowers reach the value, here by shared reference.
        self.held.0.value.with(|value| unsafe { &*value })
    }
}

impl<T: ?Sized, H: Deref<Target = Lock<T>>> DerefMut for LockGuard<'_, T, H> {
    #[inline(always)]
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: the guard owns the lock, and is itself borrowed by `&mut`.
        self.held.0.value.with_mut(|value| unsafe { &mut *value })
    }
}

/// Access to a part of the value of a [`Lock`], made by [`LockGuard::map`]; unlocks when it is dropped.
#[must_use = "a guard that is dropped at once unlocks at once"]
pub struct MappedLockGuard<'a, T: ?Sized, U: ?Sized, H: Deref<Target = Lock<T>> = &'a Lock<T>> {
    held: Held<T, H>,
    value: NonNull<U>,
    // A pointer would be covariant; the part is written through, so it must not be.
    _value: PhantomData<(&'a (), *mut U)>,
}

/// A [`MappedLockGuard`] that keeps its lock alive.
#[cfg(feature = "alloc")]
pub type OwnedMappedLockGuard<T, U> = MappedLockGuard<'static, T, U, Arc<Lock<T>>>;

// SAFETY: it is the lock, held as `H`, and exclusive access to a `U`: sending both takes `Send` of both. `T`
// does not count by itself, only through `H` (an `Arc` may drop it over there; a reference needs the lock
// `Sync`). With `U` left out this was RUSTSEC-2020-0059.
unsafe impl<T: ?Sized, U: ?Sized + Send, H: Deref<Target = Lock<T>> + Send> Send
    for MappedLockGuard<'_, T, U, H>
{
}
// SAFETY: sharing it shares `&U` and the handle.
unsafe impl<T: ?Sized, U: ?Sized + Sync, H: Deref<Target = Lock<T>> + Sync> Sync
    for MappedLockGuard<'_, T, U, H>
{
}

impl<'a, T: ?Sized, U: ?Sized, H: Deref<Target = Lock<T>>> MappedLockGuard<'a, T, U, H> {
    /// A guard of a part of the part.
    pub fn map<V: ?Sized>(
        mut guard: Self,
        part: impl FnOnce(&mut U) -> &mut V,
    ) -> MappedLockGuard<'a, T, V, H> {
        let value = NonNull::from(part(&mut guard));
        MappedLockGuard { held: guard.held, value, _value: PhantomData }
    }

    /// A guard of a part of the part, if it is there.
    ///
    /// # Errors
    /// The guard itself, if `part` gives `None`.
    pub fn try_map<V: ?Sized>(
        mut guard: Self,
        part: impl FnOnce(&mut U) -> Option<&mut V>,
    ) -> Result<MappedLockGuard<'a, T, V, H>, Self> {
        match part(&mut guard).map(NonNull::from) {
            Some(value) => Ok(MappedLockGuard { held: guard.held, value, _value: PhantomData }),
            None => Err(guard),
        }
    }
}

impl<T: ?Sized, U: ?Sized, H: Deref<Target = Lock<T>>> Deref for MappedLockGuard<'_, T, U, H> {
    type Target = U;

    fn deref(&self) -> &U {
        // SAFETY: the lock is owned, and the pointer was made from a `&mut` to a part of its value.
        unsafe { self.value.as_ref() }
    }
}

impl<T: ?Sized, U: ?Sized, H: Deref<Target = Lock<T>>> DerefMut for MappedLockGuard<'_, T, U, H> {
    fn deref_mut(&mut self) -> &mut U {
        // SAFETY: as in `deref`, and the guard is borrowed by `&mut`.
        unsafe { self.value.as_mut() }
    }
}

impl<T: ?Sized + fmt::Debug, H: Deref<Target = Lock<T>>> fmt::Debug for LockGuard<'_, T, H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl<T: ?Sized + fmt::Display, H: Deref<Target = Lock<T>>> fmt::Display for LockGuard<'_, T, H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl<T: ?Sized, U: ?Sized + fmt::Debug, H: Deref<Target = Lock<T>>> fmt::Debug
    for MappedLockGuard<'_, T, U, H>
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl<T: ?Sized, U: ?Sized + fmt::Display, H: Deref<Target = Lock<T>>> fmt::Display
    for MappedLockGuard<'_, T, U, H>
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}
