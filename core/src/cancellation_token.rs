//! [`CancellationToken`]: tells tasks to end, in a tree. And its futures and guards.

use core::fmt;
use core::future::Future;

use crate::wait::future::Wait;
use crate::wait::trace;

mod guard;
mod raw;
mod run;
mod wait;

pub use guard::{CancelGuard, DropGuard, OwnedDropGuard};
use raw::NodeRef;
pub use run::{OwnedRunUntilCancelledFuture, RunUntilCancelledFuture};
pub use wait::{CancelledFuture, OwnedCancelledFuture};

/// Tells any number of tasks that they should end, and with them the tasks that they started.
///
/// A token is clear until [`cancel`](Self::cancel) cancels it, for good. [Clones](Self::clone) are handles of the same
/// token. A [child](Self::child_token) is a token of its own: it is cancelled with its parent, and can be cancelled
/// without it. So a tree of tokens follows the tree of tasks, and each part of the program can be stopped alone.
///
/// A token is a handle of one word. `new` and `child_token` allocate; no other operation does, and a cancelled wait or a
/// dropped child leaves nothing behind. A child that is dropped leaves its parent in constant time. A token keeps its
/// ancestors in memory, and a chain may be of any length: neither `cancel` nor a drop is recursive.
///
/// # What is cancelled when
/// When `cancel` returns, the token and all its descendants are cancelled, and the tasks that waited have been woken. If
/// another thread is cancelling the same token, or a descendant, then that thread may still be at work. Parents are
/// cancelled before their children, and children in the order in which they were made. A child that is made while its
/// parent is being cancelled, or after that, is cancelled.
///
/// # Memory ordering
/// The `cancel` that cancels a token, or an ancestor of it, synchronizes with the waits that it ends and with
/// [`is_cancelled`](Self::is_cancelled) returning true.
///
/// # A wait that is not polled
/// It holds nothing up: a token has nothing to hand over.
///
/// # Interrupt handlers
/// With the feature `critical-section`, `cancel`, `is_cancelled` and `waiters` may be called from one. All else allocates
/// or may free memory.
///
/// # Differences from tokio
/// The semantics are those of `tokio_util::sync::CancellationToken`, with three exceptions.
/// [`run_until_cancelled`](Self::run_until_cancelled) looks at the token before it polls the future.
/// [`drop_guard`](Self::drop_guard) borrows the token, as every wait and guard of this crate does; its `_owned` form takes
/// it. And a token whose handles are all dropped stays in memory as long as it has descendants, where tokio gives the
/// children to the grandparent, one by one.
///
/// # Examples
/// ```
/// # use anywake_core as anywake;
/// # async fn example() {
/// let server = anywake::CancellationToken::new();
/// let connection = server.child_token();
/// let request = connection.child_token();
///
/// // A connection ends, and its requests; the server goes on.
/// connection.cancel();
/// request.cancelled().await;
/// assert!(!server.is_cancelled());
/// # }
/// # anywake_core::doctest::block_on(example());
/// ```
#[doc(alias("CancelToken", "CancellationTokenSource", "StopToken", "AbortSignal", "shutdown", "context"))]
pub struct CancellationToken {
    node: NodeRef,
}

impl CancellationToken {
    /// A token that is not cancelled, and has no parent.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// let token = anywake::CancellationToken::new();
    /// assert!(!token.is_cancelled());
    /// ```
    #[must_use]
    pub fn new() -> Self {
        Self { node: NodeRef::new_root() }
    }

    /// The same token, with a name that the feature `diagnose` shows. Without the feature the name is not kept. All clones have
    /// the name, and the children have none.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// let shutdown = anywake::CancellationToken::new().named("shutdown");
    /// assert!(!shutdown.is_cancelled());
    /// ```
    #[must_use]
    pub fn named(self, name: &'static str) -> Self {
        self.node.queue.rename(name);
        self
    }

    /// A new token that is cancelled with this one, or before it. If this one is cancelled already, so is the child.
    ///
    /// To cancel the child does not cancel this token. When the last handle of the child is dropped, and it has no
    /// descendants, it leaves this token in constant time. (A child of a child that stayed in memory for ever was tokio's
    /// #4639.)
    ///
    /// # Panics
    /// If the token has more than `usize::MAX / 2` handles and children.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// let token = anywake::CancellationToken::new();
    /// let (first, second) = (token.child_token(), token.child_token());
    /// first.cancel();
    /// assert!(!token.is_cancelled() && !second.is_cancelled());
    /// token.cancel();
    /// assert!(second.is_cancelled());
    /// assert!(token.child_token().is_cancelled());
    /// ```
    #[must_use]
    pub fn child_token(&self) -> Self {
        Self { node: self.node.child() }
    }

    /// Cancels this token and all its descendants, and wakes the tasks that wait for them. If the token is cancelled
    /// already, nothing changes.
    ///
    /// It allocates nothing and is not recursive. It holds one internal lock at a time, for a few pointer moves, and no
    /// lock while wakers run. If a waker panics, the other tasks are woken and the other descendants are cancelled
    /// nevertheless. (If two panic, the program aborts, as in every broadcast.)
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// let token = anywake::CancellationToken::new();
    /// let grandchild = token.child_token().child_token();
    /// token.cancel();
    /// assert!(grandchild.is_cancelled());
    /// ```
    pub fn cancel(&self) {
        self.node.cancel();
    }

    /// Whether the token is cancelled.
    ///
    /// A thread that sees it cancelled sees what was done before the [`cancel`](Self::cancel).
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// let token = anywake::CancellationToken::new();
    /// token.cancel();
    /// assert!(token.is_cancelled());
    /// ```
    #[inline]
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.node.is_cancelled()
    }

    /// Waits until the token is cancelled. Ends at once if it is.
    ///
    /// # Cancel safety
    /// Dropping the future loses nothing.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// # async fn example() {
    /// let token = anywake::CancellationToken::new();
    /// assert!(!core::pin::pin!(token.cancelled()).enable(), "it is not cancelled");
    /// token.cancel();
    /// token.cancelled().await;
    /// # }
    /// # anywake_core::doctest::block_on(example());
    /// ```
    #[inline]
    #[cfg_attr(feature = "diagnose", track_caller)]
    pub fn cancelled(&self) -> CancelledFuture<'_> {
        CancelledFuture::over(Wait::new(&*self.node, ()))
    }

    /// As [`cancelled`](Self::cancelled), with a future that owns the token: it can be stored in a struct and spawned.
    ///
    /// # Cancel safety
    /// Dropping the future loses nothing.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// # async fn example() {
    /// let token = anywake::CancellationToken::new();
    /// let mut child = core::pin::pin!(token.child_token().cancelled_owned());
    /// assert!(!child.as_mut().enable(), "it is not cancelled");
    /// token.cancel();
    /// child.await;
    /// # }
    /// # anywake_core::doctest::block_on(example());
    /// ```
    #[cfg_attr(feature = "diagnose", track_caller)]
    pub fn cancelled_owned(self) -> OwnedCancelledFuture {
        OwnedCancelledFuture::over(Wait::new(self.node, ()))
    }

    /// Returns a guard that cancels this token when it is dropped, also while a panic unwinds.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// fn work(token: &anywake::CancellationToken) -> Option<()> {
    ///     // Whatever ends this function, its tasks end, too.
    ///     let _guard = token.drop_guard();
    ///     None?;
    ///     Some(())
    /// }
    ///
    /// let token = anywake::CancellationToken::new();
    /// assert!(work(&token).is_none());
    /// assert!(token.is_cancelled());
    /// ```
    pub fn drop_guard(&self) -> DropGuard<'_> {
        CancelGuard::new(self)
    }

    /// As [`drop_guard`](Self::drop_guard), with a guard that owns the token: it can be stored in a struct.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// use anywake::{CancellationToken, OwnedDropGuard};
    ///
    /// struct Server {
    ///     _stop: OwnedDropGuard,
    /// }
    ///
    /// let token = CancellationToken::new();
    /// let server = Server { _stop: token.clone().drop_guard_owned() };
    /// drop(server);
    /// assert!(token.is_cancelled());
    /// ```
    pub fn drop_guard_owned(self) -> OwnedDropGuard {
        CancelGuard::new(self)
    }

    /// Runs `future` until it ends or the token is cancelled. Returns its output, or `None` if the token was cancelled
    /// first.
    ///
    /// Each poll looks at the token, and then polls `future`. So `future` is not polled again once the token is
    /// cancelled, and not at all if it was cancelled before. If `future` ends in the poll in which it cancels the token
    /// itself, its output is returned. `future` is dropped where it is pinned, before `None` is returned. (tokio polls
    /// the future first, except in the first poll: there a future whose work is always ready goes on for one more turn
    /// after the cancellation.)
    ///
    /// # Cancel safety
    /// Dropping the future drops `future`, and so does a cancellation: the caller loses what `future` has not finished.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// # async fn example() {
    /// let token = anywake::CancellationToken::new();
    /// assert_eq!(token.run_until_cancelled(async { 42 }).await, Some(42));
    ///
    /// token.cancel();
    /// assert_eq!(token.run_until_cancelled(async { 42 }).await, None);
    /// # }
    /// # anywake_core::doctest::block_on(example());
    /// ```
    #[cfg_attr(feature = "diagnose", track_caller)]
    pub fn run_until_cancelled<F: Future>(&self, future: F) -> RunUntilCancelledFuture<'_, F> {
        RunUntilCancelledFuture::new(&self.node, future)
    }

    /// As [`run_until_cancelled`](Self::run_until_cancelled), with a future that owns the token: it can be spawned.
    ///
    /// # Cancel safety
    /// As for [`run_until_cancelled`](Self::run_until_cancelled).
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// # async fn example() {
    /// let token = anywake::CancellationToken::new();
    /// let task = token.child_token().run_until_cancelled_owned(core::future::pending::<()>());
    /// token.cancel();
    /// assert_eq!(task.await, None);
    /// # }
    /// # anywake_core::doctest::block_on(example());
    /// ```
    #[cfg_attr(feature = "diagnose", track_caller)]
    pub fn run_until_cancelled_owned<F: Future>(self, future: F) -> OwnedRunUntilCancelledFuture<F> {
        OwnedRunUntilCancelledFuture::new(self.node, future)
    }

    /// How many tasks wait for this token. Those that wait for its descendants do not count.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// let token = anywake::CancellationToken::new();
    /// let mut wait = core::pin::pin!(token.cancelled());
    /// wait.as_mut().enable();
    /// assert_eq!(token.waiters(), 1);
    /// ```
    pub fn waiters(&self) -> usize {
        self.node.waiters()
    }
}

/// Another handle of the same token.
///
/// # Panics
/// If the token has more than `usize::MAX / 2` handles and children.
impl Clone for CancellationToken {
    fn clone(&self) -> Self {
        Self { node: self.node.clone() }
    }
}

impl Default for CancellationToken {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for CancellationToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CancellationToken")
            .field("cancelled", &self.is_cancelled())
            .field("waiters", &trace::listed(&self.node.queue, self.waiters()))
            .finish()
    }
}
