//! `Semaphore`.

use std::sync::Arc;

use anywake_core::ArcPart;
use anywake_core::semaphore::{AcquireFuture, Bypass, PartAcquireFuture, Permit, Permits};

use super::BYPASS;
use crate::block_on::block_on;
use crate::wrap::futures;

type Core = anywake_core::Semaphore<Bypass>;
type Part = ArcPart<Semaphore, Core>;

/// At most `n` tasks at a time do something.
#[derive(Debug)]
pub struct Semaphore(Core);

/// A permit of a [`Semaphore`] that it borrows.
#[derive(Debug)]
#[must_use = "a guard that is dropped at once releases its permit at once"]
pub struct SemaphoreGuard<'a>(Permit<'a, Bypass>);

/// A permit of a [`Semaphore`] that it keeps alive.
#[derive(Debug)]
#[must_use = "a guard that is dropped at once releases its permit at once"]
pub struct SemaphoreGuardArc(Permits<Part, Bypass>);

impl Semaphore {
    /// A semaphore with `n` permits.
    ///
    /// # Panics
    /// Above [`anywake_core::Semaphore::MAX_PERMITS`].
    pub const fn new(n: usize) -> Self {
        Self(Core::with_bypass(n, BYPASS))
    }

    /// A permit, if there is one.
    #[inline]
    pub fn try_acquire(&self) -> Option<SemaphoreGuard<'_>> {
        self.0.try_acquire().ok().map(SemaphoreGuard)
    }

    /// Waits for a permit.
    #[inline]
    pub fn acquire(&self) -> Acquire<'_> {
        Acquire { wait: self.0.acquire() }
    }

    /// As [`acquire`](Self::acquire), for a thread.
    pub fn acquire_blocking(&self) -> SemaphoreGuard<'_> {
        self.try_acquire().unwrap_or_else(|| block_on(self.acquire()))
    }

    fn part(self: &Arc<Self>) -> Part {
        ArcPart::new(Arc::clone(self), |semaphore| &semaphore.0)
    }

    /// As [`try_acquire`](Self::try_acquire), with a permit that keeps the semaphore alive.
    pub fn try_acquire_arc(self: &Arc<Self>) -> Option<SemaphoreGuardArc> {
        self.part().try_acquire(1).ok().map(SemaphoreGuardArc)
    }

    /// As [`acquire`](Self::acquire), with a permit that keeps the semaphore alive.
    pub fn acquire_arc(self: &Arc<Self>) -> AcquireArc {
        AcquireArc { wait: self.part().acquire(1) }
    }

    /// As [`acquire_arc`](Self::acquire_arc), for a thread.
    pub fn acquire_arc_blocking(self: &Arc<Self>) -> SemaphoreGuardArc {
        self.try_acquire_arc().unwrap_or_else(|| block_on(self.acquire_arc()))
    }

    /// Adds `n` permits.
    ///
    /// # Panics
    /// If there were more than [`anywake_core::Semaphore::MAX_PERMITS`].
    pub fn add_permits(&self, n: usize) {
        self.0.release(n).expect("not more permits than there can be");
    }

    /// How many permits are there.
    pub fn available_permits(&self) -> usize {
        self.0.available_permits()
    }
}

impl SemaphoreGuard<'_> {
    /// Drops the guard and keeps its permit.
    #[inline]
    pub fn forget(self) {
        self.0.forget();
    }
}

impl SemaphoreGuardArc {
    /// Drops the guard and keeps its permit.
    #[inline]
    pub fn forget(self) {
        self.0.forget();
    }
}

/// Nothing in this module closes a semaphore.
fn open<P, E: core::fmt::Debug>(acquired: Result<P, E>) -> P {
    acquired.expect("the semaphore is never closed")
}

futures! {
    /// The future of [`Semaphore::acquire`].
    Acquire['a]['a](AcquireFuture<'a, Bypass>) -> SemaphoreGuard<'a>, |permit| SemaphoreGuard(open(permit));
    /// The future of [`Semaphore::acquire_arc`].
    AcquireArc[][](PartAcquireFuture<Semaphore, Bypass>) -> SemaphoreGuardArc, |permit| SemaphoreGuardArc(open(permit));
}
