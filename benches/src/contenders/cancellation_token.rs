//! Cancellation tokens: one `cancel` ends all waits of a tree.

use core::future::Future;

use super::contender;
use crate::harness::Contender;

/// A token of one library.
pub trait Token: Contender + Send + Sync + 'static {
    /// Makes one that is not cancelled, without waiters.
    fn new() -> Self;
    /// Cancels it.
    fn cancel(&self);
    /// Whether it is cancelled.
    fn is_cancelled(&self) -> bool;
    /// Waits until it is cancelled.
    fn wait(&self) -> impl Future<Output: Sized> + Send;
}

/// A token that can have children.
pub trait Tree: Token {
    /// Makes a child, which is cancelled with this.
    fn child(&self) -> Self;
}

/// Calls `f` with every token.
macro_rules! each_token {
    ($f:ident($($argument:expr),*)) => {{
        use $crate::contenders::cancellation_token::*;
        each_tree!($f($($argument),*));
        $f::<Asyncband>($($argument),*);
    }};
}
pub(crate) use each_token;

/// Calls `f` with every token that can have children.
macro_rules! each_tree {
    ($f:ident($($argument:expr),*)) => {{
        use $crate::contenders::cancellation_token::*;
        $f::<Anywake>($($argument),*);
        $f::<TokioUtil>($($argument),*);
    }};
}
pub(crate) use each_tree;

/// anywake.
pub struct Anywake(anywake_core::CancellationToken);
contender!(Anywake, "anywake", kind = Ours, order = Fifo);

impl Token for Anywake {
    fn new() -> Self {
        Self(anywake_core::CancellationToken::new())
    }

    #[inline]
    fn cancel(&self) {
        self.0.cancel();
    }

    #[inline]
    fn is_cancelled(&self) -> bool {
        self.0.is_cancelled()
    }

    #[inline]
    fn wait(&self) -> impl Future<Output: Sized> + Send {
        self.0.cancelled()
    }
}

impl Tree for Anywake {
    #[inline]
    fn child(&self) -> Self {
        Self(self.0.child_token())
    }
}

/// tokio-util's `CancellationToken`.
pub struct TokioUtil(tokio_util::sync::CancellationToken);
contender!(TokioUtil, "tokio-util", order = Fifo);

impl Token for TokioUtil {
    fn new() -> Self {
        Self(tokio_util::sync::CancellationToken::new())
    }

    #[inline]
    fn cancel(&self) {
        self.0.cancel();
    }

    #[inline]
    fn is_cancelled(&self) -> bool {
        self.0.is_cancelled()
    }

    #[inline]
    fn wait(&self) -> impl Future<Output: Sized> + Send {
        self.0.cancelled()
    }
}

impl Tree for TokioUtil {
    #[inline]
    fn child(&self) -> Self {
        Self(self.0.child_token())
    }
}

/// asyncband's `Shutdown`: a single token without children, which also knows when all that watch it have gone.
pub struct Asyncband {
    shutdown: asyncband::shutdown::Shutdown,
    guard: asyncband::shutdown::ShutdownGuard,
}
contender!(Asyncband, "asyncband Shutdown", order = Fifo);

impl Token for Asyncband {
    fn new() -> Self {
        let (shutdown, guard) = asyncband::shutdown::new();
        Self { shutdown, guard }
    }

    #[inline]
    fn cancel(&self) {
        self.shutdown.request_shutdown();
    }

    #[inline]
    fn is_cancelled(&self) -> bool {
        self.guard.is_shutdown_requested()
    }

    #[inline]
    fn wait(&self) -> impl Future<Output: Sized> + Send {
        self.guard.shutdown_requested()
    }
}
