//! [`Exclusive`]: a mutex that is held while code of the caller runs.

use core::ops::{Deref, DerefMut};
use core::ptr;
use core::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A mutex that is held while code of the caller runs, such as comparisons of items or keys.
///
/// That code must not lock the mutex again. With a plain mutex its thread would wait for itself, for ever. With this
/// mutex it panics.
pub(crate) struct Exclusive<T> {
    value: Mutex<T>,
    /// The [`mark`] of the thread that holds the mutex, or `NOBODY`.
    holder: AtomicUsize,
}

const NOBODY: usize = 0;

impl<T> Exclusive<T> {
    pub(crate) const fn new(value: T) -> Self {
        Self { value: Mutex::new(value), holder: AtomicUsize::new(NOBODY) }
    }

    /// Locks the mutex, even if a thread panicked that held it.
    ///
    /// # Panics
    ///
    /// If this thread holds it already.
    pub(crate) fn lock(&self) -> ExclusiveGuard<'_, T> {
        let mark = mark();
        // Ordering: Relaxed. A thread looks for its own mark only, and no other thread writes that mark.
        let held = self.holder.load(Ordering::Relaxed) == mark;
        assert!(!held, "a comparison or a hash uses the collection that it is made for");
        let guard = self.value.lock().unwrap_or_else(PoisonError::into_inner);
        // mistake a_mutex_knows_no_holder: self.holder.store(mark, Ordering::Relaxed); ~>
        self.holder.store(mark, Ordering::Relaxed);
        ExclusiveGuard { guard, holder: &self.holder }
    }
}

/// A number that no other running thread has.
fn mark() -> usize {
    thread_local!(static MARK: u8 = const { 0 });
    MARK.with(|mark| ptr::from_ref(mark).addr())
}

pub(crate) struct ExclusiveGuard<'a, T> {
    guard: MutexGuard<'a, T>,
    holder: &'a AtomicUsize,
}

impl<T> Deref for ExclusiveGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.guard
    }
}

impl<T> DerefMut for ExclusiveGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.guard
    }
}

impl<T> Drop for ExclusiveGuard<'_, T> {
    fn drop(&mut self) {
        // Before the mutex is free: the next thread writes its mark after that.
        self.holder.store(NOBODY, Ordering::Relaxed);
    }
}
