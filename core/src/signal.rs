//! [`Signal`]: the newest value, for the task that takes it. And its futures.

#[cfg(feature = "alloc")]
use crate::sys::Arc;
use core::fmt;

use crate::sys::atomic::const_fn;
use crate::wait::future::Wait;
use crate::wait::handle::Primitive;
use crate::wait::trace::{self, named};

mod raw;
mod wait;

use raw::SignalCore;
#[cfg(feature = "alloc")]
pub use wait::OwnedSignalFuture;
pub use wait::SignalFuture;

/// A slot for the newest value, which one task takes.
///
/// [`signal`](Self::signal) puts a value in and never waits; a value that nobody has taken is displaced. Each value is taken
/// by one task: by the longest [`wait`](Self::wait), or by [`try_take`](Self::try_take). Any number of tasks may signal and
/// wait. Beside its value a signal takes two words and a tag, neither allocates nor grows, and lives in a `static`.
///
/// # When to take which
/// * Take a signal if only the newest value counts and one task uses it: a measurement, a command that replaces the one
///   before, a number from an interrupt handler.
/// * If each value counts, take a [`StaticQueue`](crate::StaticQueue). A queue of one with
///   [`force_push`](crate::queue::QueueOf::force_push) does the work of a signal in three times the memory, and can be
///   closed.
/// * Without a value, a [`Notify`](crate::Notify) does the same, and an [`Event`](crate::Event) is for a state that stays.
/// * For one value between two tasks, where each learns if the other one is gone, there is [`oneshot`](crate::oneshot).
///
/// # Fairness
/// First come, first served: a value goes to the longest wait, and neither a wait that begins nor `try_take` overtakes. (In
/// embassy-sync a second waiter takes the place of the first, which is woken to try again; embassy-rs/embassy #946.)
///
/// # A wait that is not polled
/// A wait that a value was promised to keeps it from all others until it is polled or dropped: `try_take` finds nothing, and
/// the tasks behind it sleep. The value itself stays in the slot, so a newer one displaces it, and the wait returns the newer
/// one. If the wait is dropped, the value goes to the next wait, or is there for `try_take`.
///
/// # Memory ordering
/// What was done before a value was signalled is visible to the task that takes the value, or that displaces it.
///
/// # Interrupt handlers
/// With the feature `critical-section`, all methods may be called from one, except that `wait` is awaited elsewhere. Moving a
/// value in or out is part of the critical section: keep large values behind a reference.
///
/// # Examples
/// ```
/// # use anywake_core as anywake;
/// # async fn example() {
/// static SPEED: anywake::Signal<u32> = anywake::Signal::new();
///
/// // An interrupt handler, or a task:
/// SPEED.signal(1);
/// SPEED.signal(2);
///
/// // The task that uses the speed:
/// assert_eq!(SPEED.wait().await, 2);
/// assert!(!SPEED.is_set());
/// # }
/// # anywake_core::doctest::block_on(example());
/// ```
#[doc(alias("latest", "mailbox", "force_push", "overwrite"))]
pub struct Signal<T> {
    core: SignalCore<T>,
}

impl<T> Signal<T> {
    const_fn! {
        /// A signal without a value.
        ///
        /// # Examples
        /// ```
        /// # use anywake_core as anywake;
        /// static SPEED: anywake::Signal<u32> = anywake::Signal::new();
        /// assert_eq!(SPEED.try_take(), None);
        /// ```
        #[must_use]
        pub const fn new() -> Self {
            Self { core: SignalCore::new() }
        }
    }

    named! { core.queue }

    /// Puts a value in, and wakes the longest wait. Returns the value that it displaces, which nobody has taken.
    ///
    /// Never waits. A value that was promised to a wait and is still in the slot is displaced, too; that wait then returns
    /// the new value. So of two signals in a row one is taken, and not two.
    ///
    /// # Panics
    /// If the waker of the wait panics. The value is in the slot then.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// let speed = anywake::Signal::new();
    /// assert_eq!(speed.signal(1), None);
    /// assert_eq!(speed.signal(2), Some(1));
    /// assert_eq!(speed.try_take(), Some(2));
    /// ```
    #[inline]
    pub fn signal(&self, value: T) -> Option<T> {
        self.core.signal(value)
    }

    /// Takes the value, and waits while there is none.
    ///
    /// # Cancel safety
    /// Dropping the future loses no value: it takes the value in its last poll. A value that was promised to it goes to the
    /// next wait, or is there for [`try_take`](Self::try_take). The place in the queue is lost.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// # async fn example() {
    /// let speed = anywake::Signal::new();
    /// let mut wait = core::pin::pin!(speed.wait());
    /// assert!(!wait.as_mut().enable(), "it waits from now on");
    /// speed.signal(1);
    /// assert_eq!(wait.await, 1);
    /// # }
    /// # anywake_core::doctest::block_on(example());
    /// ```
    #[inline]
    #[cfg_attr(feature = "diagnose", track_caller)]
    pub fn wait(&self) -> SignalFuture<'_, T> {
        SignalFuture::over(Wait::new(self, ()))
    }

    /// As [`wait`](Self::wait), with a future that keeps the signal alive: it can be stored in a struct and spawned.
    ///
    /// # Cancel safety
    /// As for [`wait`](Self::wait).
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// # use std::sync::Arc;
    /// # async fn example() {
    /// let speed = Arc::new(anywake::Signal::new());
    /// let wait = Arc::clone(&speed).wait_owned();
    /// speed.signal(1);
    /// drop(speed);
    /// assert_eq!(wait.await, 1);
    /// # }
    /// # anywake_core::doctest::block_on(example());
    /// ```
    #[cfg(feature = "alloc")]
    #[cfg_attr(docsrs, doc(cfg(feature = "alloc")))]
    #[cfg_attr(feature = "diagnose", track_caller)]
    pub fn wait_owned(self: Arc<Self>) -> OwnedSignalFuture<T> {
        OwnedSignalFuture::over(Wait::new(self, ()))
    }

    /// Takes the value, if there is one that is not promised to a wait.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// let speed = anywake::Signal::new();
    /// speed.signal(1);
    /// assert_eq!(speed.try_take(), Some(1));
    /// assert_eq!(speed.try_take(), None);
    /// ```
    #[must_use = "the value is taken: to discard it, `reset` says so"]
    #[inline]
    pub fn try_take(&self) -> Option<T> {
        self.core.try_take()
    }

    /// Empties the slot before a new round, so that a later wait does not end with an old value. Returns that value.
    ///
    /// It does what [`try_take`](Self::try_take) does, for a caller that does not want the value. A value that is promised to
    /// a wait is not touched: it is that wait's.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// let answer = anywake::Signal::new();
    /// answer.signal("to an old question");
    /// answer.reset();
    /// assert!(!answer.is_set());
    /// ```
    pub fn reset(&self) -> Option<T> {
        self.core.try_take()
    }

    /// Whether there is a value that is not promised to a wait: whether [`try_take`](Self::try_take) would return one now.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// let speed = anywake::Signal::new();
    /// assert!(!speed.is_set());
    /// speed.signal(1);
    /// assert!(speed.is_set());
    /// ```
    pub fn is_set(&self) -> bool {
        self.core.has_free_value()
    }

    /// How many tasks wait. A task that a value was promised to waits no more, even if it has not run yet.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// let speed = anywake::Signal::new();
    /// let mut wait = core::pin::pin!(speed.wait());
    /// wait.as_mut().enable();
    /// assert_eq!(speed.waiters(), 1);
    /// speed.signal(1);
    /// assert_eq!(speed.waiters(), 0);
    /// ```
    pub fn waiters(&self) -> usize {
        self.core.waiters()
    }
}

impl<T> Primitive for Signal<T> {
    type Core = SignalCore<T>;

    #[inline]
    fn core(&self) -> &SignalCore<T> {
        &self.core
    }
}

impl<T> Default for Signal<T> {
    fn default() -> Self {
        Self::new()
    }
}

/// Whether there is a value, and how many wait. The value itself is not shown, since it may be taken meanwhile.
impl<T> fmt::Debug for Signal<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signal")
            .field("set", &self.is_set())
            .field("waiters", &trace::listed(&self.core.queue, self.waiters()))
            .finish()
    }
}
