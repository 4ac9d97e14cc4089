//! [`SenderExt::into_sink`]: a sender of a channel as the end of a stream.

use core::fmt;
use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll, ready};
use std::sync::Arc;

use anywake_core::channel::SenderOf;
use anywake_core::queue::{AnyQueue, OwnedReserveFuture, QueueOf, ReserveFuture, Slot, Slots};
use anywake_core::{Closed, Handle};
use futures_util::sink::Sink;
use pin_project_lite::pin_project;

use crate::task::turn;

/// What a sender of a channel can do once there is `futures_util`: be a [`Sink`].
///
/// (The other end, [`ReceiverOf::into_stream`](anywake_core::channel::ReceiverOf::into_stream), is a method of the core.)
pub trait SenderExt<H: SinkHandle> {
    /// A [`Sink`] that owns this sender. (A [sink](crate::QueueExt::sink) of the queue borrows it.)
    ///
    /// # Examples
    ///
    /// ```
    /// use anywake::{SenderExt, blocking, channel};
    /// use futures_util::{StreamExt, future, stream};
    ///
    /// let (sender, receiver) = channel::bounded(2);
    /// let numbers = stream::iter(0..10).map(Ok).forward(sender.into_sink());
    /// let (sent, received) = blocking::wait(future::join(numbers, receiver.into_stream().collect::<Vec<_>>()));
    /// sent.unwrap();
    /// assert_eq!(received, (0..10).collect::<Vec<_>>());
    /// ```
    fn into_sink(self) -> SenderSink<H>;
}

impl<H: SinkHandle> SenderExt<H> for SenderOf<H> {
    fn into_sink(self) -> SenderSink<H> {
        SenderSink { room: Room::None, sender: Some(self) }
    }
}

/// How the sender in a [`SenderSink`] holds its channel: by `Arc`, or by reference. Sealed.
pub trait SinkHandle: sealed::Reserves {}

impl<H: sealed::Reserves> SinkHandle for H {}

mod sealed {
    use super::{AnyQueue, Closed, Future, Handle, SenderOf, Slot};

    /// How a handle waits for room.
    pub trait Reserves: Handle<Target: AnyQueue> {
        type Reserve: Future<Output = Result<Slot<Self>, Closed>>;

        fn reserve(sender: &SenderOf<Self>) -> Self::Reserve;
    }
}

impl<T, S: Slots<T>> sealed::Reserves for Arc<QueueOf<T, S>> {
    type Reserve = OwnedReserveFuture<QueueOf<T, S>>;

    fn reserve(sender: &SenderOf<Self>) -> Self::Reserve {
        Self::clone(sender.queue()).reserve_owned()
    }
}

impl<'a, T, S: Slots<T>> sealed::Reserves for &'a QueueOf<T, S> {
    type Reserve = ReserveFuture<'a, QueueOf<T, S>>;

    fn reserve(sender: &SenderOf<Self>) -> Self::Reserve {
        QueueOf::reserve(sender.queue())
    }
}

/// What the channel of `H` carries.
type ItemOf<H> = <<H as core::ops::Deref>::Target as AnyQueue>::Item;

pin_project! {
    /// The room for the next item.
    #[project = RoomProjection]
    #[project_replace = RoomBefore]
    enum Room<H>
    where
        H: SinkHandle,
    {
        None,
        Awaited { #[pin] wait: H::Reserve },
        Reserved { slot: Slot<H> },
    }
}

pin_project! {
    /// A [`Sink`] over a sender of a channel, made by [`SenderExt::into_sink`].
    ///
    /// Back-pressure is kept: the sink is ready when room for one item is reserved for it, and its item takes that room. It
    /// stands in one line with all that send and [reserve](SenderOf::reserve). No item is ever in the sink, so there is
    /// nothing to flush, and an item that was accepted is in the channel.
    ///
    /// Closing the sink, which `forward` does at the end of its stream, drops the *sender*: the channel is closed when it was
    /// the last one. `send_all` leaves the sender as it is.
    ///
    /// The sink owns its sender, so it can be stored in a struct and spawned. It holds a waiter, so it has to be pinned (in
    /// a `Box`, for example) before it is polled.
    ///
    /// # Cancel safety
    ///
    /// Giving up `send` or `feed` before the sink was ready drops the item, which was never in the channel. The sink keeps
    /// its place in the line, or its room, for the next item. Where the item matters, wait for the room without it, by
    /// [`poll_ready`](Sink::poll_ready).
    ///
    /// Dropping the sink loses nothing: room that is reserved for it goes to the next in line.
    ///
    /// # A sink that is ready and not used
    ///
    /// It keeps its room from all others, and after the channel was closed, receivers wait for the item that may still
    /// come. [`release`](SenderSink::release) gives the room back. So does dropping or closing the sink.
    ///
    /// # Errors
    ///
    /// [`SinkError`], if the channel is closed or no receiver is left. `poll_ready` finds this out before an item is there.
    /// `start_send` returns the item if the last receiver has gone since. A closed sink fails in the same way.
    ///
    /// # Panics
    ///
    /// In `start_send`, if there was no successful `poll_ready` before.
    #[must_use = "a sink does nothing unless it is polled"]
    pub struct SenderSink<H>
    where
        H: SinkHandle,
    {
        // Before the sender, which may be the last one: what is reserved goes back to an open channel.
        #[pin]
        room: Room<H>,
        sender: Option<SenderOf<H>>,
    }
}

impl<H: SinkHandle> SenderSink<H> {
    /// The sender, unless the sink is closed. Its clones send beside the sink.
    ///
    /// # Examples
    ///
    /// ```
    /// use anywake::{SenderExt, channel};
    ///
    /// let (sender, receiver) = channel::bounded(2);
    /// let sink = sender.into_sink();
    /// sink.sender().unwrap().try_send(1).unwrap();
    /// assert_eq!(receiver.try_recv(), Ok(1));
    /// ```
    pub fn sender(&self) -> Option<&SenderOf<H>> {
        self.sender.as_ref()
    }

    /// Gives back the room that is reserved, or leaves the line. The next `poll_ready` asks anew.
    ///
    /// # Examples
    ///
    /// ```
    /// use anywake::{SenderExt, blocking, channel};
    /// use core::{future::poll_fn, pin::pin};
    /// use futures_util::Sink;
    ///
    /// let (sender, receiver) = channel::bounded(1);
    /// let other = sender.clone();
    /// let mut sink = pin!(sender.into_sink());
    /// blocking::wait(poll_fn(|context| sink.as_mut().poll_ready(context))).unwrap();
    /// assert!(other.try_send("other").is_err(), "the room is reserved for the sink");
    /// sink.release();
    /// assert!(other.try_send("other").is_ok());
    /// ```
    pub fn release(self: Pin<&mut Self>) {
        // mistake a_sink_keeps_the_room_that_it_releases: self.project().room.set(Room::None); ~>
        self.project().room.set(Room::None);
    }
}

impl<H: SinkHandle> Sink<ItemOf<H>> for SenderSink<H> {
    type Error = SinkError<ItemOf<H>>;

    fn poll_ready(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        let mut this = self.project();
        let Some(sender) = this.sender else { return Poll::Ready(Err(SinkError(None))) };
        if matches!(*this.room, Room::None) {
            // Nothing stands in the line, whose place would be kept: so here the next item may let others run.
            ready!(turn::poll_proceed(cx));
            this.room.set(Room::Awaited { wait: H::reserve(sender) });
        }
        let RoomProjection::Awaited { wait } = this.room.as_mut().project() else {
            return Poll::Ready(Ok(()));
        };
        // mistake a_sink_takes_back_its_place: ready!(wait.poll(cx)) ~>
        //     { let Poll::Ready(reserved) = wait.poll(cx) else { this.room.set(Room::None); return Poll::Pending }; reserved }
        let reserved = ready!(wait.poll(cx));
        this.room.set(Room::None);
        let Ok(slot) = reserved else { return Poll::Ready(Err(SinkError(None))) };
        this.room.set(Room::Reserved { slot });
        Poll::Ready(Ok(()))
    }

    fn start_send(self: Pin<&mut Self>, item: ItemOf<H>) -> Result<(), Self::Error> {
        let this = self.project();
        if this.sender.is_none() {
            return Err(SinkError(Some(item)));
        }
        let RoomBefore::Reserved { slot } = this.room.project_replace(Room::None) else {
            panic!("`start_send` without a successful `poll_ready`")
        };
        slot.send(item).map_err(|error| SinkError(Some(error.into_inner())))
    }

    /// Ready at once: an item that was accepted is in the channel.
    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    /// Drops the sender, and gives back what is reserved. Ready at once.
    fn poll_close(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        let mut this = self.project();
        this.room.set(Room::None);
        // mistake a_closed_sink_keeps_its_sender: *this.sender = None; ~>
        *this.sender = None;
        Poll::Ready(Ok(()))
    }
}

impl<H: SinkHandle> fmt::Debug for SenderSink<H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let room = match &self.room {
            Room::None => "none",
            Room::Awaited { .. } => "awaited",
            Room::Reserved { .. } => "reserved",
        };
        f.debug_struct("SenderSink")
            .field("room", &room)
            .field("closed", &self.sender.is_none())
            .finish_non_exhaustive()
    }
}

/// The channel of a [`SenderSink`] is closed, or the sink is. Contains the item, if there was one.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct SinkError<T>(pub Option<T>);

impl<T> SinkError<T> {
    /// The item that was not sent, if there was one.
    ///
    /// # Examples
    ///
    /// ```
    /// use anywake::{SenderExt, blocking, channel};
    /// use core::pin::pin;
    /// use futures_util::SinkExt;
    ///
    /// let (sender, receiver) = channel::bounded(1);
    /// let mut sink = pin!(sender.into_sink());
    /// drop(receiver);
    /// // `send` asks for room before it hands over the item.
    /// assert_eq!(blocking::wait(sink.send("item")).unwrap_err().into_inner(), None);
    /// ```
    pub fn into_inner(self) -> Option<T> {
        self.0
    }
}

// By hand, so that `unwrap` does not ask the item to be `Debug`.
impl<T> fmt::Debug for SinkError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "SinkError(Some(..))" } else { "SinkError(None)" })
    }
}

impl<T> fmt::Display for SinkError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the channel is closed")
    }
}

impl<T> core::error::Error for SinkError<T> {}

#[cfg(test)]
mod tests;
