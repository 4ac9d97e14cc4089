//! Permits, and the owned form of them, which is the same type.

use core::fmt;
use core::ops::Deref;

#[cfg(feature = "alloc")]
use alloc::sync::Arc;

use super::Semaphore;
use crate::error::MergeError;

/// Permits of a [`Semaphore`], one or more; given back when they are dropped.
///
/// `H` is how the semaphore is held: by reference in a [`Permit`], by `Arc` in an [`OwnedPermit`](crate::OwnedPermit).
#[must_use = "a permit that is dropped at once is given back at once"]
pub struct Permits<H: Deref<Target = Semaphore>> {
    semaphore: H,
    count: usize,
}

/// Permits of a semaphore that is borrowed.
pub type Permit<'a> = Permits<&'a Semaphore>;

/// A [`Permit`] that keeps its semaphore alive.
#[cfg(feature = "alloc")]
pub type OwnedPermit = Permits<Arc<Semaphore>>;

impl<H: Deref<Target = Semaphore>> Permits<H> {
    /// The caller has taken `count` permits, and gives them away.
    #[inline]
    pub(super) fn new(semaphore: H, count: usize) -> Self {
        Self { semaphore, count }
    }

    /// How many permits this is.
    pub fn count(&self) -> usize {
        self.count
    }

    /// Keeps the permits from coming back. [`Semaphore::release`] may bring as many again.
    pub fn forget(mut self) {
        let count = core::mem::take(&mut self.count);
        self.semaphore.queue.lock().state.total -= count as isize;
    }

    /// Puts the permits of `other` to these.
    ///
    /// # Errors
    /// Gives `other` back if it is of another semaphore.
    ///
    /// # Examples
    /// ```
    /// let slots = anywake_core::Semaphore::new(3);
    /// let mut two = slots.try_acquire_many(2).unwrap();
    /// two.merge(slots.try_acquire().unwrap()).unwrap();
    /// assert_eq!(two.count(), 3);
    /// ```
    pub fn merge(&mut self, mut other: Self) -> Result<(), MergeError<Self>> {
        if !core::ptr::eq(&raw const *self.semaphore, &raw const *other.semaphore) {
            return Err(MergeError(other));
        }
        self.count += core::mem::take(&mut other.count);
        Ok(())
    }
}

impl<H: Deref<Target = Semaphore> + Clone> Permits<H> {
    /// Parts `n` permits from these; `None`, and nothing changes, if there are fewer.
    pub fn split(&mut self, n: usize) -> Option<Self> {
        self.count = self.count.checked_sub(n)?;
        Some(Self::new(self.semaphore.clone(), n))
    }
}

impl<H: Deref<Target = Semaphore>> Drop for Permits<H> {
    #[inline]
    fn drop(&mut self) {
        if self.count > 0 {
            self.semaphore.put_back(self.count);
        }
    }
}

impl<H: Deref<Target = Semaphore>> fmt::Debug for Permits<H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Permits").field("count", &self.count).finish()
    }
}
