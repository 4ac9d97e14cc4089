//! [`Watch`]: the newest of a value that changes, for any number of tasks that read it and wait for changes. Its ends,
//! futures and errors.

#[cfg(feature = "alloc")]
use crate::sys::Arc;
use core::fmt;
use core::panic::RefUnwindSafe;

use crate::sys::atomic::const_fn;
use crate::wait::future::Wait;
use crate::wait::handle::Primitive;
use crate::wait::trace::{self, named};

mod ends;
mod error;
mod guard;
mod raw;
mod slots;
mod wait;

#[cfg(feature = "alloc")]
#[cfg_attr(docsrs, doc(cfg(feature = "alloc")))]
pub use ends::{Receiver, Sender};
pub use ends::{ReceiverOf, SenderOf, StaticReceiver, StaticSender};
pub use error::{ModifyError, SendError};
#[cfg(feature = "alloc")]
#[cfg_attr(docsrs, doc(cfg(feature = "alloc")))]
pub use guard::OwnedWatchRef;
pub use guard::{Ref, WatchHandle, WatchRef};
use raw::WatchCore;
use slots::Slots;
#[cfg(feature = "alloc")]
pub use wait::OwnedClosedFuture;
pub use wait::{ChangedFuture, ClosedFuture, OwnedChangedFuture, WaitForFuture};

/// The newest of a value that changes. Any task replaces it, any number of tasks read it and wait for changes.
///
/// [`send`](Self::send) replaces the value, [`borrow`](Self::borrow) returns it, and a [receiver](Self::receiver) waits until
/// there is one that it has not seen. It takes up to ten words and room for three values, neither allocates nor grows, and
/// lives in a `static`. With the feature `alloc`, [`channel`] makes one with two ends that are counted.
///
/// # Nothing here blocks
/// A borrow does not wait for a send, and a send does not wait for a borrow: each of them finds a slot of the three. So a
/// [`WatchRef`] may be held across an `.await`, in another thread, and by a task that sends. (With a lock around the value
/// that is a deadlock: tokio #4246 and #4360, zebra #3378, graph-node #2982.) Values are moved, never cloned, compared or
/// dropped under the internal lock. A move copies the value's bytes; send an `Arc` of a large one.
///
/// # Which version a borrow returns
/// Versions count the values that were sent. A borrow never returns an older version than one before it, and it returns the
/// newest, with one exception.
///
/// While [`WatchRef`]s of **two** versions are held and the newer of them is what borrows return, a value that is sent is
/// *pending*: borrows go on returning that one, and [`changed`](ReceiverOf::changed) goes on waiting. A further value replaces
/// the pending one. As soon as the last `WatchRef` of one of the two versions is dropped, the newest value can be read, and
/// the receivers that wait are woken. So the last value reaches every receiver, unless somebody holds two older ones for ever.
/// Borrows that overlap hold their version as one long borrow does. A task that holds values of two versions itself and then
/// waits for a third one may wait for ever.
///
/// # A `T` that is shared
/// A value is read by several threads at once, and is dropped by the one that displaces it or reads it last. So a watch is
/// shared between threads only if `T: Send + Sync`. (tokio's broadcast cloned values of a `T` that was not `Sync`:
/// RUSTSEC-2025-0023.)
///
/// # Memory ordering
/// Each [`send`](Self::send) synchronizes with the borrows of its value and the waits that end because of it. The drop of a
/// `WatchRef` synchronizes with the drop of its value.
///
/// # A wait that is not polled
/// It holds nothing up: a version is for all receivers.
///
/// # Interrupt handlers
/// With the feature `critical-section`, all methods may be called from one, except that waits are awaited elsewhere. The drop
/// of a `WatchRef` may drop a value there.
///
/// # Examples
/// ```
/// # use anywake_core as anywake;
/// use anywake::Watch;
///
/// static LEVEL: Watch<u32> = Watch::new(0);
///
/// # async fn example() {
/// let mut receiver = LEVEL.receiver();
/// LEVEL.send(3).unwrap();
/// receiver.changed().await.unwrap();
/// let level = receiver.borrow_and_update();
/// // A value that is read keeps nobody from sending.
/// LEVEL.send(4).unwrap();
/// assert_eq!((*level, *LEVEL.borrow()), (3, 4));
/// # }
/// # anywake_core::doctest::block_on(example());
/// ```
#[doc(alias("StateFlow", "BehaviorSubject", "StateBroadcast", "observable"))]
pub struct Watch<T> {
    core: WatchCore,
    slots: Slots<T>,
}

crate::sys::shared! {
    // SAFETY: V3. Threads that share a watch read one value at the same time, which takes `T: Sync`. And one of them drops a
    // value that another one has sent, which takes `T: Send`. The core is `Sync` by itself.
    // mistake a_watch_of_anything_is_sync: T: Send + Sync ~> T: Send
    unsafe impl<T: Send + Sync> Sync for Watch<T> {}
}
// A borrow returns `&T`, so a watch follows its value. (`UnwindSafe` does so by itself.) No user code runs while it changes.
impl<T: RefUnwindSafe> RefUnwindSafe for Watch<T> {}

/// A watch on the heap, and its two ends.
///
/// The watch is closed when the last sender is dropped; receivers then see the last value, and after it [`Closed`](crate::Closed).
/// Without a receiver it stays open, and keeps the newest value for a later one ([`subscribe`](SenderOf::subscribe)).
/// (In tokio a `send` without receivers fails, and the value is lost.)
///
/// # Examples
/// ```
/// # use anywake_core as anywake;
/// # async fn example() {
/// let (config, mut receiver) = anywake::watch::channel("default");
/// config.send("changed").unwrap();
/// drop(config);
/// let mut seen = vec![];
/// while receiver.changed().await.is_ok() {
///     seen.push(*receiver.borrow_and_update());
/// }
/// assert_eq!(seen, ["changed"]);
/// # }
/// # anywake_core::doctest::block_on(example());
/// ```
#[cfg(feature = "alloc")]
#[cfg_attr(docsrs, doc(cfg(feature = "alloc")))]
pub fn channel<T>(value: T) -> (Sender<T>, Receiver<T>) {
    let sender = SenderOf::new(Arc::new(Watch::new(value)));
    let receiver = sender.subscribe();
    (sender, receiver)
}

impl<T> Watch<T> {
    const_fn! {
        /// A watch with this value.
        ///
        /// # Examples
        /// ```
        /// # use anywake_core as anywake;
        /// static STATE: anywake::Watch<Option<u8>> = anywake::Watch::new(None);
        /// assert_eq!(*STATE.borrow(), None);
        /// ```
        #[must_use]
        pub const fn new(value: T) -> Self {
            Self { core: WatchCore::new(), slots: Slots::new(value) }
        }
    }

    named! { core.queue }

    /// Two ends that borrow the watch: it is closed when the last sender is dropped. No allocation, also of a watch in a
    /// `static`.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// let watch = anywake::Watch::new(0);
    /// let (sender, receiver) = watch.split();
    /// sender.send(1).unwrap();
    /// drop(sender);
    /// assert!(receiver.is_closed() && receiver.has_changed());
    /// ```
    pub fn split(&self) -> (StaticSender<'_, T>, StaticReceiver<'_, T>) {
        (SenderOf::new(self), self.receiver())
    }

    /// Replaces the value, and wakes the receivers that wait for a change. It never waits.
    ///
    /// Returns the value that it displaced, to be used again or dropped. It returns `None` if somebody reads that value: the
    /// last of its readers drops it. Whether there is a receiver makes no difference.
    ///
    /// # Errors
    /// [`SendError`], with the value, if the watch is closed.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// let watch = anywake::Watch::new(1);
    /// assert_eq!(watch.send(2), Ok(Some(1)));
    ///
    /// let two = watch.borrow();
    /// assert_eq!(watch.send(3), Ok(None), "the two is read");
    /// assert_eq!((*two, *watch.borrow()), (2, 3));
    /// ```
    #[doc(alias("send_replace", "set"))]
    pub fn send(&self, value: T) -> Result<Option<T>, SendError<T>> {
        Ok(self.put(value, None)?)
    }

    /// Changes a copy of the newest value, and sends it if the closure returns true. Returns what the closure returned.
    ///
    /// The closure runs without any lock, and beside readers of the value; therefore it gets a copy, and `T: Clone`. If
    /// another value is sent meanwhile, the copy is dropped, and the closure is called again with a copy of that one: so no
    /// modification is lost, and the closure may run several times. If it returns false or panics, nothing has changed, and
    /// what it did to the copy is dropped.
    ///
    /// # Errors
    /// * [`ModifyError::Closed`], if the watch is closed.
    /// * [`ModifyError::Contended`], if the newest value is pending (see [`Watch`]), and another task is copying it at this
    ///   moment. Try again after a yield.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// let watch = anywake::Watch::new(vec![1]);
    /// let add = |list: &mut Vec<u32>| {
    ///     list.push(2);
    ///     true
    /// };
    /// assert_eq!(watch.send_if_modified(add), Ok(true));
    /// assert_eq!(watch.send_if_modified(|_| false), Ok(false));
    /// assert_eq!((&**watch.borrow(), watch.version()), (&[1, 2][..], 2));
    /// ```
    #[doc(alias("send_modify", "update"))]
    pub fn send_if_modified(&self, modify: impl FnMut(&mut T) -> bool) -> Result<bool, ModifyError>
    where
        T: Clone,
    {
        self.modify(modify)
    }

    /// The value of now. It stays as it is while it is borrowed, whatever is sent. It never waits.
    ///
    /// # Panics
    /// If 2^32 - 1 borrows of one version have been forgotten.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// let watch = anywake::Watch::new(1);
    /// let value = watch.borrow();
    /// watch.send(2).unwrap();
    /// assert_eq!(*value, 1);
    /// ```
    #[inline]
    pub fn borrow(&self) -> WatchRef<'_, T> {
        Ref::pin(self)
    }

    /// As [`borrow`](Self::borrow), but keeps the watch alive, and may be sent to other threads.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// # use std::sync::Arc;
    /// let watch = Arc::new(anywake::Watch::new(1));
    /// let value = watch.borrow_owned();
    /// std::thread::spawn(move || assert_eq!(*value, 1)).join().unwrap();
    /// ```
    #[cfg(feature = "alloc")]
    #[cfg_attr(docsrs, doc(cfg(feature = "alloc")))]
    pub fn borrow_owned(self: Arc<Self>) -> OwnedWatchRef<T> {
        Ref::pin(self)
    }

    /// The version of the value that [`borrow`](Self::borrow) returns now: its number among all values that were sent. The
    /// first value has version 1.
    ///
    /// A value that was replaced before it could be read leaves a gap. The number never wraps: it has 64 bits.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// let watch = anywake::Watch::new("one");
    /// watch.send("two").unwrap();
    /// assert_eq!(watch.version(), 2);
    /// ```
    #[inline]
    pub fn version(&self) -> u64 {
        self.core.visible()
    }

    /// A receiver that has seen the value of now, and waits for another one.
    ///
    /// # Panics
    /// If 2^32 - 1 receivers have been forgotten.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// # async fn example() {
    /// let watch = anywake::Watch::new(1);
    /// let mut receiver = watch.receiver();
    /// watch.send(2).unwrap();
    /// receiver.changed().await.unwrap();
    /// assert_eq!(*receiver.borrow(), 2);
    /// # }
    /// # anywake_core::doctest::block_on(example());
    /// ```
    #[doc(alias("subscribe"))]
    #[inline]
    pub fn receiver(&self) -> StaticReceiver<'_, T> {
        ReceiverOf::new(self)
    }

    /// As [`receiver`](Self::receiver), but keeps the watch alive.
    ///
    /// For a watch that lies in a larger value behind an `Arc`, see [`ArcPart`](crate::ArcPart).
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// # use std::sync::Arc;
    /// let watch = Arc::new(anywake::Watch::new(1));
    /// let receiver = Arc::clone(&watch).receiver_owned();
    /// drop(watch);
    /// assert_eq!(*receiver.borrow(), 1);
    /// ```
    #[cfg(feature = "alloc")]
    #[cfg_attr(docsrs, doc(cfg(feature = "alloc")))]
    pub fn receiver_owned(self: Arc<Self>) -> Receiver<T> {
        ReceiverOf::new(self)
    }

    /// Lets no further value in, for good. Returns whether this call closed the watch.
    ///
    /// The last value can still be read. Receivers that have seen it learn that the watch is [`Closed`](crate::Closed).
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// # async fn example() {
    /// let watch = anywake::Watch::new(1);
    /// let mut receiver = watch.receiver();
    /// assert!(watch.close());
    /// assert!(!watch.close(), "it is closed already");
    /// assert_eq!(receiver.changed().await, Err(anywake::Closed));
    /// assert_eq!(*receiver.borrow(), 1);
    /// # }
    /// # anywake_core::doctest::block_on(example());
    /// ```
    pub fn close(&self) -> bool {
        self.core.close()
    }

    /// Whether the watch is closed, by hand or because the last sender is gone.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// let watch = anywake::Watch::new(1);
    /// assert!(!watch.is_closed());
    /// watch.close();
    /// assert!(watch.is_closed());
    /// ```
    pub fn is_closed(&self) -> bool {
        self.core.figures().is_closed
    }

    /// Waits until no receiver is left, or the watch is closed.
    ///
    /// It ends at once if there is none, and also if the last one was dropped since the wait began and another one has come
    /// after it. A watch without receivers is not closed: the next one may come.
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
    /// let watch = anywake::Watch::new(1);
    /// let (sender, receiver) = watch.split();
    /// drop(receiver);
    /// sender.closed().await;
    /// assert_eq!(sender.receiver_count(), 0);
    /// # }
    /// # anywake_core::doctest::block_on(example());
    /// ```
    #[cfg_attr(feature = "diagnose", track_caller)]
    pub fn closed(&self) -> ClosedFuture<'_, T> {
        ClosedFuture::over(Wait::new(self, ()))
    }

    /// As [`closed`](Self::closed), with a future that keeps the watch alive: it can be stored in a struct and spawned.
    ///
    /// # Cancel safety
    /// Dropping the future loses nothing.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// # use std::sync::Arc;
    /// # async fn example() {
    /// let watch = Arc::new(anywake::Watch::new(1));
    /// let closed = Arc::clone(&watch).closed_owned();
    /// assert_eq!(Arc::strong_count(&watch), 2);
    /// closed.await;
    /// # }
    /// # anywake_core::doctest::block_on(example());
    /// ```
    #[cfg(feature = "alloc")]
    #[cfg_attr(docsrs, doc(cfg(feature = "alloc")))]
    #[cfg_attr(feature = "diagnose", track_caller)]
    pub fn closed_owned(self: Arc<Self>) -> OwnedClosedFuture<T> {
        OwnedClosedFuture::over(Wait::new(self, ()))
    }

    /// How many receivers there are.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// let watch = anywake::Watch::new(1);
    /// let receiver = watch.receiver();
    /// assert_eq!(watch.receiver_count(), 1);
    /// # drop(receiver);
    /// ```
    pub fn receiver_count(&self) -> usize {
        self.core.figures().receivers
    }

    /// How many tasks wait: receivers for a change, and those that wait for the end of the receivers.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// let watch = anywake::Watch::new(1);
    /// let mut receiver = watch.receiver();
    /// let mut changed = core::pin::pin!(receiver.changed());
    /// changed.as_mut().enable();
    /// assert_eq!(watch.waiters(), 1);
    /// ```
    pub fn waiters(&self) -> usize {
        self.core.figures().waiters
    }
}

impl<T> Primitive for Watch<T> {
    type Core = WatchCore;

    #[inline]
    fn core(&self) -> &WatchCore {
        &self.core
    }
}

impl<T: Default> Default for Watch<T> {
    fn default() -> Self {
        Self::new(T::default())
    }
}

impl<T> From<T> for Watch<T> {
    fn from(value: T) -> Self {
        Self::new(value)
    }
}

impl<T: fmt::Debug> fmt::Debug for Watch<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let figures = self.core.figures();
        f.debug_struct("Watch")
            .field("value", &&*self.borrow())
            .field("version", &figures.visible)
            .field("receivers", &figures.receivers)
            .field("closed", &figures.is_closed)
            .field("waiters", &trace::listed(&self.core.queue, figures.waiters))
            .finish()
    }
}
