//! Guards that cancel a token when they are dropped.

use core::borrow::Borrow;
use core::fmt;

use super::CancellationToken;

/// Cancels a [`CancellationToken`] when it is dropped.
///
/// `T` is how the token is held: by reference in a [`DropGuard`], by value in an [`OwnedDropGuard`].
#[must_use = "a guard that is dropped at once cancels its token at once"]
pub struct CancelGuard<T: Borrow<CancellationToken>> {
    /// `None` once the guard is disarmed.
    token: Option<T>,
}

/// A guard of a token that is borrowed.
#[doc(alias("DropGuardRef"))]
pub type DropGuard<'a> = CancelGuard<&'a CancellationToken>;

/// A [`DropGuard`] that owns its token: it can be stored in a struct.
pub type OwnedDropGuard = CancelGuard<CancellationToken>;

impl<T: Borrow<CancellationToken>> CancelGuard<T> {
    #[inline]
    pub(super) fn new(token: T) -> Self {
        Self { token: Some(token) }
    }

    /// Drops the guard without cancelling. Returns the token, as the guard held it.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// let token = anywake::CancellationToken::new();
    /// let guard = token.clone().drop_guard_owned();
    /// let same = guard.disarm();
    /// assert!(!same.is_cancelled());
    /// ```
    pub fn disarm(mut self) -> T {
        self.token.take().expect("a guard is disarmed once")
    }
}

impl<T: Borrow<CancellationToken>> Drop for CancelGuard<T> {
    #[inline]
    fn drop(&mut self) {
        if let Some(token) = &self.token {
            // mistake a_guard_cancels_nothing: token.borrow().cancel(); ~> let _ = token;
            token.borrow().cancel();
        }
    }
}

impl<T: Borrow<CancellationToken>> fmt::Debug for CancelGuard<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let token = self.token.as_ref().map(Borrow::borrow);
        f.debug_struct("CancelGuard").field("token", &token).finish()
    }
}
