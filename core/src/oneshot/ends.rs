//! The two ends of a oneshot.

#[cfg(feature = "alloc")]
use crate::sys::Arc;
use core::fmt;
use core::future::IntoFuture;
use core::mem::ManuallyDrop;

use super::error::{SendError, TryRecvError};
use super::wait::{ClosedFuture, OwnedClosedFuture, OwnedRecvFuture, RecvFuture};
use super::{AnyOneshot, Oneshot, Slot as _};
use crate::wait::future::Wait;
use crate::wait::handle::{Handle, Primitive as _};

/// The end of a oneshot that sends. It is used up by that.
///
/// `H` is how the slot is held: by `Arc` in a [`Sender`], by reference in a [`BorrowedSender`].
///
/// A sender that is dropped ends the wait of the receiver with an error. One that is forgotten leaves the receiver waiting.
#[must_use = "a sender that is dropped ends the conversation"]
pub struct SenderOf<H: Handle<Target: AnyOneshot>> {
    slot: H,
}

/// The end of a oneshot that receives.
///
/// `H` is how the slot is held: by `Arc` in a [`Receiver`], by reference in a [`BorrowedReceiver`].
///
/// # Two ways to wait
/// `receiver.await` uses the receiver up, and [`recv`](Self::recv) borrows it. A receiver is no future itself: a wait is a
/// node that must not move, and a receiver can be moved, stored and sent until it waits. To poll a wait by hand, or to store
/// it in a struct, pin [`into_future`](IntoFuture::into_future) of it in a `Box`. In a loop over `select!`,
/// [`recv`](Self::recv) begins anew in each round and loses nothing.
///
/// # The end of the receiver
/// A receiver that is dropped makes a later send fail, and wakes the sender if it waits for that. If the value was sent
/// already, the drop of the receiver drops it. A receiver that is forgotten makes no send fail.
///
/// # Examples
/// ```
/// # use anywake_core as anywake;
/// # async fn example() {
/// let mut slot = anywake::Oneshot::new();
/// let (sender, receiver) = slot.split();
/// sender.send(1).unwrap();
/// assert_eq!(receiver.await, Ok(1));
///
/// let (sender, receiver) = slot.split();
/// drop(sender);
/// assert_eq!(receiver.await, Err(anywake::Closed));
/// # }
/// # anywake_core::doctest::block_on(example());
/// ```
#[must_use = "a receiver that is dropped ends the conversation"]
pub struct ReceiverOf<H: Handle<Target: AnyOneshot>> {
    slot: H,
}

/// A sender that shares the slot, on the heap, with its receiver.
#[cfg(feature = "alloc")]
#[cfg_attr(docsrs, doc(cfg(feature = "alloc")))]
pub type Sender<T> = SenderOf<Arc<Oneshot<T>>>;
/// A receiver that shares the slot, on the heap, with its sender.
#[cfg(feature = "alloc")]
#[cfg_attr(docsrs, doc(cfg(feature = "alloc")))]
pub type Receiver<T> = ReceiverOf<Arc<Oneshot<T>>>;
/// A sender over an [`Oneshot`] that was [split](Oneshot::split).
pub type BorrowedSender<'a, T> = SenderOf<&'a Oneshot<T>>;
/// A receiver over an [`Oneshot`] that was [split](Oneshot::split).
pub type BorrowedReceiver<'a, T> = ReceiverOf<&'a Oneshot<T>>;

/// The ends of a slot that is new, and that nobody else uses: one sender and one receiver (U1, U2).
pub(super) fn both<H: Handle<Target: AnyOneshot>>(slot: H) -> (SenderOf<H>, ReceiverOf<H>) {
    (SenderOf { slot: slot.clone() }, ReceiverOf { slot })
}

impl<T, H: Handle<Target = Oneshot<T>>> SenderOf<H> {
    /// Sends the value, and wakes the receiver. Never waits.
    ///
    /// `Ok` means that the value is the receiver's, which may be dropped before it takes the value.
    ///
    /// # Errors
    /// [`SendError`], with the value, if the receiver is gone or has closed the channel.
    ///
    /// # Panics
    /// If the waker of the receiver panics. The value is sent then.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// let mut slot = anywake::Oneshot::new();
    /// let (sender, mut receiver) = slot.split();
    /// assert!(sender.send("value").is_ok());
    /// assert_eq!(receiver.try_recv(), Ok("value"));
    /// ```
    #[inline]
    pub fn send(self, value: T) -> Result<(), SendError<T>> {
        let slot = self.into_slot();
        // mistake a_value_is_published_before_it_is_there: unsafe { slot.put(value) }; if slot.core().publish() {
        //     return Ok(()); } ~>
        //     let is_sent = slot.core().publish(); unsafe { slot.put(value) }; if is_sent { return Ok(()); }
        // SAFETY: U1, this was the one sender, and `send` consumes it.
        unsafe { slot.put(value) };
        if slot.core().publish() {
            return Ok(());
        }
        // SAFETY: U1, `publish` has failed, so the value is still the sender's.
        match unsafe { slot.take_back() } {
            Some(value) => Err(SendError(value)),
            // It was put in above.
            None => Ok(()),
        }
    }

    /// Waits until the receiver is gone, or closes the channel: until nobody is interested any more.
    ///
    /// # Cancel safety
    /// Dropping the future loses nothing.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// # async fn example() {
    /// let mut slot = anywake::Oneshot::<u32>::new();
    /// let (sender, receiver) = slot.split();
    /// drop(receiver);
    /// sender.closed().await;
    /// assert!(sender.is_closed());
    /// # }
    /// # anywake_core::doctest::block_on(example());
    /// ```
    #[inline]
    #[cfg_attr(feature = "diagnose", track_caller)]
    pub fn closed(&self) -> ClosedFuture<'_, T> {
        ClosedFuture::over(Wait::new(&*self.slot, ()))
    }
}

impl<H: Handle<Target: AnyOneshot>> SenderOf<H> {
    /// As [`closed`](Self::closed), with a future that owns the sender, and returns it: it can be stored in a struct and
    /// spawned.
    ///
    /// # Cancel safety
    /// If the future is dropped, the sender is dropped with it. [`cancel`](OwnedClosedFuture::cancel) returns it.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// # async fn example() {
    /// let mut slot = anywake::Oneshot::new();
    /// let (sender, receiver) = slot.split();
    /// let closed = sender.closed_owned();
    /// drop(receiver);
    /// assert!(closed.await.send(1).is_err());
    /// # }
    /// # anywake_core::doctest::block_on(example());
    /// ```
    #[inline]
    #[cfg_attr(feature = "diagnose", track_caller)]
    pub fn closed_owned(self) -> OwnedClosedFuture<H> {
        OwnedClosedFuture::of(self)
    }

    /// The slot, for a wait that owns this sender.
    #[inline]
    pub(super) fn slot(&self) -> &H::Target {
        &self.slot
    }

    /// Whether the receiver is gone, or has closed the channel. Then a send fails.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// let mut slot = anywake::Oneshot::<u32>::new();
    /// let (sender, receiver) = slot.split();
    /// assert!(!sender.is_closed());
    /// drop(receiver);
    /// assert!(sender.is_closed());
    /// ```
    #[inline]
    pub fn is_closed(&self) -> bool {
        self.slot.core().is_closed()
    }

    /// How many waits there are, for the value or for the end of the receiver.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// let mut slot = anywake::Oneshot::<u32>::new();
    /// let (sender, mut receiver) = slot.split();
    /// let mut wait = core::pin::pin!(receiver.recv());
    /// wait.as_mut().enable();
    /// assert_eq!(sender.waiters(), 1);
    /// ```
    pub fn waiters(&self) -> usize {
        self.slot.core().waiters()
    }

    /// The handle, without the end of the conversation that a drop would be.
    #[inline]
    fn into_slot(self) -> H {
        let this = ManuallyDrop::new(self);
        // SAFETY: H1, the handle is moved out of a sender that is never used or dropped again, so there is still one (U1).
        unsafe { core::ptr::read(&raw const this.slot) }
    }
}

impl<T, H: Handle<Target = Oneshot<T>>> ReceiverOf<H> {
    /// Waits for the value. The receiver is there afterwards, for another try if this one is dropped.
    ///
    /// # Cancel safety
    /// Dropping the future loses nothing: a value that was sent stays in its slot, and the next receive returns it.
    ///
    /// # Errors
    /// [`Closed`](crate::Closed), if no value will come: the sender is gone and has sent nothing, or the value was received
    /// before, or the channel was closed.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// # async fn example() {
    /// let mut slot = anywake::Oneshot::new();
    /// let (sender, mut receiver) = slot.split();
    /// drop(receiver.recv());
    /// sender.send(1).unwrap();
    /// assert_eq!(receiver.recv().await, Ok(1));
    /// assert_eq!(receiver.recv().await, Err(anywake::Closed));
    /// # }
    /// # anywake_core::doctest::block_on(example());
    /// ```
    #[inline]
    #[cfg_attr(feature = "diagnose", track_caller)]
    pub fn recv(&mut self) -> RecvFuture<'_, T> {
        RecvFuture::over(Wait::new(&*self.slot, ()))
    }
}

impl<H: Handle<Target: AnyOneshot>> ReceiverOf<H> {
    /// Takes the value if it was sent.
    ///
    /// # Errors
    /// [`TryRecvError`]: there is none now, or there will be none.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// use anywake::oneshot::TryRecvError;
    ///
    /// let mut slot = anywake::Oneshot::new();
    /// let (sender, mut receiver) = slot.split();
    /// assert_eq!(receiver.try_recv(), Err(TryRecvError::Empty));
    /// sender.send(1).unwrap();
    /// assert_eq!(receiver.try_recv(), Ok(1));
    /// assert_eq!(receiver.try_recv(), Err(TryRecvError::Closed));
    /// ```
    #[inline]
    pub fn try_recv(&mut self) -> Result<<H::Target as AnyOneshot>::Value, TryRecvError> {
        if !self.slot.core().is_decided() {
            return Err(TryRecvError::Empty);
        }
        self.take().ok_or(TryRecvError::Closed)
    }

    /// Lets no value in any more: a later send fails. A value that was sent before can still be received.
    ///
    /// # Panics
    /// If a waker of the sender panics. The channel is closed then.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// let mut slot = anywake::Oneshot::new();
    /// let (sender, mut receiver) = slot.split();
    /// receiver.close();
    /// assert!(sender.send("too late").is_err());
    /// assert!(receiver.try_recv().is_err());
    /// ```
    pub fn close(&mut self) {
        if self.slot.core().close() {
            self.slot.core().tell_listeners();
        }
    }

    /// The value, if it was sent and not taken before.
    #[inline]
    pub(super) fn take(&mut self) -> Option<<H::Target as AnyOneshot>::Value> {
        // SAFETY: U2, this is the one receiver, borrowed exclusively.
        unsafe { self.slot.take() }
    }

    /// The same for a wait that owns this receiver and is over. The drop of the receiver would have nothing to do: the
    /// sender is gone, or the channel is closed already.
    #[inline]
    pub(super) fn finish(self) -> Option<<H::Target as AnyOneshot>::Value> {
        let this = ManuallyDrop::new(self);
        // SAFETY: H1, the handle is moved out of a receiver that is never used or dropped again, so there is still one (U2).
        let slot = unsafe { core::ptr::read(&raw const this.slot) };
        // SAFETY: U2, this was the one receiver.
        unsafe { slot.take() }
    }

    /// The slot, for a wait that owns this receiver.
    #[inline]
    pub(super) fn slot(&self) -> &H::Target {
        &self.slot
    }
}

/// Awaits the value. Dropping the future drops the receiver.
impl<H: Handle<Target: AnyOneshot>> IntoFuture for ReceiverOf<H> {
    type Output = Result<<H::Target as AnyOneshot>::Value, crate::Closed>;
    type IntoFuture = OwnedRecvFuture<H>;

    #[inline]
    #[cfg_attr(feature = "diagnose", track_caller)]
    fn into_future(self) -> OwnedRecvFuture<H> {
        OwnedRecvFuture::of(self)
    }
}

impl<H: Handle<Target: AnyOneshot>> Drop for SenderOf<H> {
    #[inline]
    fn drop(&mut self) {
        self.slot.core().hang_up();
    }
}

impl<H: Handle<Target: AnyOneshot>> Drop for ReceiverOf<H> {
    #[inline]
    fn drop(&mut self) {
        let is_listened_to = self.slot.core().close();
        // mistake a_receiver_leaves_the_value_behind: self.take() ~> None
        // From here on no value is sent. Dropped last, or while the panic of a waker unwinds.
        let _value = self.take();
        if is_listened_to {
            self.slot.core().tell_listeners();
        }
    }
}

impl<H: Handle<Target: AnyOneshot>> fmt::Debug for SenderOf<H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sender").field("closed", &self.is_closed()).finish_non_exhaustive()
    }
}

impl<H: Handle<Target: AnyOneshot>> fmt::Debug for ReceiverOf<H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Receiver").field("decided", &self.slot.core().is_decided()).finish_non_exhaustive()
    }
}
