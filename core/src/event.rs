//! [`Event`]: a flag that tasks wait for. And its futures.

#[cfg(feature = "alloc")]
use crate::sys::Arc;
use core::fmt;

use crate::sys::atomic::const_fn;
use crate::wait::future::Wait;
use crate::wait::handle::Primitive;
use crate::wait::trace::{self, named};

mod raw;
mod wait;

use raw::EventCore;
pub use wait::EventFuture;
#[cfg(feature = "alloc")]
pub use wait::OwnedEventFuture;

/// A flag that any number of tasks can wait for, with the rules of `asyncio.Event`.
///
/// It is clear at first. [`set`](Self::set) wakes all tasks that wait, and waits end at once until [`clear`](Self::clear).
/// It takes up to four words, neither allocates nor grows, and lives in a `static`.
///
/// A `set` reaches exactly the waits that had begun (had been polled or [enabled](EventFuture::enable)) when it was
/// called. Each of them ends, even if `clear` follows at once, and a wait that begins after the `clear` is not ended by it.
/// But `set` and `clear` are two steps: a task that the `set` wakes and that waits again before the `clear` finds the flag
/// still set, and passes a second time.
///
/// # An event or a notify?
/// Take an event for a *state that stays*: ready, stopped, connected. Take a [`Notify`](crate::Notify) for a *pulse* that
/// ends the waits of now and no later one ([`notify_waiters`](crate::Notify::notify_waiters), which is one step), or to wake
/// one task at a time.
///
/// # Memory ordering
/// Each `set` synchronizes with the waits that it ends and with [`is_set`](Self::is_set) returning true, even if the flag
/// was already set. A `clear` acquires what the `set` that it undoes released.
///
/// # A wait that is not polled
/// It holds nothing up: an event has nothing to hand over.
///
/// # Interrupt handlers
/// With the feature `critical-section`, all methods may be called from one, except that `wait` is awaited elsewhere.
///
/// # Examples
/// ```
/// # use anywake_core as anywake;
/// # async fn example() {
/// static READY: anywake::Event = anywake::Event::new();
///
/// READY.set();
/// READY.wait().await;
/// READY.clear();
/// assert!(!READY.is_set());
/// # }
/// # anywake_core::doctest::block_on(example());
/// ```
#[doc(alias("ManualResetEvent", "flag", "gate"))]
pub struct Event {
    core: EventCore,
}

impl Event {
    const_fn! {
        /// An event whose flag is clear.
        ///
        /// # Examples
        /// ```
        /// # use anywake_core as anywake;
        /// static STOP: anywake::Event = anywake::Event::new();
        /// assert!(!STOP.is_set());
        /// ```
        #[must_use]
        pub const fn new() -> Self {
            Self { core: EventCore::new() }
        }
    }

    named! { core.queue }

    /// Sets the flag and wakes all tasks that wait. If the flag is set already, nothing changes.
    ///
    /// Waiters are served in batches. Between two batches the internal lock is free, and wakers run.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// let event = anywake::Event::new();
    /// let mut wait = core::pin::pin!(event.wait());
    /// assert!(!wait.as_mut().enable());
    /// event.set();
    /// event.clear();
    /// assert!(wait.is_decided(), "it waited when the flag was set");
    /// ```
    #[inline]
    pub fn set(&self) {
        self.core.set();
    }

    /// Clears the flag: waits that begin from now on wait for the next [`set`](Self::set).
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// let event = anywake::Event::new();
    /// event.set();
    /// event.clear();
    /// assert!(!event.is_set());
    /// ```
    pub fn clear(&self) {
        self.core.clear();
    }

    /// Whether the flag is set.
    ///
    /// A thread that sees it set sees what was done before the [`set`](Self::set). A thread that sees it clear again sees
    /// what was done before the [`clear`](Self::clear).
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// let event = anywake::Event::new();
    /// event.set();
    /// assert!(event.is_set());
    /// ```
    #[inline]
    pub fn is_set(&self) -> bool {
        self.core.is_set()
    }

    /// Waits until the flag is set, or was set since the wait began.
    ///
    /// # Cancel safety
    /// Dropping the future loses nothing.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// # async fn example() {
    /// let event = anywake::Event::new();
    /// assert!(!core::pin::pin!(event.wait()).enable(), "the flag is clear");
    /// event.set();
    /// event.wait().await;
    /// # }
    /// # anywake_core::doctest::block_on(example());
    /// ```
    #[inline]
    #[cfg_attr(feature = "diagnose", track_caller)]
    pub fn wait(&self) -> EventFuture<'_> {
        EventFuture::over(Wait::new(self, ()))
    }

    /// As [`wait`](Self::wait), with a future that keeps the event alive: it can be stored in a struct and spawned.
    ///
    /// # Cancel safety
    /// Dropping the future loses nothing.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// # use std::sync::Arc;
    /// # async fn example() {
    /// let event = Arc::new(anywake::Event::new());
    /// let wait = Arc::clone(&event).wait_owned();
    /// event.set();
    /// assert_eq!(Arc::strong_count(&event), 2);
    /// drop(event);
    /// wait.await;
    /// # }
    /// # anywake_core::doctest::block_on(example());
    /// ```
    #[cfg(feature = "alloc")]
    #[cfg_attr(docsrs, doc(cfg(feature = "alloc")))]
    #[cfg_attr(feature = "diagnose", track_caller)]
    pub fn wait_owned(self: Arc<Self>) -> OwnedEventFuture {
        OwnedEventFuture::over(Wait::new(self, ()))
    }

    /// How many tasks wait.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// let event = anywake::Event::new();
    /// let mut wait = core::pin::pin!(event.wait());
    /// wait.as_mut().enable();
    /// assert_eq!(event.waiters(), 1);
    /// ```
    pub fn waiters(&self) -> usize {
        self.core.waiters()
    }
}

impl Primitive for Event {
    type Core = EventCore;

    #[inline]
    fn core(&self) -> &EventCore {
        &self.core
    }
}

impl Default for Event {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Event")
            .field("set", &self.is_set())
            .field("waiters", &trace::listed(&self.core.queue, self.waiters()))
            .finish()
    }
}
