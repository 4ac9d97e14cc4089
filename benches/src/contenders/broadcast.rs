//! Broadcasts of `u64`: each value goes to all receivers.

use core::future::{Future, ready};

use embassy_sync::blocking_mutex::raw::CriticalSectionRawMutex;
use embassy_sync::pubsub::{PubSubChannel, Publisher, Subscriber};

use super::contender;
pub use super::queue::Item;
use crate::harness::Contender;

/// The capacity of every broadcast: a power of two, which is what tokio's is rounded to.
pub const CAPACITY: usize = 16;

/// A broadcast of one library. An end is passed as `&mut` because some libraries require it.
pub trait Broadcast: Contender + 'static {
    /// The end that publishes.
    type Sender: Send + 'static;
    /// An end that receives.
    type Receiver: Send + 'static;
    /// Makes a broadcast with so many receivers.
    fn ends(receivers: usize) -> (Self::Sender, Vec<Self::Receiver>);
    /// Publishes a value, and waits for room if the library can.
    fn publish(sender: &mut Self::Sender, value: u64) -> impl Future<Output: Sized> + Send;
    /// Waits for the next value.
    fn recv(receiver: &mut Self::Receiver) -> impl Future<Output: Item> + Send;
}

/// A broadcast whose publisher waits for the slowest receiver.
pub trait BackPressure: Broadcast {}

/// Calls `f` with every broadcast. `$n` is the number of receivers, for broadcasts that need it at compile time.
macro_rules! each_broadcast {
    ($n:expr, $f:ident($($argument:expr),*)) => {{
        use $crate::contenders::broadcast::*;
        each_back_pressure!($n, $f($($argument),*));
        $f::<Tokio>($($argument),*);
    }};
}
pub(crate) use each_broadcast;

/// Calls `f` with every broadcast whose publisher waits for the slowest receiver.
macro_rules! each_back_pressure {
    ($n:expr, $f:ident($($argument:expr),*)) => {{
        use $crate::contenders::broadcast::*;
        $f::<Anywake>($($argument),*);
        $f::<AnywakeStatic>($($argument),*);
        $f::<AsyncBroadcast>($($argument),*);
        $f::<Asyncband>($($argument),*);
        $f::<Embassy<{ $n }>>($($argument),*);
    }};
}
pub(crate) use each_back_pressure;

/// anywake, on the heap.
pub struct Anywake;
contender!(Anywake, "anywake", kind = Ours, order = Fifo);

impl Broadcast for Anywake {
    type Sender = anywake_core::broadcast::Sender<u64>;
    type Receiver = anywake_core::broadcast::Receiver<u64>;

    fn ends(receivers: usize) -> (Self::Sender, Vec<Self::Receiver>) {
        let (sender, receiver) = anywake_core::broadcast::channel(CAPACITY);
        (sender, vec![receiver; receivers])
    }

    #[inline]
    fn publish(sender: &mut Self::Sender, value: u64) -> impl Future<Output: Sized> + Send {
        sender.publish(value)
    }

    #[inline]
    fn recv(receiver: &mut Self::Receiver) -> impl Future<Output: Item> + Send {
        receiver.recv()
    }
}

impl BackPressure for Anywake {}

type Static = anywake_core::Broadcast<u64, CAPACITY>;

/// anywake, in an array; behind an `Arc`, since each run has its own.
pub struct AnywakeStatic;
contender!(AnywakeStatic, "anywake static", kind = Ours, order = Fifo);

impl Broadcast for AnywakeStatic {
    type Sender = anywake_core::broadcast::SenderOf<std::sync::Arc<Static>>;
    type Receiver = anywake_core::broadcast::ReceiverOf<std::sync::Arc<Static>>;

    fn ends(receivers: usize) -> (Self::Sender, Vec<Self::Receiver>) {
        let (sender, receiver) = anywake_core::broadcast::over(std::sync::Arc::new(Static::new()));
        (sender, vec![receiver; receivers])
    }

    #[inline]
    fn publish(sender: &mut Self::Sender, value: u64) -> impl Future<Output: Sized> + Send {
        sender.publish(value)
    }

    #[inline]
    fn recv(receiver: &mut Self::Receiver) -> impl Future<Output: Item> + Send {
        receiver.recv()
    }
}

impl BackPressure for AnywakeStatic {}

/// tokio's `broadcast`, which never waits to send: slow receivers miss values.
pub struct Tokio;
contender!(Tokio, "tokio");

impl Broadcast for Tokio {
    type Sender = tokio::sync::broadcast::Sender<u64>;
    type Receiver = tokio::sync::broadcast::Receiver<u64>;

    fn ends(receivers: usize) -> (Self::Sender, Vec<Self::Receiver>) {
        let sender = tokio::sync::broadcast::Sender::new(CAPACITY);
        let receivers = (0..receivers).map(|_| sender.subscribe()).collect();
        (sender, receivers)
    }

    #[inline]
    fn publish(sender: &mut Self::Sender, value: u64) -> impl Future<Output: Sized> + Send {
        ready(sender.send(value))
    }

    #[inline]
    fn recv(receiver: &mut Self::Receiver) -> impl Future<Output: Item> + Send {
        receiver.recv()
    }
}

/// async-broadcast, by its methods that do not allocate.
pub struct AsyncBroadcast;
contender!(AsyncBroadcast, "async-broadcast");

impl Broadcast for AsyncBroadcast {
    type Sender = async_broadcast::Sender<u64>;
    type Receiver = async_broadcast::Receiver<u64>;

    fn ends(receivers: usize) -> (Self::Sender, Vec<Self::Receiver>) {
        let (sender, receiver) = async_broadcast::broadcast(CAPACITY);
        (sender, vec![receiver; receivers])
    }

    #[inline]
    fn publish(sender: &mut Self::Sender, value: u64) -> impl Future<Output: Sized> + Send {
        sender.broadcast_direct(value)
    }

    #[inline]
    fn recv(receiver: &mut Self::Receiver) -> impl Future<Output: Item> + Send {
        receiver.recv_direct()
    }
}

impl BackPressure for AsyncBroadcast {}

/// asyncband's bounded `broadcast::mpmc`.
pub struct Asyncband;
contender!(Asyncband, "asyncband");

impl Broadcast for Asyncband {
    type Sender = asyncband::broadcast::mpmc::BoundedSender<u64>;
    type Receiver = asyncband::broadcast::mpmc::BoundedReceiver<u64>;

    fn ends(receivers: usize) -> (Self::Sender, Vec<Self::Receiver>) {
        let (sender, first) = asyncband::broadcast::mpmc::bounded(CAPACITY);
        let more = (1..receivers).map(|_| sender.subscribe()).collect::<Vec<_>>();
        (sender, [first].into_iter().chain(more).collect())
    }

    #[inline]
    fn publish(sender: &mut Self::Sender, value: u64) -> impl Future<Output: Sized> + Send {
        sender.send(value)
    }

    #[inline]
    fn recv(receiver: &mut Self::Receiver) -> impl Future<Output: Item> + Send {
        receiver.recv()
    }
}

impl BackPressure for Asyncband {}

type PubSub<const N: usize> = PubSubChannel<CriticalSectionRawMutex, u64, CAPACITY, N, 1>;

/// embassy-sync's `PubSubChannel` for `N` subscribers. Its ends borrow it, so each run leaks one.
pub struct Embassy<const N: usize>;
contender!(const N in Embassy<N>, "embassy-sync PubSubChannel");

impl<const N: usize> Broadcast for Embassy<N> {
    type Sender = Publisher<'static, CriticalSectionRawMutex, u64, CAPACITY, N, 1>;
    type Receiver = Subscriber<'static, CriticalSectionRawMutex, u64, CAPACITY, N, 1>;

    fn ends(receivers: usize) -> (Self::Sender, Vec<Self::Receiver>) {
        let channel: &'static PubSub<N> = Box::leak(Box::new(PubSub::new()));
        let receivers = (0..receivers).map(|_| channel.subscriber().expect("there are places for all"));
        (channel.publisher().expect("there is a place for one"), receivers.collect())
    }

    #[inline]
    fn publish(sender: &mut Self::Sender, value: u64) -> impl Future<Output: Sized> + Send {
        sender.publish(value)
    }

    #[inline]
    fn recv(receiver: &mut Self::Receiver) -> impl Future<Output: Item> + Send {
        receiver.next_message_pure()
    }
}

impl<const N: usize> BackPressure for Embassy<N> {}
