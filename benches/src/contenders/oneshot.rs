//! Oneshots of `u64`, and services that answer by one.

use core::future::{Future, IntoFuture};

use super::contender;
use super::queue::Item;
use crate::harness::Contender;

/// A oneshot of one library.
pub trait Oneshot: Contender + 'static {
    /// The end that sends.
    type Sender: Send + 'static;
    /// The end that receives.
    type Receiver: Send + 'static;
    /// The receiver, while it waits.
    type Wait: Future<Output: Item> + Send + 'static;
    /// Makes both ends.
    fn channel() -> (Self::Sender, Self::Receiver);
    /// Sends the value to a receiver that is there.
    fn send(sender: Self::Sender, value: u64);
    /// Waits for the value.
    fn receive(receiver: Self::Receiver) -> Self::Wait;
}

/// A library with a bounded channel, of which one that takes requests is made: the senders of oneshots.
pub trait Service: Oneshot {
    /// The end of a client.
    type Client: Clone + Send + Sync + 'static;
    /// The end of the server.
    type Server: Send + 'static;
    /// Makes both ends.
    fn service(capacity: usize) -> (Self::Client, Self::Server);
    /// Sends a request.
    fn ask(client: &mut Self::Client, answer: Self::Sender) -> impl Future<Output: Sized> + Send;
    /// Waits for the next request, until all clients are gone.
    fn next(server: &mut Self::Server) -> impl Future<Output = Option<Self::Sender>> + Send;
}

/// Calls `f` with every oneshot.
macro_rules! each_oneshot {
    ($f:ident($($argument:expr),*)) => {{
        use $crate::contenders::oneshot::*;
        each_service!($f($($argument),*));
        $f::<OneshotCrate>($($argument),*);
    }};
}
pub(crate) use each_oneshot;

/// Calls `f` with every oneshot whose library has a channel for the requests.
macro_rules! each_service {
    ($f:ident($($argument:expr),*)) => {{
        use $crate::contenders::oneshot::*;
        $f::<Anywake>($($argument),*);
        $f::<Tokio>($($argument),*);
        $f::<FuturesChannel>($($argument),*);
        $f::<Asyncband>($($argument),*);
        $f::<Crossfire>($($argument),*);
    }};
}
pub(crate) use each_service;

/// Declares the adapter of a oneshot: the ends, and the paths of the function that makes them. `()` after it if `send` returns
/// nothing.
macro_rules! adapter {
    ($(#[$doc:meta])* $adapter:ident, $name:literal $(, $item:ident = $value:ident)*;
     $sender:ty, $receiver:ty, $channel:path $(, $sends:tt)?) => {
        $(#[$doc])*
        pub struct $adapter;
        contender!($adapter, $name $(, $item = $value)*);

        impl Oneshot for $adapter {
            type Sender = $sender;
            type Receiver = $receiver;
            type Wait = <$receiver as IntoFuture>::IntoFuture;

            #[inline]
            fn channel() -> (Self::Sender, Self::Receiver) {
                $channel()
            }

            #[inline]
            fn send(sender: Self::Sender, value: u64) {
                adapter!(@send sender.send(value) $(, $sends)?);
            }

            #[inline]
            fn receive(receiver: Self::Receiver) -> Self::Wait {
                receiver.into_future()
            }
        }
    };
    (@send $send:expr) => {
        assert!($send.is_ok(), "the receiver is there")
    };
    (@send $send:expr, ()) => {
        $send
    };
}

adapter! {
    /// anywake's channel, with its slot on the heap.
    Anywake, "anywake", kind = Ours, order = Fifo;
    anywake_core::oneshot::Sender<u64>, anywake_core::oneshot::Receiver<u64>, anywake_core::oneshot::channel
}

adapter! {
    /// tokio.
    Tokio, "tokio", order = Fifo;
    tokio::sync::oneshot::Sender<u64>, tokio::sync::oneshot::Receiver<u64>, tokio::sync::oneshot::channel
}

adapter! {
    /// The oneshot of the futures crates.
    FuturesChannel, "futures-channel", order = Fifo;
    futures_channel::oneshot::Sender<u64>, futures_channel::oneshot::Receiver<u64>, futures_channel::oneshot::channel
}

adapter! {
    /// asyncband.
    Asyncband, "asyncband", order = Fifo;
    asyncband::oneshot::Sender<u64>, asyncband::oneshot::Receiver<u64>, asyncband::oneshot::channel
}

adapter! {
    /// crossfire.
    Crossfire, "crossfire", order = Fifo;
    crossfire::oneshot::TxOneshot<u64>, crossfire::oneshot::RxOneshot<u64>, crossfire::oneshot::oneshot, ()
}

adapter! {
    /// The crate `oneshot`.
    OneshotCrate, "oneshot", order = Fifo;
    oneshot::Sender<u64>, oneshot::AsyncReceiver<u64>, oneshot::async_channel
}

/// Declares the channel for the requests of a service.
macro_rules! service {
    ($adapter:ident; $client:ty, $server:ty, $channel:expr; |$requests:ident| $next:expr) => {
        impl Service for $adapter {
            type Client = $client;
            type Server = $server;

            fn service(capacity: usize) -> (Self::Client, Self::Server) {
                let new: fn(usize) -> (Self::Client, Self::Server) = $channel;
                new(capacity)
            }

            #[inline]
            fn ask(client: &mut Self::Client, answer: Self::Sender) -> impl Future<Output: Sized> + Send {
                client.send(answer)
            }

            #[inline]
            async fn next($requests: &mut Self::Server) -> Option<Self::Sender> {
                $next
            }
        }
    };
}

type AnywakeRequest = <Anywake as Oneshot>::Sender;
type TokioRequest = <Tokio as Oneshot>::Sender;
type AsyncbandRequest = <Asyncband as Oneshot>::Sender;
type CrossfireRequest = <Crossfire as Oneshot>::Sender;
type FuturesRequest = <FuturesChannel as Oneshot>::Sender;

service! {
    Anywake; anywake_core::channel::Sender<AnywakeRequest>, anywake_core::channel::Receiver<AnywakeRequest>,
    anywake_core::channel::bounded; |requests| requests.recv().await.ok()
}

service! {
    Tokio; tokio::sync::mpsc::Sender<TokioRequest>, tokio::sync::mpsc::Receiver<TokioRequest>,
    tokio::sync::mpsc::channel; |requests| requests.recv().await
}

service! {
    Asyncband; asyncband::mpsc::BoundedSender<AsyncbandRequest>, asyncband::mpsc::BoundedReceiver<AsyncbandRequest>,
    asyncband::mpsc::bounded; |requests| requests.recv().await.ok()
}

service! {
    Crossfire; crossfire::MAsyncTx<crossfire::mpsc::Array<CrossfireRequest>>,
    crossfire::AsyncRx<crossfire::mpsc::Array<CrossfireRequest>>,
    crossfire::mpsc::bounded_async; |requests| requests.recv().await.ok()
}

/// Its channel has room for one more item than its capacity for each sender.
impl Service for FuturesChannel {
    type Client = futures_channel::mpsc::Sender<FuturesRequest>;
    type Server = futures_channel::mpsc::Receiver<FuturesRequest>;

    fn service(capacity: usize) -> (Self::Client, Self::Server) {
        futures_channel::mpsc::channel(capacity)
    }

    #[inline]
    fn ask(client: &mut Self::Client, answer: Self::Sender) -> impl Future<Output: Sized> + Send {
        futures_util::SinkExt::send(client, answer)
    }

    #[inline]
    fn next(server: &mut Self::Server) -> impl Future<Output = Option<Self::Sender>> + Send {
        futures_util::StreamExt::next(server)
    }
}
