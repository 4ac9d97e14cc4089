//! The two ends of a watch: senders, which are counted so that the last one closes the watch, and receivers, each of which
//! knows the version that it has seen.

#[cfg(feature = "alloc")]
use crate::sys::Arc;
use core::fmt;
use core::ops::Deref;

use super::Watch;
use super::guard::{Ref, WatchHandle, WatchRef};
use super::raw::{NOTHING, WatchCore};
use super::wait::{ChangedFuture, Owned, OwnedChangedFuture, WaitForFuture};
use crate::wait::future::Wait;
#[cfg(feature = "alloc")]
use crate::wait::handle::ArcPart;
use crate::wait::handle::Primitive;

/// An end of a watch that sends: [`channel`](super::channel) and [`split`](Watch::split) make one, and `clone` makes
/// more.
///
/// It dereferences to its [`Watch`], and so has all of that type's methods. When the last sender is dropped,
/// the watch is [closed](Watch::close).
///
/// `H` is how the watch is held: by `Arc` in a [`Sender`], by reference in a [`StaticSender`].
///
/// # Forgotten ends
/// A sender that is leaked keeps the watch open.
pub struct SenderOf<H: WatchHandle> {
    watch: H,
}

/// An end of a watch that receives: [`Watch::receiver`](Watch::receiver) makes one, and `clone` makes one more that has
/// seen the same.
///
/// It remembers the version that it has seen, and waits for a newer one. What was sent in between it does not see: a watch
/// keeps the newest value only.
///
/// `H` is how the watch is held: by `Arc` in a [`Receiver`], by reference in a [`StaticReceiver`].
///
/// # Forgotten ends
/// A receiver that is leaked is counted as a receiver for ever.
pub struct ReceiverOf<H: WatchHandle> {
    watch: H,
    seen: u64,
}

/// A sender that owns a part of its watch.
#[cfg(feature = "alloc")]
#[cfg_attr(docsrs, doc(cfg(feature = "alloc")))]
pub type Sender<T> = SenderOf<Arc<Watch<T>>>;
/// A receiver that owns a part of its watch.
#[cfg(feature = "alloc")]
#[cfg_attr(docsrs, doc(cfg(feature = "alloc")))]
pub type Receiver<T> = ReceiverOf<Arc<Watch<T>>>;
/// A sender that borrows its watch.
pub type StaticSender<'a, T> = SenderOf<&'a Watch<T>>;
/// A receiver that borrows its watch.
pub type StaticReceiver<'a, T> = ReceiverOf<&'a Watch<T>>;

impl<H: WatchHandle> SenderOf<H> {
    #[inline]
    pub(super) fn new(watch: H) -> Self {
        watch.core.add_sender();
        Self { watch }
    }

    /// A receiver that holds the watch as this sender does, and has seen the value of now.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// # async fn example() {
    /// let watch = anywake::Watch::new("one");
    /// let (sender, first) = watch.split();
    /// drop(first);
    /// let mut second = sender.subscribe();
    /// sender.send("two").unwrap();
    /// second.changed().await.unwrap();
    /// assert_eq!(*second.borrow(), "two");
    /// # }
    /// # anywake_core::doctest::block_on(example());
    /// ```
    pub fn subscribe(&self) -> ReceiverOf<H> {
        ReceiverOf::new(self.watch.clone())
    }

    /// Whether both are senders of one watch.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// let watch = anywake::Watch::new(());
    /// let (sender, _receiver) = watch.split();
    /// assert!(sender.same_channel(&sender.clone()));
    /// ```
    pub fn same_channel(&self, other: &Self) -> bool {
        core::ptr::eq(&raw const *self.watch, &raw const *other.watch)
    }
}

impl<H: WatchHandle> Deref for SenderOf<H> {
    type Target = H::Target;

    #[inline]
    fn deref(&self) -> &H::Target {
        &self.watch
    }
}

impl<H: WatchHandle> Clone for SenderOf<H> {
    fn clone(&self) -> Self {
        Self::new(self.watch.clone())
    }
}

impl<H: WatchHandle> Drop for SenderOf<H> {
    fn drop(&mut self) {
        self.watch.core.remove_sender();
    }
}

impl<H: WatchHandle> ReceiverOf<H> {
    #[inline]
    pub(super) fn new(watch: H) -> Self {
        let seen = watch.core.add_receiver();
        Self { watch, seen }
    }

    #[inline]
    pub(super) fn see(&mut self, version: u64) {
        // mistake a_change_is_not_marked_as_seen: self.seen = version; ~>
        self.seen = version;
    }

    /// The watch, as long as the receiver is borrowed.
    #[inline]
    pub(super) fn watch_ref(&self) -> &Watch<H::Value> {
        &self.watch
    }

    /// The watch, as this receiver holds it.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// let watch = anywake::Watch::new(5);
    /// let receiver = watch.receiver();
    /// assert_eq!(receiver.watch().version(), watch.version());
    /// ```
    pub fn watch(&self) -> &H {
        &self.watch
    }

    /// Waits until there is a version that this receiver has not seen, and marks it as seen.
    ///
    /// It returns at once if there is one already. Several values that are sent before this receiver looks are one change.
    ///
    /// # Cancel safety
    /// A future that is dropped has marked nothing as seen, so no change is missed.
    ///
    /// # Fairness
    /// A version wakes all receivers that wait, in the order in which they began.
    ///
    /// # Errors
    /// [`Closed`](crate::Closed), if the watch is closed and this receiver has seen the last value.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// # async fn example() {
    /// let watch = anywake::Watch::new(1);
    /// let (sender, mut receiver) = watch.split();
    /// sender.send(2).unwrap();
    /// drop(sender);
    /// assert!(receiver.changed().await.is_ok());
    /// assert_eq!(*receiver.borrow(), 2);
    /// assert!(receiver.changed().await.is_err(), "there is no sender any more");
    /// # }
    /// # anywake_core::doctest::block_on(example());
    /// ```
    #[inline]
    #[cfg_attr(feature = "diagnose", track_caller)]
    pub fn changed(&mut self) -> ChangedFuture<'_, H> {
        let seen = self.seen;
        ChangedFuture::over(Wait::new(self, seen))
    }

    /// As [`changed`](Self::changed), with a future that owns the receiver, and returns it: it can be stored in a struct and
    /// spawned.
    ///
    /// # Cancel safety
    /// If the future is dropped, the receiver is dropped with it.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// # async fn example() {
    /// let watch = anywake::Watch::new(1);
    /// let (sender, receiver) = watch.split();
    /// let changed = receiver.changed_owned();
    /// sender.send(2).unwrap();
    /// let (receiver, result) = changed.await;
    /// assert_eq!((*receiver.borrow(), result), (2, Ok(())));
    /// # }
    /// # anywake_core::doctest::block_on(example());
    /// ```
    #[cfg_attr(feature = "diagnose", track_caller)]
    pub fn changed_owned(self) -> OwnedChangedFuture<H> {
        let seen = self.seen;
        OwnedChangedFuture::over(Wait::new(Owned(self), seen))
    }

    /// Waits for a value for which the predicate is true, marks it as seen, and returns it. The value of now is looked at
    /// first, seen or not.
    ///
    /// The predicate runs without any lock, and may take its time or use the watch. If it panics, the panic leaves the watch
    /// and this receiver as they are. (In tokio it poisoned the channel, #6021.) It sees each value at most once, and not
    /// each value: those that are replaced while it looks it does not see.
    ///
    /// # Cancel safety
    /// A future that is dropped has marked nothing as seen.
    ///
    /// # Errors
    /// [`Closed`](crate::Closed), if the watch is closed and the predicate is false for the last value.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// # async fn example() {
    /// let watch = anywake::Watch::new(10);
    /// let (progress, mut receiver) = watch.split();
    /// progress.send(60).unwrap();
    /// assert_eq!(*receiver.wait_for(|percent| *percent > 50).await.unwrap(), 60);
    /// drop(progress);
    /// assert!(receiver.wait_for(|percent| *percent == 100).await.is_err());
    /// # }
    /// # anywake_core::doctest::block_on(example());
    /// ```
    #[cfg_attr(feature = "diagnose", track_caller)]
    pub fn wait_for<F: FnMut(&H::Value) -> bool>(&mut self, predicate: F) -> WaitForFuture<'_, H, F> {
        WaitForFuture::new(self, predicate)
    }

    /// The value of now, and does not mark it as seen.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// let watch = anywake::Watch::new(1);
    /// let (sender, receiver) = watch.split();
    /// sender.send(2).unwrap();
    /// assert_eq!(*receiver.borrow(), 2);
    /// assert!(receiver.has_changed());
    /// ```
    #[inline]
    pub fn borrow(&self) -> WatchRef<'_, H::Value> {
        Ref::pin(self.watch_ref())
    }

    /// As [`borrow`](Self::borrow), and holds the watch as this receiver does: with an `Arc` it can be sent to another
    /// thread, or outlive the receiver.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// static WATCH: anywake::Watch<&str> = anywake::Watch::new("value");
    /// let (sender, receiver) = WATCH.split();
    /// let value = receiver.borrow_owned();
    /// drop((sender, receiver));
    /// std::thread::spawn(move || assert_eq!(*value, "value")).join().unwrap();
    /// ```
    pub fn borrow_owned(&self) -> Ref<H> {
        Ref::pin(self.watch.clone())
    }

    /// The value of now, and marks it as seen.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// let watch = anywake::Watch::new(1);
    /// let (sender, mut receiver) = watch.split();
    /// sender.send(2).unwrap();
    /// assert_eq!(*receiver.borrow_and_update(), 2);
    /// assert!(!receiver.has_changed());
    /// ```
    #[inline]
    pub fn borrow_and_update(&mut self) -> WatchRef<'_, H::Value> {
        let pinned = Ref::into_pinned(self.borrow());
        self.see(pinned.version);
        // SAFETY: V1, V3, the reader that was counted, and that `into_pinned` hands on.
        unsafe { Ref::new(self.watch_ref(), pinned) }
    }

    /// Whether there is a version that this receiver has not seen. [`changed`](Self::changed) returns at once then.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// let watch = anywake::Watch::new(1);
    /// let receiver = watch.receiver();
    /// assert!(!receiver.has_changed());
    /// watch.send(2).unwrap();
    /// assert!(receiver.has_changed());
    /// ```
    #[inline]
    pub fn has_changed(&self) -> bool {
        self.seen < self.watch.core.visible()
    }

    /// Marks the value of now as not seen.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// # async fn example() {
    /// let watch = anywake::Watch::new(1);
    /// let mut receiver = watch.receiver();
    /// receiver.mark_changed();
    /// // The loop body runs for the first value, too.
    /// assert!(receiver.changed().await.is_ok());
    /// # }
    /// # anywake_core::doctest::block_on(example());
    /// ```
    pub fn mark_changed(&mut self) {
        self.seen = NOTHING;
    }

    /// Marks the value of now as seen.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// let watch = anywake::Watch::new(1);
    /// let mut receiver = watch.receiver();
    /// watch.send(2).unwrap();
    /// receiver.mark_unchanged();
    /// assert!(!receiver.has_changed());
    /// ```
    pub fn mark_unchanged(&mut self) {
        self.seen = self.watch.core.visible();
    }

    /// Whether the watch is closed: no further value is sent. The last value can still be read.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// let watch = anywake::Watch::new(1);
    /// let (sender, receiver) = watch.split();
    /// drop(sender);
    /// assert!(receiver.is_closed());
    /// assert_eq!(*receiver.borrow(), 1);
    /// ```
    pub fn is_closed(&self) -> bool {
        self.watch.is_closed()
    }

    /// Whether both are receivers of one watch.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// let watch = anywake::Watch::new(());
    /// assert!(watch.receiver().same_channel(&watch.receiver()));
    /// ```
    pub fn same_channel(&self, other: &Self) -> bool {
        core::ptr::eq(&raw const *self.watch, &raw const *other.watch)
    }
}

/// A receiver is what its waits hold the watch by.
impl<H: WatchHandle> Primitive for ReceiverOf<H> {
    type Core = WatchCore;

    #[inline]
    fn core(&self) -> &WatchCore {
        &self.watch.core
    }
}

impl<H: WatchHandle> Clone for ReceiverOf<H> {
    fn clone(&self) -> Self {
        let mut clone = Self::new(self.watch.clone());
        clone.seen = self.seen;
        clone
    }
}

impl<H: WatchHandle> Drop for ReceiverOf<H> {
    fn drop(&mut self) {
        self.watch.core.remove_receiver();
    }
}

impl<H: WatchHandle<Value: fmt::Debug>> fmt::Debug for SenderOf<H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sender").field("watch", &*self.watch).finish()
    }
}

impl<H: WatchHandle<Value: fmt::Debug>> fmt::Debug for ReceiverOf<H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Receiver").field("watch", &*self.watch).field("seen", &self.seen).finish()
    }
}

#[cfg(feature = "alloc")]
impl<S: ?Sized, T> ArcPart<S, Watch<T>> {
    /// A receiver that keeps the whole value alive, and has seen the value of now.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// # use std::sync::Arc;
    /// use anywake::{ArcPart, Watch};
    ///
    /// let app = Arc::new((Watch::new("idle"), "name"));
    /// let receiver = ArcPart::new(Arc::clone(&app), |app| &app.0).receiver();
    /// app.0.send("busy").unwrap();
    /// assert!(receiver.has_changed());
    /// ```
    pub fn receiver(self) -> ReceiverOf<Self> {
        ReceiverOf::new(self)
    }
}
