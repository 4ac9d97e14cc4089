//! [`Notify`]: wakes one task, or all that wait. And its futures.

#[cfg(feature = "alloc")]
use crate::sys::Arc;
use core::fmt;

use crate::sys::atomic::const_fn;
use crate::wait::future::Wait;
#[cfg(feature = "alloc")]
use crate::wait::handle::ArcPart;
use crate::wait::handle::Primitive;
use crate::wait::trace::{self, named};

mod raw;
mod wait;

use raw::NotifyCore;
pub use wait::NotifiedFuture;
#[cfg(feature = "alloc")]
pub use wait::{OwnedNotifiedFuture, PartNotifiedFuture};

/// Notifications without a value: for one task, which may come later, or for all tasks that wait.
///
/// [`notify_one`](Self::notify_one) ends one wait. If nobody waits, the notification is stored, and the next wait ends at
/// once. At most *one* is stored. [`notify_waiters`](Self::notify_waiters) ends all waits that have begun, in one step, and
/// stores nothing. A notify takes up to four words, neither allocates nor grows, and lives in a `static`.
///
/// # When a wait begins
/// A wait begins with its first poll, or when it is [enabled](NotifiedFuture::enable), for both kinds of notification. A
/// future that was neither polled nor enabled has asked for nothing. To miss nothing, enable the wait, then look at what it
/// is for, and then await it.
///
/// (In tokio a wait counts for `notify_waiters` from its making, and for `notify_one` from its first poll. A wait that was
/// made and not polled then took part in one and not in the other: tokio #4618, #5396, #7965.)
///
/// # A notify or an event?
/// Take an [`Event`](crate::Event) for a *state that stays*: ready, stopped, connected. Each wait ends while the flag is
/// set, also one that begins long after. Take a notify for a *pulse*, or to wake *one task at a time*: there is work, look
/// again. A pulse that ends the waits of now and no later one is [`notify_waiters`](Self::notify_waiters). With an event
/// it would take two steps, `set` and `clear`, and a task that waits again between them passes twice.
///
/// # Fairness
/// First come, first notified. A wait that begins does not overtake those that wait.
///
/// # Memory ordering
/// Each notification synchronizes with the wait that it ends, and a stored one with the wait that takes it. That also holds
/// for a call of `notify_one` that finds a notification stored already. A wait that begins after a call of
/// `notify_waiters`, and so is not ended by it, sees what was done before that call.
///
/// # A wait that is not polled
/// A wait that `notify_one` has reached keeps the notification until it is polled or dropped; meanwhile no other task is
/// woken for that notification. A wait that `notify_waiters` has reached holds up nobody.
///
/// # Interrupt handlers
/// With the feature `critical-section`, all methods may be called from one, except that `notified` is awaited elsewhere.
///
/// # Examples
/// ```
/// # use anywake_core as anywake;
/// # async fn example() {
/// use core::sync::atomic::{AtomicU32, Ordering};
///
/// static WORK: AtomicU32 = AtomicU32::new(0);
/// static CHANGED: anywake::Notify = anywake::Notify::new();
///
/// // A task that makes work:
/// WORK.fetch_add(1, Ordering::Relaxed);
/// CHANGED.notify_one();
///
/// // The task that does it. A notification that comes before the wait is stored.
/// CHANGED.notified().await;
/// assert_eq!(WORK.swap(0, Ordering::Relaxed), 1);
/// # }
/// # anywake_core::doctest::block_on(example());
/// ```
#[doc(alias("AutoResetEvent", "WaitQueue", "signal", "pulse", "wake"))]
pub struct Notify {
    core: NotifyCore,
}

impl Notify {
    const_fn! {
        /// A notify without a stored notification.
        ///
        /// # Examples
        /// ```
        /// # use anywake_core as anywake;
        /// static CHANGED: anywake::Notify = anywake::Notify::new();
        /// assert!(!core::pin::pin!(CHANGED.notified()).enable(), "nothing is stored");
        /// ```
        #[must_use]
        pub const fn new() -> Self {
            Self { core: NotifyCore::new() }
        }
    }

    named! { core.queue }

    /// Ends the longest wait. If nobody waits, stores the notification for the next wait.
    ///
    /// If a notification is stored already, nothing changes: two calls before a wait end one wait, not two. To count, take a
    /// [`Semaphore`](crate::Semaphore).
    ///
    /// If the wait that was reached is dropped before it returns, the notification goes to the next task that waits, or is
    /// stored.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// # async fn example() {
    /// let notify = anywake::Notify::new();
    /// notify.notify_one();
    /// notify.notify_one();
    /// notify.notified().await;
    /// assert!(!core::pin::pin!(notify.notified()).enable(), "one was stored, not two");
    /// # }
    /// # anywake_core::doctest::block_on(example());
    /// ```
    #[inline]
    pub fn notify_one(&self) {
        self.core.notify_one();
    }

    /// Ends exactly the waits that have begun. Stores nothing, and leaves a stored notification as it is.
    ///
    /// This is a pulse in one step: a wait that begins later is not ended by it, even if it begins while the wakers of the
    /// others run. The notification is not passed on if such a wait is dropped, since it reached all of them.
    ///
    /// Waiters are served in batches. Between two batches the internal lock is free, and wakers run.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// let notify = anywake::Notify::new();
    /// let (mut first, mut second) = (core::pin::pin!(notify.notified()), core::pin::pin!(notify.notified()));
    /// first.as_mut().enable();
    /// second.as_mut().enable();
    /// notify.notify_waiters();
    /// assert!(first.is_decided() && second.is_decided());
    /// assert!(!core::pin::pin!(notify.notified()).enable(), "nothing is stored");
    /// ```
    #[inline]
    pub fn notify_waiters(&self) {
        self.core.notify_waiters();
    }

    /// Waits for a notification, or takes the stored one.
    ///
    /// # Cancel safety
    /// Dropping the future loses no notification: one by [`notify_one`](Self::notify_one) goes to the next task that waits,
    /// or is stored. The place in the queue is lost, and the next wait does not see a
    /// [`notify_waiters`](Self::notify_waiters) that came before it.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// # async fn example() {
    /// let notify = anywake::Notify::new();
    /// let mut wait = core::pin::pin!(notify.notified());
    /// assert!(!wait.as_mut().enable(), "it waits from now on");
    /// notify.notify_one();
    /// wait.await;
    /// # }
    /// # anywake_core::doctest::block_on(example());
    /// ```
    #[inline]
    #[cfg_attr(feature = "diagnose", track_caller)]
    pub fn notified(&self) -> NotifiedFuture<'_> {
        NotifiedFuture::over(Wait::new(self, ()))
    }

    /// As [`notified`](Self::notified), with a future that keeps the notify alive: it can be stored in a struct and
    /// spawned.
    ///
    /// # Cancel safety
    /// As for [`notified`](Self::notified).
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// # use std::sync::Arc;
    /// # async fn example() {
    /// let notify = Arc::new(anywake::Notify::new());
    /// let wait = Arc::clone(&notify).notified_owned();
    /// notify.notify_one();
    /// assert_eq!(Arc::strong_count(&notify), 2);
    /// drop(notify);
    /// wait.await;
    /// # }
    /// # anywake_core::doctest::block_on(example());
    /// ```
    #[cfg(feature = "alloc")]
    #[cfg_attr(docsrs, doc(cfg(feature = "alloc")))]
    #[cfg_attr(feature = "diagnose", track_caller)]
    pub fn notified_owned(self: Arc<Self>) -> OwnedNotifiedFuture {
        OwnedNotifiedFuture::over(Wait::new(self, ()))
    }

    /// How many tasks wait. A task that was notified waits no more, even if it has not run yet.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// let notify = anywake::Notify::new();
    /// let mut wait = core::pin::pin!(notify.notified());
    /// wait.as_mut().enable();
    /// assert_eq!(notify.waiters(), 1);
    /// notify.notify_one();
    /// assert_eq!(notify.waiters(), 0);
    /// ```
    pub fn waiters(&self) -> usize {
        self.core.waiters()
    }
}

#[cfg(feature = "alloc")]
impl<S: ?Sized> ArcPart<S, Notify> {
    /// As [`Notify::notified`], with a future that keeps the whole value alive.
    ///
    /// # Cancel safety
    /// As for [`Notify::notified`].
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// use anywake::{ArcPart, Notify};
    /// use std::sync::Arc;
    ///
    /// # async fn example() {
    /// let pair = Arc::new((Notify::new(), "name"));
    /// let mut wait = Box::pin(ArcPart::new(Arc::clone(&pair), |pair| &pair.0).notified());
    /// assert!(!wait.as_mut().enable());
    /// pair.0.notify_one();
    /// drop(pair);
    /// assert!(wait.as_mut().enable(), "it was notified");
    /// wait.await;
    /// # }
    /// # anywake_core::doctest::block_on(example());
    /// ```
    #[cfg_attr(feature = "diagnose", track_caller)]
    pub fn notified(self) -> PartNotifiedFuture<S> {
        PartNotifiedFuture::over(Wait::new(self, ()))
    }
}

impl Primitive for Notify {
    type Core = NotifyCore;

    #[inline]
    fn core(&self) -> &NotifyCore {
        &self.core
    }
}

impl Default for Notify {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Notify {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Notify")
            .field("stored", &self.core.is_stored())
            .field("waiters", &trace::listed(&self.core.queue, self.waiters()))
            .finish()
    }
}
