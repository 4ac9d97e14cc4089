//! The token of a wait group, and the owned form of it, which is the same type.

use core::fmt;

#[cfg(feature = "alloc")]
use crate::sys::Arc;

use super::{AddError, WaitGroup};
#[cfg(feature = "alloc")]
use crate::wait::handle::ArcPart;
use crate::wait::handle::Handle;

/// One of what a [`WaitGroup`] counts; until it is dropped, the group is not empty.
///
/// `H` is how the group is held: by reference in a [`WaitToken`], by `Arc` in an `OwnedWaitToken`.
///
/// A clone is a token of its own, for a part of the task. It is made even if the group is closed, since the group is not
/// empty.
#[must_use = "a token that is dropped at once is counted no longer"]
pub struct Token<H: Handle<Target = WaitGroup>> {
    group: H,
}

/// A token of a group that is borrowed.
#[doc(alias = "TaskTrackerToken")]
pub type WaitToken<'a> = Token<&'a WaitGroup>;

/// A [`WaitToken`] that keeps its group alive.
#[cfg(feature = "alloc")]
#[cfg_attr(docsrs, doc(cfg(feature = "alloc")))]
#[doc(alias = "TaskTrackerToken")]
pub type OwnedWaitToken = Token<Arc<WaitGroup>>;

impl<H: Handle<Target = WaitGroup>> Token<H> {
    #[inline]
    pub(super) fn add_to(group: H) -> Result<Self, AddError> {
        group.core.add().map(|()| Self { group })
    }

    /// The group, as it is held: `&WaitGroup`, or its `Arc`.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// let tasks = anywake::WaitGroup::new();
    /// let token = tasks.add().unwrap();
    /// assert_eq!(token.group().count(), 1);
    /// ```
    pub fn group(&self) -> &H {
        &self.group
    }
}

impl<H: Handle<Target = WaitGroup>> Clone for Token<H> {
    /// Counts one more.
    ///
    /// # Panics
    /// If there are as many tokens as a group can count: a quarter of the address space, which only forgotten tokens reach.
    fn clone(&self) -> Self {
        // mistake a_clone_is_not_counted: self.group.core.add_another().is_ok() ~> true
        assert!(self.group.core.add_another().is_ok(), "more tokens than a wait group can count");
        Self { group: self.group.clone() }
    }
}

impl<H: Handle<Target = WaitGroup>> Drop for Token<H> {
    #[inline]
    fn drop(&mut self) {
        self.group.core.let_go();
    }
}

impl<H: Handle<Target = WaitGroup>> fmt::Debug for Token<H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Token").field("count", &self.group.count()).finish()
    }
}

#[cfg(feature = "alloc")]
impl<S: ?Sized> ArcPart<S, WaitGroup> {
    /// Counts one more; the token keeps the whole value alive.
    ///
    /// # Errors
    /// As for [`WaitGroup::add`].
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// use anywake::{ArcPart, WaitGroup};
    /// use std::sync::Arc;
    ///
    /// struct Server {
    ///     connections: WaitGroup,
    /// }
    ///
    /// # async fn example() {
    /// let server = Arc::new(Server { connections: WaitGroup::new() });
    /// let token = ArcPart::new(Arc::clone(&server), |server| &server.connections).add().unwrap();
    /// std::thread::spawn(move || drop(token));
    /// server.connections.wait().await;
    /// assert_eq!(server.connections.count(), 0);
    /// # }
    /// # anywake_core::doctest::block_on(example());
    /// ```
    pub fn add(self) -> Result<Token<Self>, AddError> {
        Token::add_to(self)
    }
}
