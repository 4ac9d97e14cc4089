//! `Semaphore`.

use std::sync::Arc;

use anywake_core::ArcPart;
use anywake_core::semaphore::{self, Permit, Permits, Semaphore as CoreSemaphore};

use crate::block_on::block_on;

type Part = ArcPart<Semaphore, CoreSemaphore>;

/// At most so many tasks at a time do something, in the order in which they came.
#[derive(Debug)]
pub struct Semaphore(CoreSemaphore);

/// Permits of a [`Semaphore`] that they borrow.
#[derive(Debug)]
#[must_use = "permits that are dropped at once are released at once"]
pub struct SemaphorePermit<'a>(Permit<'a>, &'a Semaphore);

/// Permits of a [`Semaphore`] that they keep alive.
#[derive(Debug)]
#[must_use = "permits that are dropped at once are released at once"]
pub struct OwnedSemaphorePermit(Permits<Part>);

/// The semaphore is closed.
#[derive(Debug)]
pub struct AcquireError(());

/// Why permits were not acquired.
#[derive(Debug, PartialEq, Eq)]
pub enum TryAcquireError {
    /// The semaphore is closed.
    Closed,
    /// There are too few.
    NoPermits,
}

super::errors! {
    [] AcquireError { Self(()) => "the semaphore is closed" }
    [] TryAcquireError {
        Self::Closed => "the semaphore is closed",
        Self::NoPermits => "there are too few permits",
    }
}

/// No `u32` is more than a semaphore can have.
fn refused<E>(_: E) -> AcquireError {
    AcquireError(())
}

fn not_now(error: semaphore::TryAcquireError) -> TryAcquireError {
    match error {
        semaphore::TryAcquireError::Closed => TryAcquireError::Closed,
        semaphore::TryAcquireError::NoPermits | semaphore::TryAcquireError::TooMany => {
            TryAcquireError::NoPermits
        }
    }
}

impl Semaphore {
    /// The most permits that a semaphore can have.
    pub const MAX_PERMITS: usize = CoreSemaphore::MAX_PERMITS;

    /// A semaphore with so many permits.
    ///
    /// # Panics
    /// Above [`MAX_PERMITS`](Self::MAX_PERMITS).
    pub fn new(permits: usize) -> Self {
        Self(CoreSemaphore::new(permits))
    }

    /// As [`new`](Self::new), for a `static`.
    pub const fn const_new(permits: usize) -> Self {
        Self(CoreSemaphore::new(permits))
    }

    /// How many permits nobody has.
    pub fn available_permits(&self) -> usize {
        self.0.available_permits()
    }

    /// Adds permits.
    ///
    /// # Panics
    /// If there were more than [`MAX_PERMITS`](Self::MAX_PERMITS).
    pub fn add_permits(&self, n: usize) {
        assert!(self.0.release(n).is_ok(), "a semaphore has at most Semaphore::MAX_PERMITS permits");
    }

    /// Takes up to so many permits away for ever. Returns how many there were.
    pub fn forget_permits(&self, n: usize) -> usize {
        self.0.forget_available(n)
    }

    /// Waits for a permit.
    ///
    /// # Errors
    /// If the semaphore is or gets closed.
    pub async fn acquire(&self) -> Result<SemaphorePermit<'_>, AcquireError> {
        Ok(SemaphorePermit(self.0.acquire().await.map_err(refused)?, self))
    }

    /// Waits for several permits.
    ///
    /// # Errors
    /// If the semaphore is or gets closed.
    pub async fn acquire_many(&self, n: u32) -> Result<SemaphorePermit<'_>, AcquireError> {
        Ok(SemaphorePermit(self.0.acquire_many(n as usize).await.map_err(refused)?, self))
    }

    /// A permit, if there is one that nobody waits for.
    ///
    /// # Errors
    /// If there is none, or the semaphore is closed.
    pub fn try_acquire(&self) -> Result<SemaphorePermit<'_>, TryAcquireError> {
        self.try_acquire_many(1)
    }

    /// Several permits, if there are as many that nobody waits for.
    ///
    /// # Errors
    /// If there are fewer, or the semaphore is closed.
    pub fn try_acquire_many(&self, n: u32) -> Result<SemaphorePermit<'_>, TryAcquireError> {
        Ok(SemaphorePermit(self.0.try_acquire_many(n as usize).map_err(not_now)?, self))
    }

    /// As [`acquire`](Self::acquire), for a thread.
    ///
    /// # Errors
    /// As [`acquire`](Self::acquire).
    pub fn blocking_acquire(&self) -> Result<SemaphorePermit<'_>, AcquireError> {
        block_on(self.acquire())
    }

    /// As [`acquire_many`](Self::acquire_many), for a thread.
    ///
    /// # Errors
    /// As [`acquire_many`](Self::acquire_many).
    pub fn blocking_acquire_many(&self, n: u32) -> Result<SemaphorePermit<'_>, AcquireError> {
        block_on(self.acquire_many(n))
    }

    fn part(self: Arc<Self>) -> Part {
        ArcPart::new(self, |semaphore| &semaphore.0)
    }

    /// As [`acquire`](Self::acquire), with a permit that keeps the semaphore alive.
    ///
    /// # Errors
    /// As [`acquire`](Self::acquire).
    pub async fn acquire_owned(self: Arc<Self>) -> Result<OwnedSemaphorePermit, AcquireError> {
        self.acquire_many_owned(1).await
    }

    /// As [`acquire_many`](Self::acquire_many), with permits that keep the semaphore alive.
    ///
    /// # Errors
    /// As [`acquire_many`](Self::acquire_many).
    pub async fn acquire_many_owned(self: Arc<Self>, n: u32) -> Result<OwnedSemaphorePermit, AcquireError> {
        self.part().acquire(n as usize).await.map(OwnedSemaphorePermit).map_err(refused)
    }

    /// As [`try_acquire`](Self::try_acquire), with a permit that keeps the semaphore alive.
    ///
    /// # Errors
    /// As [`try_acquire`](Self::try_acquire).
    pub fn try_acquire_owned(self: Arc<Self>) -> Result<OwnedSemaphorePermit, TryAcquireError> {
        self.try_acquire_many_owned(1)
    }

    /// As [`try_acquire_many`](Self::try_acquire_many), with permits that keep the semaphore alive.
    ///
    /// # Errors
    /// As [`try_acquire_many`](Self::try_acquire_many).
    pub fn try_acquire_many_owned(self: Arc<Self>, n: u32) -> Result<OwnedSemaphorePermit, TryAcquireError> {
        self.part().try_acquire(n as usize).map(OwnedSemaphorePermit).map_err(not_now)
    }

    /// As [`acquire_owned`](Self::acquire_owned), for a thread.
    ///
    /// # Errors
    /// As [`acquire`](Self::acquire).
    pub fn blocking_acquire_owned(self: Arc<Self>) -> Result<OwnedSemaphorePermit, AcquireError> {
        block_on(self.acquire_owned())
    }

    /// As [`acquire_many_owned`](Self::acquire_many_owned), for a thread.
    ///
    /// # Errors
    /// As [`acquire_many`](Self::acquire_many).
    pub fn blocking_acquire_many_owned(
        self: Arc<Self>,
        n: u32,
    ) -> Result<OwnedSemaphorePermit, AcquireError> {
        block_on(self.acquire_many_owned(n))
    }

    /// Fails those who wait, and all that come later.
    pub fn close(&self) {
        self.0.close();
    }

    /// Whether the semaphore is closed.
    pub fn is_closed(&self) -> bool {
        self.0.is_closed()
    }
}

impl<'a> SemaphorePermit<'a> {
    /// Takes the permits away for ever.
    pub fn forget(self) {
        self.0.forget();
    }

    /// Adds other permits to these.
    ///
    /// # Panics
    /// If they are of another semaphore.
    #[track_caller]
    pub fn merge(&mut self, other: Self) {
        assert!(self.0.merge(other.0).is_ok(), "the permits are of different semaphores");
    }

    /// Takes so many permits off these, if there are as many.
    pub fn split(&mut self, n: usize) -> Option<Self> {
        self.0.split(n).map(|permits| SemaphorePermit(permits, self.1))
    }

    /// The semaphore of the permits.
    pub fn semaphore(&self) -> &'a Semaphore {
        self.1
    }

    /// How many permits these are.
    pub fn num_permits(&self) -> usize {
        self.0.count()
    }
}

impl OwnedSemaphorePermit {
    /// Takes the permits away for ever.
    pub fn forget(self) {
        self.0.forget();
    }

    /// Adds other permits to these.
    ///
    /// # Panics
    /// If they are of another semaphore.
    #[track_caller]
    pub fn merge(&mut self, other: Self) {
        assert!(self.0.merge(other.0).is_ok(), "the permits are of different semaphores");
    }

    /// Takes so many permits off these, if there are as many.
    pub fn split(&mut self, n: usize) -> Option<Self> {
        self.0.split(n).map(Self)
    }

    /// The semaphore of the permits.
    pub fn semaphore(&self) -> &Arc<Semaphore> {
        self.0.semaphore().owner()
    }

    /// How many permits these are.
    pub fn num_permits(&self) -> usize {
        self.0.count()
    }
}
