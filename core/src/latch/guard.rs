//! The guard of a latch, and the owned form of it, which is the same type.

use core::fmt;

#[cfg(feature = "alloc")]
use crate::sys::Arc;

use super::{Latch, LatchError};
#[cfg(feature = "alloc")]
use crate::wait::handle::ArcPart;
use crate::wait::handle::Handle;

/// One of the counts of a [`Latch`]; counted down when the guard is dropped.
///
/// `H` is how the latch is held: by reference in a [`LatchGuard`], by `Arc` in an `OwnedLatchGuard`.
#[must_use = "a guard that is dropped at once counts down at once"]
pub struct Guard<H: Handle<Target = Latch>> {
    latch: H,
}

/// One of the counts of a latch that is borrowed.
pub type LatchGuard<'a> = Guard<&'a Latch>;

/// A [`LatchGuard`] that keeps its latch alive.
#[cfg(feature = "alloc")]
#[cfg_attr(docsrs, doc(cfg(feature = "alloc")))]
pub type OwnedLatchGuard = Guard<Arc<Latch>>;

impl<H: Handle<Target = Latch>> Guard<H> {
    #[inline]
    pub(super) fn reserve(latch: H) -> Result<Self, LatchError> {
        latch.core.hold().map(|()| Self { latch })
    }

    /// The latch, as it is held: `&Latch`, or its `Arc`.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// let latch = anywake::Latch::new(2);
    /// let guard = latch.guard().unwrap();
    /// assert_eq!(guard.latch().remaining(), 2);
    /// ```
    pub fn latch(&self) -> &H {
        &self.latch
    }
}

impl<H: Handle<Target = Latch>> Drop for Guard<H> {
    #[inline]
    fn drop(&mut self) {
        self.latch.core.let_go();
    }
}

impl<H: Handle<Target = Latch>> fmt::Debug for Guard<H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Guard").field("remaining", &self.latch.remaining()).finish()
    }
}

#[cfg(feature = "alloc")]
impl<S: ?Sized> ArcPart<S, Latch> {
    /// Reserves one of the counts; the guard keeps the whole value alive.
    ///
    /// # Errors
    /// As for [`Latch::guard`].
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// use anywake::{ArcPart, Latch};
    /// use std::sync::Arc;
    ///
    /// let job = Arc::new((Latch::new(1), "name"));
    /// let guard = ArcPart::new(Arc::clone(&job), |job| &job.0).guard().unwrap();
    /// std::thread::spawn(move || drop(guard)).join().unwrap();
    /// assert_eq!(job.0.remaining(), 0);
    /// ```
    pub fn guard(self) -> Result<Guard<Self>, LatchError> {
        Guard::reserve(self)
    }
}
