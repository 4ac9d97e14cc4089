//! Wait groups: tokens that come and go, and a wait for none.

use core::cell::RefCell;
use core::future::{Future, IntoFuture};
use std::sync::Arc;

use super::contender;
use crate::harness::Contender;

/// A wait group of one library.
pub trait WaitGroup: Contender + 'static {
    /// A token.
    type Token<'a>;
    /// Makes one without tokens.
    fn new() -> Self;
    /// Adds a token.
    fn add(&self) -> Self::Token<'_>;
    /// Waits until no token is left.
    fn wait(&self) -> impl Future<Output: Sized>;
}

/// Calls `f` with every wait group.
macro_rules! each_wait_group {
    ($f:ident($($argument:expr),*)) => {{
        use $crate::contenders::wait_group::*;
        each_lasting_group!($f($($argument),*));
        $f::<Asyncband>($($argument),*);
    }};
}
pub(crate) use each_wait_group;

/// Calls `f` with every wait group that takes tokens, and any number of waits, again and again.
macro_rules! each_lasting_group {
    ($f:ident($($argument:expr),*)) => {{
        use $crate::contenders::wait_group::*;
        $f::<Anywake>($($argument),*);
        $f::<AnywakeOwned>($($argument),*);
        $f::<TaskTracker>($($argument),*);
    }};
}
pub(crate) use each_lasting_group;

/// anywake, with tokens that borrow the group.
pub struct Anywake(anywake_core::WaitGroup);
contender!(Anywake, "anywake", kind = Ours, order = Fifo);

impl WaitGroup for Anywake {
    type Token<'a> = anywake_core::WaitToken<'a>;

    fn new() -> Self {
        Self(anywake_core::WaitGroup::new())
    }

    #[inline]
    fn add(&self) -> Self::Token<'_> {
        self.0.add().expect("the group is open")
    }

    #[inline]
    fn wait(&self) -> impl Future<Output: Sized> {
        self.0.wait()
    }
}

/// anywake, with tokens that own a share of the group, as those of the rivals do.
pub struct AnywakeOwned(Arc<anywake_core::WaitGroup>);
contender!(AnywakeOwned, "anywake owned", kind = Ours, order = Fifo);

impl WaitGroup for AnywakeOwned {
    type Token<'a> = anywake_core::OwnedWaitToken;

    fn new() -> Self {
        Self(Arc::new(anywake_core::WaitGroup::new()))
    }

    #[inline]
    fn add(&self) -> Self::Token<'_> {
        Arc::clone(&self.0).add_owned().expect("the group is open")
    }

    #[inline]
    fn wait(&self) -> impl Future<Output: Sized> {
        self.0.wait()
    }
}

/// tokio-util's `TaskTracker`, closed, since otherwise no wait ends. It still takes tasks then.
pub struct TaskTracker(tokio_util::task::TaskTracker);
contender!(TaskTracker, "tokio-util TaskTracker", order = Fifo);

impl WaitGroup for TaskTracker {
    type Token<'a> = tokio_util::task::task_tracker::TaskTrackerToken;

    fn new() -> Self {
        let tracker = tokio_util::task::TaskTracker::new();
        tracker.close();
        Self(tracker)
    }

    #[inline]
    fn add(&self) -> Self::Token<'_> {
        self.0.token()
    }

    #[inline]
    fn wait(&self) -> impl Future<Output: Sized> {
        self.0.wait()
    }
}

/// asyncband's `WaitGroup`. It is a token itself, and a wait consumes it, so each wait is for a group of its own.
pub struct Asyncband(RefCell<asyncband::waitgroup::WaitGroup>);
contender!(Asyncband, "asyncband", order = Fifo);

impl WaitGroup for Asyncband {
    type Token<'a> = asyncband::waitgroup::WaitGroup;

    fn new() -> Self {
        Self(RefCell::new(asyncband::waitgroup::WaitGroup::new()))
    }

    #[inline]
    fn add(&self) -> Self::Token<'_> {
        self.0.borrow().clone()
    }

    #[inline]
    fn wait(&self) -> impl Future<Output: Sized> {
        self.0.replace(asyncband::waitgroup::WaitGroup::new()).into_future()
    }
}
