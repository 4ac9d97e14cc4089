//! Permits, and the owned form of them, which is the same type.

use core::fmt;
use core::marker::PhantomData;

#[cfg(feature = "alloc")]
use crate::sys::Arc;

use super::error::{MergeError, TryAcquireError};
use super::raw::Request;
#[cfg(feature = "alloc")]
use super::wait::PartAcquireFuture;
use super::{Fifo, Mode, Semaphore};
#[cfg(feature = "alloc")]
use crate::wait::future::Wait;
#[cfg(feature = "alloc")]
use crate::wait::handle::ArcPart;
use crate::wait::handle::Handle;
use crate::wait::trace::{self, Claim, Taker, Ticket};

/// Permits of a [`Semaphore`], one or more; returned to it when they are dropped.
///
/// `H` is how the semaphore is held: by reference in a [`Permit`], by `Arc` in an `OwnedPermit`.
#[must_use = "a permit that is dropped at once returns to its semaphore at once"]
pub struct Permits<H: Handle<Target = Semaphore<M>>, M: Mode = Fifo> {
    semaphore: H,
    count: usize,
    ticket: Ticket,
    _mode: PhantomData<fn() -> M>,
}

/// Permits of a semaphore that is borrowed.
#[doc(alias("SemaphorePermit", "SemaphoreGuard"))]
pub type Permit<'a, M = Fifo> = Permits<&'a Semaphore<M>, M>;

/// A [`Permit`] that keeps its semaphore alive.
#[cfg(feature = "alloc")]
#[cfg_attr(docsrs, doc(cfg(feature = "alloc")))]
#[doc(alias("OwnedSemaphorePermit", "SemaphoreGuardArc"))]
pub type OwnedPermit<M = Fifo> = Permits<Arc<Semaphore<M>>, M>;

impl<H: Handle<Target = Semaphore<M>>, M: Mode> Permits<H, M> {
    /// The caller has taken `count` permits, and gives them away.
    #[inline]
    pub(super) fn new(semaphore: H, count: usize, taker: Taker) -> Self {
        let ticket = trace::holds(&semaphore, taker, Claim::Permits(count));
        Self { semaphore, count, ticket, _mode: PhantomData }
    }

    /// How many permits this is.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// let slots = anywake::Semaphore::new(3);
    /// assert_eq!(slots.try_acquire_many(2).unwrap().count(), 2);
    /// ```
    #[doc(alias("num_permits"))]
    pub fn count(&self) -> usize {
        self.count
    }

    /// The semaphore, as it is held: `&Semaphore`, or its `Arc`.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// let slots = anywake::Semaphore::new(3);
    /// let permit = slots.try_acquire().unwrap();
    /// assert_eq!(permit.semaphore().available_permits(), 2);
    /// ```
    pub fn semaphore(&self) -> &H {
        &self.semaphore
    }

    /// Keeps the permits from returning. Returns how many; [`Semaphore::release`] may add as many again.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// let turns = anywake::Semaphore::bounded(2);
    /// assert_eq!(turns.try_acquire().unwrap().forget(), 1);
    /// assert_eq!(turns.available_permits(), 1);
    /// turns.release(1).unwrap();
    /// assert_eq!(turns.available_permits(), 2);
    /// ```
    pub fn forget(mut self) -> usize {
        let count = core::mem::take(&mut self.count);
        // The drop of this takes its record.
        self.semaphore.core.forget(count);
        count
    }

    /// Adds the permits of `other` to these.
    ///
    /// # Errors
    /// [`MergeError`], with `other`, if that is of another semaphore.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// let slots = anywake::Semaphore::new(3);
    /// let mut two = slots.try_acquire_many(2).unwrap();
    /// two.merge(slots.try_acquire().unwrap()).unwrap();
    /// assert_eq!(two.count(), 3);
    /// ```
    pub fn merge(&mut self, mut other: Self) -> Result<(), MergeError<Self>> {
        if !core::ptr::eq(&raw const *self.semaphore, &raw const *other.semaphore) {
            return Err(MergeError(other));
        }
        self.count += core::mem::take(&mut other.count);
        trace::merges(&mut self.ticket, &mut other.ticket);
        Ok(())
    }

    /// Splits off `n` permits; returns `None`, and changes nothing, if there are fewer.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// let slots = anywake::Semaphore::new(3);
    /// let mut all = slots.try_acquire_many(3).unwrap();
    /// drop(all.split(2));
    /// assert_eq!((all.count(), slots.available_permits()), (1, 2));
    /// assert!(all.split(2).is_none());
    /// ```
    pub fn split(&mut self, n: usize) -> Option<Self> {
        self.count = self.count.checked_sub(n)?;
        let ticket = trace::splits(&self.ticket, n);
        Some(Self { semaphore: self.semaphore.clone(), count: n, ticket, _mode: PhantomData })
    }
}

impl<H: Handle<Target = Semaphore<M>>, M: Mode> Drop for Permits<H, M> {
    #[inline]
    fn drop(&mut self) {
        trace::releases(&mut self.ticket);
        if self.count > 0 {
            self.semaphore.core.put_back(self.count);
        }
    }
}

impl<H: Handle<Target = Semaphore<M>>, M: Mode> fmt::Debug for Permits<H, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Permits").field("count", &self.count).finish()
    }
}

/// Takes permits at once, for a semaphore that is held as `H`.
#[inline]
#[cfg_attr(feature = "diagnose", track_caller)]
pub(super) fn try_acquire<H: Handle<Target = Semaphore<M>>, M: Mode>(
    semaphore: H,
    request: Request<M::Level>,
) -> Result<Permits<H, M>, TryAcquireError> {
    let n = request.permits();
    if semaphore.core.try_take(request) {
        Ok(Permits::new(semaphore, n, Taker::here()))
    } else {
        Err(semaphore.core.why_not(n))
    }
}

#[cfg(feature = "alloc")]
impl<S: ?Sized, M: Mode> ArcPart<S, Semaphore<M>> {
    /// Waits for `n` permits, and takes them together; they keep the whole value alive.
    ///
    /// # Cancel safety
    /// As for [`Semaphore::acquire_many`].
    ///
    /// # Errors
    /// As for [`Semaphore::acquire_many`].
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// use anywake::{ArcPart, Semaphore};
    /// use std::sync::Arc;
    ///
    /// struct Server {
    ///     connections: Semaphore,
    /// }
    ///
    /// # async fn example() {
    /// let server = Arc::new(Server { connections: Semaphore::new(10) });
    /// let permit = ArcPart::new(Arc::clone(&server), |server| &server.connections).acquire(1).await.unwrap();
    /// std::thread::spawn(move || drop(permit)).join().unwrap();
    /// assert_eq!(server.connections.available_permits(), 10);
    /// # }
    /// # anywake_core::doctest::block_on(example());
    /// ```
    #[cfg_attr(feature = "diagnose", track_caller)]
    pub fn acquire(self, n: usize) -> PartAcquireFuture<S, M> {
        PartAcquireFuture::over(Wait::new(self, Request::many(n, M::LEAST)))
    }

    /// As [`Semaphore::try_acquire_many`], but the permits keep the whole value alive.
    ///
    /// # Errors
    /// The reason why not: see [`TryAcquireError`].
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// use anywake::{ArcPart, Semaphore};
    /// use std::sync::Arc;
    ///
    /// let pair = Arc::new((Semaphore::new(1), "name"));
    /// let permit = ArcPart::new(Arc::clone(&pair), |pair| &pair.0).try_acquire(1).unwrap();
    /// assert_eq!(pair.0.available_permits(), 0);
    /// # drop(permit);
    /// ```
    #[cfg_attr(feature = "diagnose", track_caller)]
    pub fn try_acquire(self, n: usize) -> Result<Permits<Self, M>, TryAcquireError> {
        try_acquire(self, Request::many(n, M::LEAST))
    }
}
