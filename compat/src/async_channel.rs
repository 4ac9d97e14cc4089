//! The API of [async-channel](https://docs.rs/async-channel/2.5) 2.5.
//!
//! | here | async-channel 2.5 |
//! |---|---|
//! | Sends and receives are first come, first served: nobody overtakes one that waits. | Anybody overtakes: who is woken tries again. |
//! | An item or a place that was promised to a wait stays with it until it is polled or dropped. A [`Receiver`] that was polled as a stream gives its item back when it is used by `recv` or `try_recv`; one that is kept and not polled holds it back from the other receivers. | A wait is promised nothing. A wait that was notified and is not polled keeps the notification. |
//! | A [`Send`] that has room and is not polled keeps a closed channel open for those who receive: they wait for its item until it is polled or dropped. It is not sent then: it fails. | Those who receive hear of the end at once. |
//! | [`Sender::force_send`] returns the message itself if all places belong to sends that have room and were not polled. | It displaces the oldest message. |
//! | The last [`Receiver`] drops the messages that nobody will receive. | They are dropped with the last sender. |
//! | A receiver that is polled as a stream allocates once, for its lifetime. Other waits do not allocate. | Each wait allocates. |
//! | [`Receiver`] is `Unpin`. | It is not. |
//! | The feature `portable-atomic` and `no_std` are not supported. | They are. |

use core::fmt;
use core::pin::Pin;
use core::task::{Context, Poll, ready};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use anywake_core::channel;
use anywake_core::queue::{
    ClosedFuture, OwnedPopFuture, PopFuture, Queue, ReserveFuture, TryPopError, TryPushError, UnboundedQueue,
};
use futures_core::{FusedStream, Stream};

use crate::block_on::block_on;

/// One of two, for a channel with a bound and for one without. As a future, either of two.
#[derive(Clone)]
enum Kind<B, U> {
    Bounded(B),
    Unbounded(U),
}

/// The same expression for both kinds.
macro_rules! each {
    ($kind:expr, $of:pat => $then:expr) => {
        match $kind {
            Kind::Bounded($of) => $then,
            Kind::Unbounded($of) => $then,
        }
    };
}

/// The same for both kinds, and the result is of the kind.
macro_rules! map {
    ($kind:expr, $of:pat => $then:expr) => {
        match $kind {
            Kind::Bounded($of) => Kind::Bounded($then),
            Kind::Unbounded($of) => Kind::Unbounded($then),
        }
    };
}

/// A channel for up to `cap` messages.
///
/// # Panics
/// If `cap` is zero.
pub fn bounded<T>(cap: usize) -> (Sender<T>, Receiver<T>) {
    assert!(cap > 0, "the capacity of a channel is not zero");
    let (sender, receiver) = channel::bounded(cap);
    (Sender(Kind::Bounded(sender)), Receiver::of(Kind::Bounded(receiver)))
}

/// A channel for any number of messages.
pub fn unbounded<T>() -> (Sender<T>, Receiver<T>) {
    let (sender, receiver) = channel::unbounded();
    (Sender(Kind::Unbounded(sender)), Receiver::of(Kind::Unbounded(receiver)))
}

/// An end that sends. With the last one the channel is closed.
pub struct Sender<T>(Kind<channel::Sender<T>, channel::UnboundedSender<T>>);

/// An end that receives, also as a stream. With the last one the channel is closed.
pub struct Receiver<T> {
    /// The wait of the stream, once there was one. It is dropped before the end, to which it gives its item back.
    stream: OnceLock<Mutex<StreamWait<T>>>,
    end: ReceiverKind<T>,
}

type ReceiverKind<T> = Kind<channel::Receiver<T>, channel::UnboundedReceiver<T>>;
type StreamWait<T> = Pin<Box<Option<Either<OwnedPopFuture<Queue<T>>, OwnedPopFuture<UnboundedQueue<T>>>>>>;

/// What both ends can say about their channel.
macro_rules! ends {
    ($($end:ident, $it:ident => $kind:expr;)+) => {$(
        impl<T> $end<T> {
            /// Closes the channel. Returns whether it was open. What was sent can still be received.
            pub fn close(&self) -> bool {
                let $it = self;
                each!($kind, end => end.queue().close())
            }

            /// Whether the channel is closed.
            pub fn is_closed(&self) -> bool {
                let $it = self;
                each!($kind, end => end.is_closed())
            }

            /// Whether there is no message.
            pub fn is_empty(&self) -> bool {
                let $it = self;
                each!($kind, end => end.is_empty())
            }

            /// Whether there is no room.
            pub fn is_full(&self) -> bool {
                let $it = self;
                match $kind {
                    Kind::Bounded(end) => end.queue().is_full(),
                    Kind::Unbounded(_) => false,
                }
            }

            /// How many messages there are.
            pub fn len(&self) -> usize {
                let $it = self;
                each!($kind, end => end.len())
            }

            /// For how many messages there is room, with a bound.
            pub fn capacity(&self) -> Option<usize> {
                let $it = self;
                match $kind {
                    Kind::Bounded(end) => Some(end.capacity()),
                    Kind::Unbounded(_) => None,
                }
            }

            /// How many receivers there are.
            pub fn receiver_count(&self) -> usize {
                let $it = self;
                each!($kind, end => end.receiver_count())
            }

            /// How many senders there are.
            pub fn sender_count(&self) -> usize {
                let $it = self;
                each!($kind, end => end.sender_count())
            }

            /// Whether both are ends of one channel.
            pub fn same_channel(&self, other: &$end<T>) -> bool {
                let $it = self;
                let this = $kind;
                let $it = other;
                match (this, $kind) {
                    (Kind::Bounded(this), Kind::Bounded(other)) => this.same_channel(other),
                    (Kind::Unbounded(this), Kind::Unbounded(other)) => this.same_channel(other),
                    _ => false,
                }
            }
        }
    )+};
}

ends! {
    Sender, end => &end.0;
    Receiver, end => &end.end;
}

/// Shows the name only.
macro_rules! shown {
    ($($name:ident[$($life:lifetime)?];)+) => {$(
        impl<T> fmt::Debug for $name<$($life,)? T> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), " { .. }"))
            }
        }
    )+};
}

shown! { Sender[]; Receiver[]; WeakSender[]; WeakReceiver[]; Send['_]; Recv['_]; Closed['_]; }

impl<T> Sender<T> {
    /// Sends if there is room.
    ///
    /// # Errors
    /// The message, if there is no room or the channel is closed.
    pub fn try_send(&self, msg: T) -> Result<(), TrySendError<T>> {
        each!(&self.0, sender => sender.try_send(msg)).map_err(|error| match error {
            TryPushError::Full(msg) => TrySendError::Full(msg),
            TryPushError::Closed(msg) => TrySendError::Closed(msg),
        })
    }

    /// Waits for room and sends. A message whose future is dropped is not sent.
    pub fn send(&self, msg: T) -> Send<'_, T> {
        Send { sender: self, msg: Some(msg), room: None }
    }

    /// As [`send`](Self::send), for a thread.
    ///
    /// # Errors
    /// The message, if the channel is closed.
    pub fn send_blocking(&self, msg: T) -> Result<(), SendError<T>> {
        block_on(self.send(msg))
    }

    /// Waits until the channel is closed.
    pub fn closed(&self) -> Closed<'_, T> {
        Closed { wait: each!(&self.0, sender => sender.closed().into()) }
    }

    /// Sends, and displaces the oldest message if there is no room. Returns the displaced one.
    ///
    /// # Errors
    /// The message, if the channel is closed.
    pub fn force_send(&self, msg: T) -> Result<Option<T>, SendError<T>> {
        match &self.0 {
            Kind::Bounded(sender) => match sender.queue().force_push(msg) {
                Ok(displaced) => Ok(displaced),
                Err(TryPushError::Full(msg)) => Ok(Some(msg)),
                Err(TryPushError::Closed(msg)) => Err(SendError(msg)),
            },
            Kind::Unbounded(sender) => {
                sender.send_now(msg).map(|()| None).map_err(|error| SendError(error.into_inner()))
            }
        }
    }

    /// A way back to a sender that does not keep the channel open.
    pub fn downgrade(&self) -> WeakSender<T> {
        WeakSender(map!(&self.0, sender => sender.downgrade()))
    }
}

impl<T> Receiver<T> {
    fn of(end: ReceiverKind<T>) -> Self {
        Self { stream: OnceLock::new(), end }
    }

    /// The end, with all items: one that was promised to the stream goes back to its place.
    fn end(&self) -> &ReceiverKind<T> {
        if let Some(stream) = self.stream.get() {
            locked(stream).as_mut().set(None);
        }
        &self.end
    }

    /// A message, if there is one.
    ///
    /// # Errors
    /// If there is none, now or ever.
    pub fn try_recv(&self) -> Result<T, TryRecvError> {
        each!(self.end(), receiver => receiver.try_recv()).map_err(|error| match error {
            TryPopError::Empty => TryRecvError::Empty,
            TryPopError::Closed => TryRecvError::Closed,
        })
    }

    /// Waits for a message.
    pub fn recv(&self) -> Recv<'_, T> {
        Recv { wait: each!(self.end(), receiver => receiver.recv().into()) }
    }

    /// As [`recv`](Self::recv), for a thread.
    ///
    /// # Errors
    /// If the channel is closed and empty.
    pub fn recv_blocking(&self) -> Result<T, RecvError> {
        block_on(self.recv())
    }

    /// A way back to a receiver that does not keep the channel open.
    pub fn downgrade(&self) -> WeakReceiver<T> {
        WeakReceiver(map!(&self.end, receiver => receiver.downgrade()))
    }
}

/// Nothing panics while it holds the lock, except for a destructor of the user's.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// By hand, since a derived one asks for messages that are `Clone`.
macro_rules! cloned {
    ($($end:ident)+) => {$(
        impl<T> Clone for $end<T> {
            fn clone(&self) -> Self {
                Self(self.0.clone())
            }
        }
    )+};
}

cloned! { Sender WeakSender WeakReceiver }

impl<T> Clone for Receiver<T> {
    fn clone(&self) -> Self {
        Self::of(self.end.clone())
    }
}

impl<T> Stream for Receiver<T> {
    type Item = T;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<T>> {
        let this = self.get_mut();
        // What does not wait needs no box.
        if this.stream.get().is_none() {
            match this.try_recv() {
                Ok(msg) => return Poll::Ready(Some(msg)),
                Err(TryRecvError::Closed) => return Poll::Ready(None),
                Err(TryRecvError::Empty) => {}
            }
        }
        this.stream.get_or_init(|| Mutex::new(Box::pin(None)));
        let stream = this.stream.get_mut().expect("set above");
        let mut wait = stream.get_mut().unwrap_or_else(PoisonError::into_inner).as_mut();
        if wait.is_none() {
            wait.set(Some(each!(&this.end, receiver => Arc::clone(receiver.queue()).pop_owned().into())));
        }
        let item = ready!(wait.as_mut().as_pin_mut().expect("set above").poll(context));
        wait.set(None);
        Poll::Ready(item.ok())
    }
}

impl<T> FusedStream for Receiver<T> {
    fn is_terminated(&self) -> bool {
        self.is_closed() && self.is_empty()
    }
}

/// A way back to a [`Sender`] that does not keep the channel open.
pub struct WeakSender<T>(Kind<channel::WeakSender<T>, channel::UnboundedWeakSender<T>>);

/// A way back to a [`Receiver`] that does not keep the channel open.
pub struct WeakReceiver<T>(Kind<channel::WeakReceiver<T>, channel::UnboundedWeakReceiver<T>>);

impl<T> WeakSender<T> {
    /// A sender, if there is one and the channel is open.
    pub fn upgrade(&self) -> Option<Sender<T>> {
        Some(Sender(map!(&self.0, weak => weak.upgrade()?)))
    }
}

impl<T> WeakReceiver<T> {
    /// A receiver, if there is one and the channel is open.
    pub fn upgrade(&self) -> Option<Receiver<T>> {
        Some(Receiver::of(map!(&self.0, weak => weak.upgrade()?)))
    }
}

pin_project_lite::pin_project! {
    /// Either of two futures with one output.
    #[project = EitherPinned]
    enum Either<B, U> {
        Bounded { #[pin] wait: B },
        Unbounded { #[pin] wait: U },
    }
}

impl<B: Future, U: Future<Output = B::Output>> Future for Either<B, U> {
    type Output = B::Output;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<B::Output> {
        match self.project() {
            EitherPinned::Bounded { wait } => wait.poll(context),
            EitherPinned::Unbounded { wait } => wait.poll(context),
        }
    }
}

/// Makes a future of one kind one of either.
macro_rules! either {
    ($($wait:ident[$($life:lifetime)?];)+) => {$(
        impl<$($life,)? T> From<$wait<$($life,)? Queue<T>>>
            for Either<$wait<$($life,)? Queue<T>>, $wait<$($life,)? UnboundedQueue<T>>>
        {
            fn from(wait: $wait<$($life,)? Queue<T>>) -> Self {
                Self::Bounded { wait }
            }
        }

        impl<$($life,)? T> From<$wait<$($life,)? UnboundedQueue<T>>>
            for Either<$wait<$($life,)? Queue<T>>, $wait<$($life,)? UnboundedQueue<T>>>
        {
            fn from(wait: $wait<$($life,)? UnboundedQueue<T>>) -> Self {
                Self::Unbounded { wait }
            }
        }
    )+};
}

either! { PopFuture['a]; OwnedPopFuture[]; ClosedFuture['a]; }

pin_project_lite::pin_project! {
    /// The future of [`Sender::send`].
    #[must_use = "futures do nothing unless they are awaited"]
    pub struct Send<'a, T> {
        sender: &'a Sender<T>,
        msg: Option<T>,
        // What waits for room, and not the message: a message that is not sent yet stays here.
        #[pin]
        room: Option<ReserveFuture<'a, Queue<T>>>,
    }
}

impl<T> Future for Send<'_, T> {
    type Output = Result<(), SendError<T>>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        if this.room.is_none() {
            let msg = this.msg.take().expect("not polled after it has returned");
            match (this.sender.try_send(msg), &this.sender.0) {
                (Ok(()), _) => return Poll::Ready(Ok(())),
                (Err(TrySendError::Full(msg)), Kind::Bounded(sender)) => {
                    *this.msg = Some(msg);
                    this.room.set(Some(sender.reserve()));
                }
                (Err(error), _) => return Poll::Ready(Err(SendError(error.into_inner()))),
            }
        }
        let slot = ready!(this.room.as_mut().as_pin_mut().expect("set above").poll(context));
        let msg = this.msg.take().expect("not polled after it has returned");
        Poll::Ready(match slot {
            // A slot takes a message after the channel was closed, too.
            Ok(slot) if !this.sender.is_closed() => {
                slot.send(msg).map_err(|error| SendError(error.into_inner()))
            }
            _ => Err(SendError(msg)),
        })
    }
}

pin_project_lite::pin_project! {
    /// The future of [`Receiver::recv`].
    #[must_use = "futures do nothing unless they are awaited"]
    pub struct Recv<'a, T> {
        #[pin]
        wait: Either<PopFuture<'a, Queue<T>>, PopFuture<'a, UnboundedQueue<T>>>,
    }
}

impl<T> Future for Recv<'_, T> {
    type Output = Result<T, RecvError>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        self.project().wait.poll(context).map_err(|_| RecvError)
    }
}

pin_project_lite::pin_project! {
    /// The future of [`Sender::closed`].
    #[must_use = "futures do nothing unless they are awaited"]
    pub struct Closed<'a, T> {
        #[pin]
        wait: Either<ClosedFuture<'a, Queue<T>>, ClosedFuture<'a, UnboundedQueue<T>>>,
    }
}

impl<T> Future for Closed<'_, T> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        self.project().wait.poll(context)
    }
}

/// The channel is closed; the message comes back.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct SendError<T>(pub T);

impl<T> SendError<T> {
    /// The message.
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T> fmt::Debug for SendError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SendError(..)")
    }
}

impl<T> fmt::Display for SendError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the channel is closed")
    }
}

impl<T> core::error::Error for SendError<T> {}

/// Why a message was not sent; it comes back.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum TrySendError<T> {
    /// There is no room.
    Full(T),
    /// The channel is closed.
    Closed(T),
}

impl<T> TrySendError<T> {
    /// The message.
    pub fn into_inner(self) -> T {
        match self {
            Self::Full(msg) | Self::Closed(msg) => msg,
        }
    }

    /// Whether there is no room.
    pub fn is_full(&self) -> bool {
        matches!(self, Self::Full(_))
    }

    /// Whether the channel is closed.
    pub fn is_closed(&self) -> bool {
        matches!(self, Self::Closed(_))
    }
}

impl<T> fmt::Debug for TrySendError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_full() { "Full(..)" } else { "Closed(..)" })
    }
}

impl<T> fmt::Display for TrySendError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_full() { "the channel is full" } else { "the channel is closed" })
    }
}

impl<T> core::error::Error for TrySendError<T> {}

/// The channel is closed and empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecvError;

impl fmt::Display for RecvError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the channel is closed and empty")
    }
}

impl core::error::Error for RecvError {}

/// Why no message was received.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TryRecvError {
    /// There is none.
    Empty,
    /// There will be none.
    Closed,
}

impl TryRecvError {
    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        matches!(self, Self::Empty)
    }

    /// Whether there will be none.
    pub fn is_closed(&self) -> bool {
        matches!(self, Self::Closed)
    }
}

impl fmt::Display for TryRecvError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_empty() { "the channel is empty" } else { "the channel is closed and empty" })
    }
}

impl core::error::Error for TryRecvError {}
