//! `Mutex`.

use core::fmt;
use std::sync::Arc;

use anywake_core::lock::{Guard, LockGuard, Mapped, MappedGuard};
use anywake_core::{ArcPart, Lock};

use crate::block_on::block_on;
use crate::wrap::guard_of_value;

type Part<T> = ArcPart<Mutex<T>, Lock<T>>;

/// One task at a time uses the value, in the order in which they came.
pub struct Mutex<T: ?Sized>(Lock<T>);

/// Access to the value of a [`Mutex`] that it borrows.
#[must_use = "a guard that is dropped at once unlocks at once"]
pub struct MutexGuard<'a, T: ?Sized>(LockGuard<'a, T>, &'a Mutex<T>);

/// Access to the value of a [`Mutex`] that it keeps alive.
#[must_use = "a guard that is dropped at once unlocks at once"]
pub struct OwnedMutexGuard<T: ?Sized>(Guard<Part<T>>);

/// Access to a part of the value of a [`Mutex`].
#[must_use = "a guard that is dropped at once unlocks at once"]
pub struct MappedMutexGuard<'a, T: ?Sized>(MappedGuard<'a, T>);

/// Access to a part of the value of a [`Mutex`] that it keeps alive.
#[must_use = "a guard that is dropped at once unlocks at once"]
pub struct OwnedMappedMutexGuard<T: ?Sized, U: ?Sized = T>(Mapped<Part<T>, U>);

/// The mutex is locked.
#[derive(Debug)]
pub struct TryLockError(());

super::errors! { [] TryLockError { Self(()) => "the mutex is locked" } }

impl<T: ?Sized> Mutex<T> {
    /// An unlocked mutex.
    pub fn new(t: T) -> Self
    where
        T: Sized,
    {
        Self(Lock::new(t))
    }

    /// As [`new`](Self::new), for a `static`.
    pub const fn const_new(t: T) -> Self
    where
        T: Sized,
    {
        Self(Lock::new(t))
    }

    /// Waits until the mutex is locked for the caller.
    pub async fn lock(&self) -> MutexGuard<'_, T> {
        MutexGuard(self.0.lock().await, self)
    }

    /// As [`lock`](Self::lock), for a thread.
    pub fn blocking_lock(&self) -> MutexGuard<'_, T> {
        block_on(self.lock())
    }

    /// Locks if nobody else does or waits to.
    ///
    /// # Errors
    /// If somebody does.
    pub fn try_lock(&self) -> Result<MutexGuard<'_, T>, TryLockError> {
        self.0.try_lock().map(|guard| MutexGuard(guard, self)).ok_or(TryLockError(()))
    }

    fn part(self: Arc<Self>) -> Part<T> {
        ArcPart::new(self, |mutex| &mutex.0)
    }

    /// As [`lock`](Self::lock), with a guard that keeps the mutex alive.
    pub async fn lock_owned(self: Arc<Self>) -> OwnedMutexGuard<T> {
        OwnedMutexGuard(self.part().lock().await)
    }

    /// As [`lock_owned`](Self::lock_owned), for a thread.
    pub fn blocking_lock_owned(self: Arc<Self>) -> OwnedMutexGuard<T> {
        block_on(self.lock_owned())
    }

    /// As [`try_lock`](Self::try_lock), with a guard that keeps the mutex alive.
    ///
    /// # Errors
    /// As [`try_lock`](Self::try_lock).
    pub fn try_lock_owned(self: Arc<Self>) -> Result<OwnedMutexGuard<T>, TryLockError> {
        self.part().try_lock().map(OwnedMutexGuard).ok_or(TryLockError(()))
    }

    /// The value; owning the mutex is enough.
    pub fn get_mut(&mut self) -> &mut T {
        self.0.get_mut()
    }

    /// The value.
    pub fn into_inner(self) -> T
    where
        T: Sized,
    {
        self.0.into_inner()
    }
}

impl<T> From<T> for Mutex<T> {
    fn from(t: T) -> Self {
        Self::new(t)
    }
}

impl<T: Default> Default for Mutex<T> {
    fn default() -> Self {
        Self::new(T::default())
    }
}

impl<T: ?Sized + fmt::Debug> fmt::Debug for Mutex<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.try_lock() {
            Ok(guard) => f.debug_struct("Mutex").field("data", &&*guard).finish(),
            Err(_) => f.debug_struct("Mutex").field("data", &format_args!("<locked>")).finish(),
        }
    }
}

impl<'a, T: ?Sized> MutexGuard<'a, T> {
    /// A guard of a part of the value.
    pub fn map<U: ?Sized, F: FnOnce(&mut T) -> &mut U>(this: Self, f: F) -> MappedMutexGuard<'a, U> {
        MappedMutexGuard(Guard::map(this.0, f))
    }

    /// A guard of a part of the value, if the closure finds it.
    ///
    /// # Errors
    /// The guard, if it does not.
    pub fn try_map<U: ?Sized, F>(this: Self, f: F) -> Result<MappedMutexGuard<'a, U>, Self>
    where
        F: FnOnce(&mut T) -> Option<&mut U>,
    {
        let mutex = this.1;
        Guard::try_map(this.0, f).map(MappedMutexGuard).map_err(|guard| Self(guard, mutex))
    }

    /// The mutex of the guard.
    pub fn mutex(this: &Self) -> &'a Mutex<T> {
        this.1
    }
}

impl<T: ?Sized> OwnedMutexGuard<T> {
    /// A guard of a part of the value.
    pub fn map<U: ?Sized, F: FnOnce(&mut T) -> &mut U>(this: Self, f: F) -> OwnedMappedMutexGuard<T, U> {
        OwnedMappedMutexGuard(Guard::map(this.0, f))
    }

    /// A guard of a part of the value, if the closure finds it.
    ///
    /// # Errors
    /// The guard, if it does not.
    pub fn try_map<U: ?Sized, F>(this: Self, f: F) -> Result<OwnedMappedMutexGuard<T, U>, Self>
    where
        F: FnOnce(&mut T) -> Option<&mut U>,
    {
        Guard::try_map(this.0, f).map(OwnedMappedMutexGuard).map_err(Self)
    }

    /// The mutex of the guard.
    pub fn mutex(this: &Self) -> &Arc<Mutex<T>> {
        Guard::handle(&this.0).owner()
    }
}

impl<'a, T: ?Sized> MappedMutexGuard<'a, T> {
    /// A guard of a part of the part.
    pub fn map<U: ?Sized, F: FnOnce(&mut T) -> &mut U>(this: Self, f: F) -> MappedMutexGuard<'a, U> {
        MappedMutexGuard(Mapped::map(this.0, f))
    }

    /// A guard of a part of the part, if the closure finds it.
    ///
    /// # Errors
    /// The guard, if it does not.
    pub fn try_map<U: ?Sized, F>(this: Self, f: F) -> Result<MappedMutexGuard<'a, U>, Self>
    where
        F: FnOnce(&mut T) -> Option<&mut U>,
    {
        Mapped::try_map(this.0, f).map(MappedMutexGuard).map_err(Self)
    }
}

impl<T: ?Sized, U: ?Sized> OwnedMappedMutexGuard<T, U> {
    /// A guard of a part of the part.
    pub fn map<S: ?Sized, F: FnOnce(&mut U) -> &mut S>(this: Self, f: F) -> OwnedMappedMutexGuard<T, S> {
        OwnedMappedMutexGuard(Mapped::map(this.0, f))
    }

    /// A guard of a part of the part, if the closure finds it.
    ///
    /// # Errors
    /// The guard, if it does not.
    pub fn try_map<S: ?Sized, F>(this: Self, f: F) -> Result<OwnedMappedMutexGuard<T, S>, Self>
    where
        F: FnOnce(&mut U) -> Option<&mut S>,
    {
        Mapped::try_map(this.0, f).map(OwnedMappedMutexGuard).map_err(Self)
    }
}

guard_of_value! {
    MutexGuard['a, T: ?Sized]['a, T] and DerefMut;
    OwnedMutexGuard[T: ?Sized][T] and DerefMut;
    MappedMutexGuard['a, T: ?Sized]['a, T] and DerefMut;
    OwnedMappedMutexGuard[W: ?Sized, T: ?Sized][W, T] and DerefMut;
}
