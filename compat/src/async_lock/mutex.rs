//! `Mutex`.

use core::fmt;
use std::sync::Arc;

use anywake_core::lock::{Guard, LockFuture, LockGuard, PartLockFuture};
use anywake_core::{ArcPart, Lock as CoreLock};

use super::BYPASS;
use crate::block_on::block_on;
use crate::wrap::{With, futures, guard_of_value};

type Part<T> = ArcPart<Mutex<T>, CoreLock<T>>;

/// One task at a time uses the value.
pub struct Mutex<T: ?Sized>(CoreLock<T>);

/// Access to the value of a [`Mutex`] that it borrows.
#[must_use = "a guard that is dropped at once unlocks at once"]
pub struct MutexGuard<'a, T: ?Sized>(LockGuard<'a, T>, &'a Mutex<T>);

/// Access to the value of a [`Mutex`] that it keeps alive.
#[must_use = "a guard that is dropped at once unlocks at once"]
pub struct MutexGuardArc<T: ?Sized>(Guard<Part<T>>);

impl<T> Mutex<T> {
    /// An unlocked mutex.
    pub const fn new(data: T) -> Self {
        Self(CoreLock::with_bypass(data, BYPASS))
    }

    /// The value.
    pub fn into_inner(self) -> T {
        self.0.into_inner()
    }
}

impl<T: ?Sized> Mutex<T> {
    /// Waits until the mutex is locked for the caller.
    #[inline]
    pub fn lock(&self) -> Lock<'_, T> {
        Lock { wait: With::new(self.0.lock(), self) }
    }

    /// As [`lock`](Self::lock), for a thread.
    pub fn lock_blocking(&self) -> MutexGuard<'_, T> {
        self.try_lock().unwrap_or_else(|| block_on(self.lock()))
    }

    /// Locks if nobody else does.
    #[inline]
    pub fn try_lock(&self) -> Option<MutexGuard<'_, T>> {
        self.0.try_lock().map(|guard| MutexGuard(guard, self))
    }

    /// The value; owning the mutex is enough.
    pub fn get_mut(&mut self) -> &mut T {
        self.0.get_mut()
    }

    fn part(self: &Arc<Self>) -> Part<T> {
        ArcPart::new(Arc::clone(self), |mutex| &mutex.0)
    }

    /// As [`lock`](Self::lock), with a guard that keeps the mutex alive.
    #[inline]
    pub fn lock_arc(self: &Arc<Self>) -> LockArc<T> {
        LockArc { wait: self.part().lock() }
    }

    /// As [`lock_arc`](Self::lock_arc), for a thread.
    pub fn lock_arc_blocking(self: &Arc<Self>) -> MutexGuardArc<T> {
        self.try_lock_arc().unwrap_or_else(|| block_on(self.lock_arc()))
    }

    /// As [`try_lock`](Self::try_lock), with a guard that keeps the mutex alive.
    #[inline]
    pub fn try_lock_arc(self: &Arc<Self>) -> Option<MutexGuardArc<T>> {
        self.part().try_lock().map(MutexGuardArc)
    }
}

impl<T: Default> Default for Mutex<T> {
    fn default() -> Self {
        Self::new(T::default())
    }
}

impl<T> From<T> for Mutex<T> {
    fn from(data: T) -> Self {
        Self::new(data)
    }
}

impl<T: ?Sized + fmt::Debug> fmt::Debug for Mutex<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.try_lock() {
            Some(guard) => f.debug_struct("Mutex").field("data", &&*guard).finish(),
            None => f.debug_struct("Mutex").field("data", &format_args!("<locked>")).finish(),
        }
    }
}

impl<'a, T: ?Sized> MutexGuard<'a, T> {
    /// The mutex of the guard.
    pub fn source(guard: &MutexGuard<'a, T>) -> &'a Mutex<T> {
        guard.1
    }
}

impl<T: ?Sized> MutexGuardArc<T> {
    /// The mutex of the guard.
    pub fn source(guard: &Self) -> &Arc<Mutex<T>>
    where
        T: Send,
    {
        Guard::handle(&guard.0).owner()
    }
}

guard_of_value! {
    MutexGuard['a, T: ?Sized]['a, T] and DerefMut;
    MutexGuardArc[T: ?Sized][T] and DerefMut;
}

futures! {
    /// The future of [`Mutex::lock`].
    Lock['a, T: ?Sized]['a, T](With<LockFuture<'a, T>, &'a Mutex<T>>) -> MutexGuard<'a, T>,
        |(guard, mutex)| MutexGuard(guard, mutex);
    /// The future of [`Mutex::lock_arc`].
    LockArc[T: ?Sized][T](PartLockFuture<Mutex<T>, T>) -> MutexGuardArc<T>, MutexGuardArc;
}
