//! Messages from many senders to one receiver.

use core::fmt;
use core::pin::Pin;
use core::task::{Context, Poll, ready};
use std::sync::Arc;

use anywake_core::channel;
use anywake_core::queue::{OwnedPopFuture, Queue, Slot, TryPopError, TryPushError, UnboundedQueue};

use crate::block_on::block_on;

/// What can go wrong.
pub mod error {
    use core::fmt;

    /// The channel is closed; the message comes back.
    #[derive(Clone, Copy, PartialEq, Eq)]
    pub struct SendError<T>(pub T);

    /// Why a message was not sent; it comes back.
    #[derive(Clone, Copy, PartialEq, Eq)]
    pub enum TrySendError<T> {
        /// There is no room.
        Full(T),
        /// The channel is closed.
        Closed(T),
    }

    /// Why no message was received.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum TryRecvError {
        /// There is none.
        Empty,
        /// There will be none.
        Disconnected,
    }

    impl<T> TrySendError<T> {
        /// The message.
        pub fn into_inner(self) -> T {
            match self {
                Self::Full(message) | Self::Closed(message) => message,
            }
        }
    }

    impl<T> From<SendError<T>> for TrySendError<T> {
        fn from(error: SendError<T>) -> Self {
            Self::Closed(error.0)
        }
    }

    impl<T> fmt::Debug for SendError<T> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.debug_struct("SendError").finish_non_exhaustive()
        }
    }

    impl<T> fmt::Debug for TrySendError<T> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(if matches!(self, Self::Full(_)) { "Full(..)" } else { "Closed(..)" })
        }
    }

    super::super::errors! {
        [T] SendError<T> { Self(_) => "the channel is closed" }
        [T] TrySendError<T> { Self::Full(_) => "the channel is full", Self::Closed(_) => "the channel is closed" }
        [] TryRecvError { Self::Empty => "the channel is empty", Self::Disconnected => "the channel is closed and empty" }
    }
}

use error::{SendError, TryRecvError, TrySendError};

/// A channel for up to `buffer` messages.
///
/// # Panics
/// If `buffer` is zero, or there is no memory for as many.
pub fn channel<T>(buffer: usize) -> (Sender<T>, Receiver<T>) {
    assert!(buffer > 0, "the capacity of a channel is not zero");
    let (sender, receiver) = channel::bounded(buffer);
    (Sender(sender), Receiver { wait: None, receiver })
}

/// A channel for any number of messages.
pub fn unbounded_channel<T>() -> (UnboundedSender<T>, UnboundedReceiver<T>) {
    let (sender, receiver) = channel::unbounded();
    (UnboundedSender(sender), UnboundedReceiver { wait: None, receiver })
}

/// The ends of a channel of one kind.
macro_rules! ends {
    ($sender:ident, $receiver:ident, $weak:ident, $queue:ident: $core_sender:ident, $core_receiver:ident, $core_weak:ident) => {
        /// An end that sends. With the last one the channel is closed.
        pub struct $sender<T>(channel::$core_sender<T>);

        /// The end that receives. With it the channel is closed.
        pub struct $receiver<T> {
            /// The wait of `poll_recv`, once there was one. It is dropped before the end, to which it gives its item back.
            wait: Option<Pin<Box<Option<OwnedPopFuture<$queue<T>>>>>>,
            receiver: channel::$core_receiver<T>,
        }

        /// A way back to a sender that does not keep the channel open.
        pub struct $weak<T>(channel::$core_weak<T>);

        impl<T> $receiver<T> {
            /// The end, with all messages: one that was promised to `poll_recv` goes back to its place.
            fn end(&mut self) -> &channel::$core_receiver<T> {
                if let Some(wait) = &mut self.wait {
                    wait.as_mut().set(None);
                }
                &self.receiver
            }

            /// Waits for a message. None if the channel is closed and empty.
            pub async fn recv(&mut self) -> Option<T> {
                self.end().recv().await.ok()
            }

            /// Waits for messages, and adds up to `limit` of them to the buffer. Returns how many.
            pub async fn recv_many(&mut self, buffer: &mut Vec<T>, limit: usize) -> usize {
                self.end().recv_many(buffer, limit).await
            }

            /// A message, if there is one.
            ///
            /// # Errors
            /// If there is none, now or ever.
            pub fn try_recv(&mut self) -> Result<T, TryRecvError> {
                self.end().try_recv().map_err(|error| match error {
                    TryPopError::Empty => TryRecvError::Empty,
                    TryPopError::Closed => TryRecvError::Disconnected,
                })
            }

            /// As [`recv`](Self::recv), for a thread.
            pub fn blocking_recv(&mut self) -> Option<T> {
                block_on(self.recv())
            }

            /// As [`recv_many`](Self::recv_many), for a thread.
            pub fn blocking_recv_many(&mut self, buffer: &mut Vec<T>, limit: usize) -> usize {
                block_on(self.recv_many(buffer, limit))
            }

            /// Lets no further message in. What is there, and what comes into reserved places, can be received.
            pub fn close(&mut self) {
                self.receiver.close();
            }

            /// Whether the channel is closed.
            pub fn is_closed(&self) -> bool {
                self.receiver.is_closed()
            }

            /// Whether there is no message.
            pub fn is_empty(&self) -> bool {
                self.receiver.is_empty()
            }

            /// How many messages there are.
            pub fn len(&self) -> usize {
                self.receiver.len()
            }

            /// As [`recv`](Self::recv), polled by hand.
            pub fn poll_recv(&mut self, cx: &mut Context<'_>) -> Poll<Option<T>> {
                // What does not wait needs no box.
                if self.wait.is_none() {
                    match self.receiver.try_recv() {
                        Ok(message) => return Poll::Ready(Some(message)),
                        Err(TryPopError::Closed) => return Poll::Ready(None),
                        Err(TryPopError::Empty) => {}
                    }
                }
                let mut wait = self.wait.get_or_insert_with(|| Box::pin(None)).as_mut();
                if wait.is_none() {
                    wait.set(Some(Arc::clone(self.receiver.queue()).pop_owned()));
                }
                let message = ready!(wait.as_mut().as_pin_mut().expect("set above").poll(cx));
                wait.set(None);
                Poll::Ready(message.ok())
            }

            /// As [`recv_many`](Self::recv_many), polled by hand.
            pub fn poll_recv_many(
                &mut self,
                cx: &mut Context<'_>,
                buffer: &mut Vec<T>,
                limit: usize,
            ) -> Poll<usize> {
                if limit == 0 {
                    return Poll::Ready(0);
                }
                let Some(first) = ready!(self.poll_recv(cx)) else { return Poll::Ready(0) };
                buffer.push(first);
                let mut received = 1;
                while received < limit {
                    let Ok(message) = self.try_recv() else { break };
                    buffer.push(message);
                    received += 1;
                }
                Poll::Ready(received)
            }

            /// How many senders there are.
            pub fn sender_strong_count(&self) -> usize {
                self.receiver.sender_count()
            }
        }

        impl<T> $sender<T> {
            /// Waits until the receiver is gone or has closed the channel.
            pub async fn closed(&self) {
                self.0.closed().await;
            }

            /// Whether the receiver is gone or has closed the channel.
            pub fn is_closed(&self) -> bool {
                self.0.is_closed()
            }

            /// Whether both are senders of one channel.
            pub fn same_channel(&self, other: &Self) -> bool {
                self.0.same_channel(&other.0)
            }

            /// A way back to a sender that does not keep the channel open.
            pub fn downgrade(&self) -> $weak<T> {
                $weak(self.0.downgrade())
            }

            /// How many senders there are.
            pub fn strong_count(&self) -> usize {
                self.0.sender_count()
            }
        }

        impl<T> $weak<T> {
            /// A sender, if there is one and the channel is open.
            pub fn upgrade(&self) -> Option<$sender<T>> {
                self.0.upgrade().map($sender)
            }
        }

        impl<T> Clone for $sender<T> {
            fn clone(&self) -> Self {
                Self(self.0.clone())
            }
        }

        impl<T> Clone for $weak<T> {
            fn clone(&self) -> Self {
                Self(self.0.clone())
            }
        }

        super::shown! {
            [T] $sender<T> as stringify!($sender);
            [T] $receiver<T> as stringify!($receiver);
            [T] $weak<T> as stringify!($weak);
        }
    };
}

ends! { Sender, Receiver, WeakSender, Queue: Sender, Receiver, WeakSender }
ends! {
    UnboundedSender, UnboundedReceiver, WeakUnboundedSender, UnboundedQueue:
    UnboundedSender, UnboundedReceiver, UnboundedWeakSender
}

impl<T> UnboundedSender<T> {
    /// Sends.
    ///
    /// # Errors
    /// The message, if the channel is closed.
    pub fn send(&self, message: T) -> Result<(), SendError<T>> {
        self.0.send_now(message).map_err(|error| SendError(error.into_inner()))
    }
}

impl<T> Receiver<T> {
    /// For how many more messages there is room.
    pub fn capacity(&self) -> usize {
        self.receiver.capacity().saturating_sub(self.receiver.len())
    }

    /// For how many messages there is room at most.
    pub fn max_capacity(&self) -> usize {
        self.receiver.capacity()
    }
}

/// Why there is no place: none for this `value`, which comes back.
fn no_room<T>(error: TryPushError<()>, value: T) -> TrySendError<T> {
    match error {
        TryPushError::Full(()) => TrySendError::Full(value),
        TryPushError::Closed(()) => TrySendError::Closed(value),
    }
}

impl<T> Sender<T> {
    /// Waits for room and sends. A message whose future is dropped is not sent.
    ///
    /// # Errors
    /// The message, if the channel is or gets closed.
    pub async fn send(&self, value: T) -> Result<(), SendError<T>> {
        match self.0.reserve().await {
            Ok(slot) => slot.send(value).map_err(|error| SendError(error.into_inner())),
            Err(_) => Err(SendError(value)),
        }
    }

    /// Sends if there is room.
    ///
    /// # Errors
    /// The message, if there is no room or the channel is closed.
    pub fn try_send(&self, message: T) -> Result<(), TrySendError<T>> {
        self.0.try_send(message).map_err(|error| match error {
            TryPushError::Full(message) => TrySendError::Full(message),
            TryPushError::Closed(message) => TrySendError::Closed(message),
        })
    }

    /// As [`send`](Self::send), for a thread.
    ///
    /// # Errors
    /// As [`send`](Self::send).
    pub fn blocking_send(&self, value: T) -> Result<(), SendError<T>> {
        block_on(self.send(value))
    }

    /// Waits for room for one message.
    ///
    /// # Errors
    /// If the channel is or gets closed.
    pub async fn reserve(&self) -> Result<Permit<'_, T>, SendError<()>> {
        self.0.reserve().await.map(Permit).map_err(|_| SendError(()))
    }

    /// Room for one message, if there is some.
    ///
    /// # Errors
    /// If there is none, or the channel is closed.
    pub fn try_reserve(&self) -> Result<Permit<'_, T>, TrySendError<()>> {
        self.0.try_reserve().map(Permit).map_err(|error| no_room(error, ()))
    }

    /// As [`reserve`](Self::reserve), with a permit that owns the sender.
    ///
    /// # Errors
    /// As [`reserve`](Self::reserve).
    pub async fn reserve_owned(self) -> Result<OwnedPermit<T>, SendError<()>> {
        let slot = Arc::clone(self.0.queue()).reserve_owned().await;
        slot.map(|slot| OwnedPermit { slot, sender: self }).map_err(|_| SendError(()))
    }

    /// As [`try_reserve`](Self::try_reserve), with a permit that owns the sender.
    ///
    /// # Errors
    /// The sender, as [`try_reserve`](Self::try_reserve).
    pub fn try_reserve_owned(self) -> Result<OwnedPermit<T>, TrySendError<Self>> {
        match Arc::clone(self.0.queue()).try_reserve_owned() {
            Ok(slot) => Ok(OwnedPermit { slot, sender: self }),
            Err(error) => Err(no_room(error, self)),
        }
    }

    /// For how many more messages there is room.
    pub fn capacity(&self) -> usize {
        self.0.capacity().saturating_sub(self.0.len())
    }

    /// For how many messages there is room at most.
    pub fn max_capacity(&self) -> usize {
        self.0.capacity()
    }
}

/// Room for one message.
#[must_use = "room that is dropped at once is returned at once"]
pub struct Permit<'a, T>(Slot<&'a Queue<T>>);

/// Room for one message, with its sender.
#[must_use = "room that is dropped at once is returned at once"]
pub struct OwnedPermit<T> {
    /// Dropped before the sender, which may be the last one.
    slot: Slot<Arc<Queue<T>>>,
    sender: Sender<T>,
}

impl<T> Permit<'_, T> {
    /// Sends. A message that nobody will receive is dropped.
    pub fn send(self, value: T) {
        let _ = self.0.send(value);
    }
}

impl<T> OwnedPermit<T> {
    /// Sends, and returns the sender. A message that nobody will receive is dropped.
    pub fn send(self, value: T) -> Sender<T> {
        let _ = self.slot.send(value);
        self.sender
    }

    /// Returns the room, and the sender.
    pub fn release(self) -> Sender<T> {
        self.sender
    }

    /// Whether both are of one channel.
    pub fn same_channel(&self, other: &Self) -> bool {
        self.sender.same_channel(&other.sender)
    }

    /// Whether the sender is of the same channel.
    pub fn same_channel_as_sender(&self, sender: &Sender<T>) -> bool {
        self.sender.same_channel(sender)
    }
}

impl<T> fmt::Debug for Permit<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Permit").finish_non_exhaustive()
    }
}

super::shown! { [T] OwnedPermit<T> as "OwnedPermit"; }
