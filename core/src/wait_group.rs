//! [`WaitGroup`]: a count of what is under way, and tasks that wait for all of it to end. Its tokens, futures and errors.

#[cfg(feature = "alloc")]
use crate::sys::Arc;
use core::fmt;

use crate::latch::CountCore;
use crate::sys::atomic::const_fn;
use crate::wait::future::Wait;
use crate::wait::handle::Primitive;
use crate::wait::trace::{self, named};

mod error;
mod guard;
mod raw;
mod wait;

pub use error::AddError;
#[cfg(feature = "alloc")]
pub use guard::OwnedWaitToken;
pub use guard::{Token, WaitToken};
#[cfg(feature = "alloc")]
pub use wait::OwnedWaitGroupFuture;
pub use wait::WaitGroupFuture;

/// Waits until all tasks of a group have ended, however many there are and whenever they began.
///
/// [`add`](Self::add) returns a token, which the task keeps as long as it runs. [`wait`](Self::wait) waits until no token is
/// left. The group knows no runtime and no task: what holds a token is counted, be it a task, a thread, or a request. A
/// group takes up to four words, neither allocates nor grows, and lives in a `static`.
///
/// # When does `wait` end
/// When the number of tokens is zero, or has been zero since the wait began, even if tokens were added after that. So a
/// wait for an empty group ends at once, as in Go and in crossbeam.
///
/// [`close`](Self::close) refuses all further tokens, with a typed error. To shut down, close the group and then wait: when
/// the wait has ended, nothing runs, and nothing begins any more.
///
/// tokio-util's `TaskTracker` decides otherwise in both points. There a wait needs `close` *and* an empty tracker, so it
/// does not end if the `close` was forgotten. And a closed tracker still takes tasks, so something may run when the wait
/// has ended (tokio #6759 asks for what `close` does here).
///
/// # Memory ordering
/// Each drop of a token synchronizes with the waits that end when the number of tokens is zero, and with
/// [`count`](Self::count) returning zero. A `close` synchronizes with each [`add`](Self::add) that it refuses.
///
/// # A token that is forgotten
/// With `core::mem::forget` or a leak, it keeps the group from being empty, and the waits from ending, for ever.
///
/// # A wait that is not polled
/// It holds nothing up: a group has nothing to hand over.
///
/// # Interrupt handlers
/// With the feature `critical-section`, all methods may be called from one, and tokens may be dropped there, except that
/// `wait` is awaited elsewhere.
///
/// # Examples
/// A server that takes no more connections, and waits for those that are there:
/// ```
/// # use anywake_core as anywake;
/// use anywake::WaitGroup;
/// use anywake::wait_group::AddError;
///
/// static CONNECTIONS: WaitGroup = WaitGroup::new();
///
/// /// Called for each connection that is accepted.
/// fn serve(number: u32) -> Result<(), AddError> {
///     let token = CONNECTIONS.add()?;
///     // Any runtime's `spawn` would do, since the token borrows a static.
///     std::thread::spawn(move || {
///         let _token = token;
///         assert!(number < 3);
///     });
///     Ok(())
/// }
///
/// # async fn example() {
/// for number in 0..3 {
///     serve(number).unwrap();
/// }
/// CONNECTIONS.close();
/// CONNECTIONS.wait().await;
/// assert_eq!(CONNECTIONS.count(), 0);
/// assert_eq!(serve(3), Err(AddError::Closed));
/// # }
/// # anywake_core::doctest::block_on(example());
/// ```
#[doc(alias("TaskTracker", "JoinSet", "Phaser"))]
pub struct WaitGroup {
    core: CountCore,
}

impl WaitGroup {
    const_fn! {
        /// A group without tokens.
        ///
        /// # Examples
        /// ```
        /// # use anywake_core as anywake;
        /// static TASKS: anywake::WaitGroup = anywake::WaitGroup::new();
        /// assert_eq!(TASKS.count(), 0);
        /// ```
        #[must_use]
        pub const fn new() -> Self {
            Self { core: CountCore::new(0) }
        }
    }

    named! { core.queue }

    /// Counts one more, until the token is dropped.
    ///
    /// Add before you spawn, and move the token into the task: a task that adds itself may be late, and a `wait` does not
    /// know of it.
    ///
    /// # Errors
    /// * [`AddError::Closed`] after [`close`](Self::close).
    /// * [`AddError::TooMany`] if there are as many tokens as a group can count: a quarter of the address space, which only
    ///   forgotten tokens reach.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// let tasks = anywake::WaitGroup::new();
    /// let token = tasks.add().unwrap();
    /// assert_eq!(tasks.count(), 1);
    /// drop(token);
    /// assert_eq!(tasks.count(), 0);
    /// ```
    #[doc(alias("token", "track"))]
    #[inline]
    pub fn add(&self) -> Result<WaitToken<'_>, AddError> {
        Token::add_to(self)
    }

    /// As [`add`](Self::add), but the token keeps the group alive and may be sent to other threads.
    ///
    /// For a group that lies in a larger value behind an `Arc`, see [`ArcPart`](crate::ArcPart).
    ///
    /// # Errors
    /// As for [`add`](Self::add).
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// # use std::sync::Arc;
    /// # async fn example() {
    /// let tasks = Arc::new(anywake::WaitGroup::new());
    /// let token = Arc::clone(&tasks).add_owned().unwrap();
    /// std::thread::spawn(move || drop(token));
    /// tasks.wait().await;
    /// assert_eq!(tasks.count(), 0);
    /// # }
    /// # anywake_core::doctest::block_on(example());
    /// ```
    #[cfg(feature = "alloc")]
    #[cfg_attr(docsrs, doc(cfg(feature = "alloc")))]
    pub fn add_owned(self: Arc<Self>) -> Result<OwnedWaitToken, AddError> {
        Token::add_to(self)
    }

    /// Waits until no token is left.
    ///
    /// It ends at once if there is none, whether the group is closed or not. It also ends if the last token was dropped
    /// since the wait began (was polled or [enabled](WaitGroupFuture::enable)) and others were added after that.
    ///
    /// # Cancel safety
    /// Dropping the future loses nothing.
    ///
    /// # Fairness
    /// All tasks that wait are woken in the order in which they began.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// # async fn example() {
    /// let tasks = anywake::WaitGroup::new();
    /// tasks.wait().await;
    ///
    /// let token = tasks.add().unwrap();
    /// assert!(!core::pin::pin!(tasks.wait()).enable(), "a token is left");
    /// drop(token);
    /// tasks.wait().await;
    /// # }
    /// # anywake_core::doctest::block_on(example());
    /// ```
    #[inline]
    #[cfg_attr(feature = "diagnose", track_caller)]
    pub fn wait(&self) -> WaitGroupFuture<'_> {
        WaitGroupFuture::over(Wait::new(self, ()))
    }

    /// As [`wait`](Self::wait), with a future that keeps the group alive: it can be stored in a struct and spawned.
    ///
    /// # Cancel safety
    /// Dropping the future loses nothing.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// # use std::sync::Arc;
    /// # async fn example() {
    /// let tasks = Arc::new(anywake::WaitGroup::new());
    /// let wait = Arc::clone(&tasks).wait_owned();
    /// assert_eq!(Arc::strong_count(&tasks), 2);
    /// drop(tasks);
    /// wait.await;
    /// # }
    /// # anywake_core::doctest::block_on(example());
    /// ```
    #[cfg(feature = "alloc")]
    #[cfg_attr(docsrs, doc(cfg(feature = "alloc")))]
    #[cfg_attr(feature = "diagnose", track_caller)]
    pub fn wait_owned(self: Arc<Self>) -> OwnedWaitGroupFuture {
        OwnedWaitGroupFuture::over(Wait::new(self, ()))
    }

    /// Refuses all further tokens, for good. Those that are there stay, and a clone of one of them is still made.
    ///
    /// A group that is closed already stays so. It wakes nobody: a `wait` ends when no token is left.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// use anywake::wait_group::AddError;
    ///
    /// let tasks = anywake::WaitGroup::new();
    /// let token = tasks.add().unwrap();
    /// tasks.close();
    /// assert_eq!(tasks.add().unwrap_err(), AddError::Closed);
    /// let part_of_the_task = token.clone();
    /// assert_eq!(tasks.count(), 2);
    /// # drop(part_of_the_task);
    /// ```
    pub fn close(&self) {
        self.core.close();
    }

    /// Whether the group is closed.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// let tasks = anywake::WaitGroup::new();
    /// assert!(!tasks.is_closed());
    /// tasks.close();
    /// assert!(tasks.is_closed());
    /// ```
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.core.is_closed()
    }

    /// How many tokens there are.
    ///
    /// A thread that sees zero sees what was done before each token was dropped.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// let tasks = anywake::WaitGroup::new();
    /// let tokens = [tasks.add().unwrap(), tasks.add().unwrap()];
    /// assert_eq!(tasks.count(), 2);
    /// # drop(tokens);
    /// ```
    #[doc(alias("len", "is_empty"))]
    #[inline]
    #[must_use]
    pub fn count(&self) -> usize {
        self.core.tokens()
    }

    /// How many tasks wait.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// let tasks = anywake::WaitGroup::new();
    /// let token = tasks.add().unwrap();
    /// let mut wait = core::pin::pin!(tasks.wait());
    /// wait.as_mut().enable();
    /// assert_eq!(tasks.waiters(), 1);
    /// # drop(token);
    /// ```
    pub fn waiters(&self) -> usize {
        self.core.waiters()
    }
}

impl Primitive for WaitGroup {
    type Core = CountCore;

    #[inline]
    fn core(&self) -> &CountCore {
        &self.core
    }
}

impl Default for WaitGroup {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for WaitGroup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WaitGroup")
            .field("count", &self.count())
            .field("closed", &self.is_closed())
            .field("waiters", &trace::listed(&self.core.queue, self.waiters()))
            .finish()
    }
}
