//! The ends of a broadcast: a [`ReceiverOf`] for each task that listens, and counted [`SenderOf`]s.

use core::fmt;
use core::ops::Deref;

use super::error::{PublishError, RecvError, TryPublishError, TryRecvError};
use super::raw::Found;
use super::ring::Storage;
use super::wait::{ClosedFuture, PublishFuture, RecvFuture};
use super::{AnyBroadcast, BroadcastRing};
use crate::wait::future::Wait;
use crate::wait::handle::{Handle, Holds, Primitive};

/// A receiver of each value that is published after it was made.
///
/// It holds its position, and the broadcast holds the values until all receivers have read them. So a receiver needs no
/// memory in the broadcast. A receiver that nobody polls makes [`publish`](BroadcastRing::publish) wait once the broadcast
/// is full: drop what does not listen any more.
///
/// `H` is how the broadcast is held: by `Arc` in a [`Receiver`](super::Receiver), by reference in a
/// [`StaticReceiver`](super::StaticReceiver).
///
/// # Clones
/// A clone keeps the position: it reads what this one has still to read. [`resubscribe`](Self::resubscribe) makes a receiver
/// that begins with what is published next. Cloning and dropping take time in proportion to the values that the receiver has
/// still to read. The internal lock is released after each batch of 16 (8 with the feature `critical-section`).
///
/// # Forgotten receivers
/// A receiver that is leaked has still to read all that is published: publishers wait for it for ever.
pub struct ReceiverOf<H: Handle<Target: AnyBroadcast>> {
    broadcast: H,
    /// The value that it reads next.
    position: u64,
}

/// An end that publishes. When the last one is dropped, the broadcast is closed.
///
/// `H` is how the broadcast is held: by `Arc` in a [`Sender`](super::Sender), by reference in a
/// [`StaticSender`](super::StaticSender).
///
/// # Forgotten ends
/// A sender that is leaked keeps the broadcast open.
pub struct SenderOf<H: Handle<Target: AnyBroadcast>> {
    broadcast: H,
}

/// A receiver, as long as one of its waits has it.
pub(crate) struct Exclusive<'a, H: Handle<Target: AnyBroadcast>>(&'a mut ReceiverOf<H>);

impl<H: Handle<Target: AnyBroadcast>> Deref for Exclusive<'_, H> {
    type Target = H::Target;

    #[inline]
    fn deref(&self) -> &H::Target {
        &self.0.broadcast
    }
}

// SAFETY: H1, the handle in the receiver is never exchanged for another one.
unsafe impl<H: Handle<Target: AnyBroadcast>> Holds for Exclusive<'_, H> {}

impl<H: Handle<Target: AnyBroadcast<Value: Clone>>> Exclusive<'_, H> {
    #[inline]
    pub(super) fn finish(
        self,
        found: Found<<H::Target as AnyBroadcast>::Value>,
    ) -> Result<<H::Target as AnyBroadcast>::Value, RecvError> {
        self.0.finish(found)
    }
}

/// Two ends for a broadcast that is there already.
///
/// A broadcast may have ends and be used as one object too: then it is closed when the last sender is dropped, as if somebody
/// had closed it by hand.
///
/// # Examples
/// ```
/// # use anywake_core as anywake;
/// let news = anywake::Broadcast::<u8, 2>::new();
/// let (sender, mut receiver) = anywake::broadcast::over(&news);
/// sender.try_publish(1).unwrap();
/// drop(sender);
/// assert_eq!(receiver.try_recv(), Ok(1));
/// assert!(news.is_closed());
/// ```
pub fn over<H: Handle<Target: AnyBroadcast>>(broadcast: H) -> (SenderOf<H>, ReceiverOf<H>) {
    let receiver = ReceiverOf::new(broadcast.clone());
    broadcast.core().add_sender();
    (SenderOf { broadcast }, receiver)
}

impl<H: Handle<Target: AnyBroadcast>> SenderOf<H> {
    pub(super) fn new(broadcast: H) -> Self {
        broadcast.core().add_sender();
        Self { broadcast }
    }
}

impl<H: Handle<Target: AnyBroadcast>> ReceiverOf<H> {
    pub(super) fn new(broadcast: H) -> Self {
        let position = broadcast.core().add_receiver();
        Self { broadcast, position }
    }

    /// A receiver of what is published from now on.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// let news = anywake::Broadcast::<u8, 2>::new();
    /// let receiver = news.receiver();
    /// news.try_publish(1).unwrap();
    /// assert_eq!((receiver.len(), receiver.resubscribe().len()), (1, 0));
    /// ```
    #[must_use]
    pub fn resubscribe(&self) -> Self {
        Self::new(self.broadcast.clone())
    }

    /// How many values are there for this receiver. Values that it has missed do not count.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// let news = anywake::Broadcast::<u8, 2>::new();
    /// let receiver = news.receiver();
    /// for value in 1..=3 {
    ///     news.publish_now(value).unwrap();
    /// }
    /// assert_eq!(receiver.len(), 2);
    /// ```
    pub fn len(&self) -> usize {
        self.broadcast.core().len_for(self.position)
    }

    /// Whether no value is there for this receiver.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// let news = anywake::Broadcast::<u8, 2>::new();
    /// assert!(news.receiver().is_empty());
    /// ```
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl<H: Handle<Target: AnyBroadcast<Value: Clone>>> ReceiverOf<H> {
    /// Receives the next value, and waits while there is none.
    ///
    /// The value is cloned without the internal lock. The last receiver to read it gets the original, which is moved.
    ///
    /// # Cancel safety
    /// Dropping the future loses nothing: the receiver receives the value with its next `recv`.
    ///
    /// # Errors
    /// [`RecvError::Lagged`] with the number of values that were displaced before this receiver had read them, once; it goes
    /// on at the oldest that is still there. [`RecvError::Closed`] if the broadcast is closed and all values are read.
    ///
    /// # Panics
    /// If the clone of the value panics. The value then counts as read, and the receiver goes on with the next one.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// # async fn example() {
    /// use anywake::broadcast::RecvError;
    ///
    /// let news = anywake::Broadcast::<_, 1>::new();
    /// let mut receiver = news.receiver();
    /// news.publish_now("one").unwrap();
    /// news.publish_now("two").unwrap();
    /// news.close();
    /// assert_eq!(receiver.recv().await, Err(RecvError::Lagged(1)));
    /// assert_eq!(receiver.recv().await, Ok("two"));
    /// assert_eq!(receiver.recv().await, Err(RecvError::Closed));
    /// # }
    /// # anywake_core::doctest::block_on(example());
    /// ```
    #[inline]
    #[cfg_attr(feature = "diagnose", track_caller)]
    pub fn recv(&mut self) -> RecvFuture<'_, H> {
        let position = self.position;
        RecvFuture::over(Wait::new(Exclusive(self), position))
    }

    /// Receives the next value if there is one. May be called from an interrupt handler with the feature
    /// `critical-section`.
    ///
    /// # Errors
    /// [`TryRecvError`]: there is none now, some were missed, or none will come.
    ///
    /// # Panics
    /// As for [`recv`](Self::recv).
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// use anywake::broadcast::TryRecvError;
    ///
    /// let news = anywake::Broadcast::<_, 1>::new();
    /// let mut receiver = news.receiver();
    /// assert_eq!(receiver.try_recv(), Err(TryRecvError::Empty));
    /// news.try_publish("news").unwrap();
    /// assert_eq!(receiver.try_recv(), Ok("news"));
    /// ```
    #[inline]
    pub fn try_recv(&mut self) -> Result<<H::Target as AnyBroadcast>::Value, TryRecvError> {
        let found = self.broadcast.core().receive(self.position).ok_or(TryRecvError::Empty)?;
        Ok(self.finish(found)?)
    }

    /// Moves on, and returns what was found.
    #[inline]
    fn finish(
        &mut self,
        found: Found<<H::Target as AnyBroadcast>::Value>,
    ) -> Result<<H::Target as AnyBroadcast>::Value, RecvError> {
        match found {
            Found::Last(value) => {
                self.position += 1;
                Ok(value)
            }
            Found::Shared(index) => {
                // Before the clone, which may panic.
                self.position += 1;
                // SAFETY: P2, this receiver is counted as cloning the value, and by nobody but `finish_shared`
                // counted off.
                Ok(unsafe { self.broadcast.core().finish_shared(index) })
            }
            Found::Missed(missed) => {
                // mistake a_lag_is_told_twice: self.position += missed; ~>
                self.position += missed;
                Err(RecvError::Lagged(missed))
            }
            Found::Closed => Err(RecvError::Closed),
        }
    }
}

impl<T, S: Storage, H: Handle<Target = BroadcastRing<T, S>>> SenderOf<H> {
    /// Publishes a value to all receivers, and waits for the slowest of them while there is no room:
    /// [`BroadcastRing::publish`].
    ///
    /// # Cancel safety
    /// As for [`publish`](BroadcastRing::publish): the value of a future that is dropped may have been published.
    ///
    /// # Errors
    /// [`PublishError`], with the value, if the broadcast is or gets closed.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// # async fn example() {
    /// let news = anywake::Broadcast::<_, 1>::new();
    /// let (sender, mut receiver) = anywake::broadcast::over(&news);
    /// sender.publish("news").await.unwrap();
    /// assert_eq!(receiver.recv().await, Ok("news"));
    /// # }
    /// # anywake_core::doctest::block_on(example());
    /// ```
    #[inline]
    #[cfg_attr(feature = "diagnose", track_caller)]
    pub fn publish(&self, value: T) -> PublishFuture<'_, H::Target> {
        self.broadcast.publish(value)
    }

    /// Publishes a value if there is room: [`BroadcastRing::try_publish`].
    ///
    /// # Errors
    /// [`TryPublishError`], with the value, if there is no room, or the broadcast is closed.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// let news = anywake::Broadcast::<_, 1>::new();
    /// let (sender, _receiver) = anywake::broadcast::over(&news);
    /// assert!(sender.try_publish("one").is_ok());
    /// assert_eq!(sender.try_publish("two").unwrap_err().into_inner(), "two");
    /// ```
    #[inline]
    pub fn try_publish(&self, value: T) -> Result<(), TryPublishError<T>> {
        self.broadcast.try_publish(value)
    }

    /// Publishes a value now, and displaces the oldest if there is no room: [`BroadcastRing::publish_now`].
    ///
    /// # Errors
    /// [`PublishError`], with the value, if the broadcast is closed.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// let news = anywake::Broadcast::<_, 1>::new();
    /// let (sender, _receiver) = anywake::broadcast::over(&news);
    /// assert_eq!(sender.publish_now("one"), Ok(None));
    /// assert_eq!(sender.publish_now("two"), Ok(Some("one")));
    /// ```
    pub fn publish_now(&self, value: T) -> Result<Option<T>, PublishError<T>> {
        self.broadcast.publish_now(value)
    }

    /// A receiver of what is published from now on. A broadcast whose receivers are all gone may get new ones.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// let news = anywake::Broadcast::<_, 1>::new();
    /// let (sender, receiver) = anywake::broadcast::over(&news);
    /// drop(receiver);
    /// let mut later = sender.subscribe();
    /// sender.try_publish("news").unwrap();
    /// assert_eq!(later.try_recv(), Ok("news"));
    /// ```
    #[must_use]
    pub fn subscribe(&self) -> ReceiverOf<H> {
        ReceiverOf::new(self.broadcast.clone())
    }

    /// Waits until the broadcast is closed: [`BroadcastRing::closed`].
    ///
    /// # Cancel safety
    /// Dropping the future loses nothing.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// # async fn example() {
    /// let news = anywake::Broadcast::<u8, 1>::new();
    /// let (sender, receiver) = anywake::broadcast::over(&news);
    /// receiver.close();
    /// sender.closed().await;
    /// assert!(sender.is_closed());
    /// # }
    /// # anywake_core::doctest::block_on(example());
    /// ```
    #[cfg_attr(feature = "diagnose", track_caller)]
    pub fn closed(&self) -> ClosedFuture<'_, H::Target> {
        self.broadcast.closed()
    }
}

/// What both ends can say about their broadcast.
macro_rules! ends {
    ($($end:ident, $name:literal: $make:literal;)+) => {$(
        impl<T, S: Storage, H: Handle<Target = BroadcastRing<T, S>>> $end<H> {
            /// The broadcast, as this end holds it.
            ///
            /// # Examples
            /// ```
            /// # use anywake_core as anywake;
            /// let news = anywake::Broadcast::<u8, 2>::new();
            #[doc = $make]
            /// assert_eq!(end.broadcast().waiters(), 0);
            /// ```
            pub fn broadcast(&self) -> &H {
                &self.broadcast
            }

            /// Whether both are ends of one broadcast.
            ///
            /// # Examples
            /// ```
            /// # use anywake_core as anywake;
            /// let news = anywake::Broadcast::<u8, 2>::new();
            #[doc = $make]
            /// assert!(end.same_broadcast(&end.clone()));
            /// ```
            pub fn same_broadcast(&self, other: &Self) -> bool {
                core::ptr::eq(&raw const *self.broadcast, &raw const *other.broadcast)
            }

            /// Lets no further value in. What was published can still be received. Returns whether this call closed it.
            ///
            /// # Examples
            /// ```
            /// # use anywake_core as anywake;
            /// let news = anywake::Broadcast::<u8, 2>::new();
            #[doc = $make]
            /// assert!(end.close() && !end.close());
            /// assert!(news.try_publish(1).is_err());
            /// ```
            pub fn close(&self) -> bool {
                self.broadcast.close()
            }

            /// Whether the broadcast is closed, by hand or because no sender is left.
            ///
            /// # Examples
            /// ```
            /// # use anywake_core as anywake;
            /// let news = anywake::Broadcast::<u8, 2>::new();
            #[doc = $make]
            /// assert!(!end.is_closed());
            /// ```
            pub fn is_closed(&self) -> bool {
                self.broadcast.is_closed()
            }

            /// The most values that the broadcast holds for receivers that have still to read them.
            ///
            /// # Examples
            /// ```
            /// # use anywake_core as anywake;
            /// let news = anywake::Broadcast::<u8, 2>::new();
            #[doc = $make]
            /// assert_eq!(end.capacity(), 2);
            /// ```
            pub fn capacity(&self) -> usize {
                self.broadcast.capacity()
            }

            /// How many receivers there are.
            ///
            /// # Examples
            /// ```
            /// # use anywake_core as anywake;
            /// let news = anywake::Broadcast::<u8, 2>::new();
            #[doc = $make]
            /// let _another = news.receiver();
            /// assert_eq!(end.receiver_count(), 2);
            /// ```
            pub fn receiver_count(&self) -> usize {
                self.broadcast.receiver_count()
            }
        }

        impl<T, S: Storage, H: Handle<Target = BroadcastRing<T, S>>> fmt::Debug for $end<H> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct($name).field("broadcast", &*self.broadcast).finish_non_exhaustive()
            }
        }
    )+};
}

ends! {
    SenderOf, "Sender": "let (end, _receiver) = anywake::broadcast::over(&news);";
    ReceiverOf, "Receiver": "let end = news.receiver();";
}

impl<H: Handle<Target: AnyBroadcast>> Clone for SenderOf<H> {
    fn clone(&self) -> Self {
        Self::new(self.broadcast.clone())
    }
}

/// A receiver at the same position.
impl<H: Handle<Target: AnyBroadcast>> Clone for ReceiverOf<H> {
    fn clone(&self) -> Self {
        let broadcast = self.broadcast.clone();
        broadcast.core().add_receiver_at(self.position);
        Self { broadcast, position: self.position }
    }
}

impl<H: Handle<Target: AnyBroadcast>> Drop for SenderOf<H> {
    fn drop(&mut self) {
        self.broadcast.core().remove_sender();
    }
}

impl<H: Handle<Target: AnyBroadcast>> Drop for ReceiverOf<H> {
    fn drop(&mut self) {
        self.broadcast.core().remove_receiver(self.position);
    }
}
