//! Channels of `u64` without a bound. A push never waits, so it is no future.

use core::future::Future;
use std::sync::Arc;

use super::contender;
use super::queue::{Ends, Item};
use crate::harness::Contender;

/// A channel without a bound of one library. An end is passed as `&mut` because some libraries require it.
pub trait Unbounded: Contender + 'static {
    /// The end that pushes.
    type Sender: Send + 'static;
    /// The end that pops.
    type Receiver: Send + 'static;
    /// Makes a channel with so many ends, if the library has one.
    fn ends(senders: usize, receivers: usize) -> Option<Ends<Self::Sender, Self::Receiver>>;
    /// Pushes. Returns whether the channel took the item.
    fn push(sender: &mut Self::Sender, item: u64) -> bool;
    /// Waits for an item.
    fn pop(receiver: &mut Self::Receiver) -> impl Future<Output: Item> + Send;
    /// Pops if there is an item.
    fn try_pop(receiver: &mut Self::Receiver) -> Option<u64>;
}

/// Calls `f` with every channel without a bound.
macro_rules! each_unbounded {
    ($f:ident($($argument:expr),*)) => {{
        use $crate::contenders::unbounded::*;
        $f::<Anywake>($($argument),*);
        $f::<Tokio>($($argument),*);
        $f::<AsyncChannel>($($argument),*);
        $f::<AsyncbandMpmc>($($argument),*);
        $f::<AsyncbandMpsc>($($argument),*);
        $f::<CrossfireMpmc>($($argument),*);
        $f::<CrossfireMpsc>($($argument),*);
        $f::<CrossfireSpsc>($($argument),*);
        $f::<Kanal>($($argument),*);
        $f::<Flume>($($argument),*);
        $f::<FuturesChannel>($($argument),*);
    }};
}
pub(crate) use each_unbounded;

/// Declares an adapter. The last lines give the constructor, and for each end whether it can be cloned (`many`) or not
/// (`one`).
macro_rules! adapter {
    ($(#[$doc:meta])* $adapter:ident, $name:literal $(, $item:ident = $value:ident)*;
     $sender:ty : $senders:ident, $receiver:ty : $receivers:ident, if $fits:expr, $new:expr;
     $push:ident, $pop:ident / $try_pop:ident) => {
        $(#[$doc])*
        pub struct $adapter;
        contender!($adapter, $name $(, $item = $value)*);

        impl Unbounded for $adapter {
            type Sender = $sender;
            type Receiver = $receiver;

            fn ends(senders: usize, receivers: usize) -> Option<Ends<Self::Sender, Self::Receiver>> {
                let fits: fn(usize) -> bool = $fits;
                let new: fn() -> (Self::Sender, Self::Receiver) = $new;
                if !fits(senders) {
                    return None;
                }
                let (sender, receiver) = new();
                let senders = adapter!(@$senders sender, senders);
                let receivers = adapter!(@$receivers receiver, receivers);
                Some(Ends { senders, receivers })
            }

            #[inline]
            fn push(sender: &mut Self::Sender, item: u64) -> bool {
                sender.$push(item).is_ok()
            }

            #[inline]
            fn pop(receiver: &mut Self::Receiver) -> impl Future<Output: Item> + Send {
                receiver.$pop()
            }

            #[inline]
            fn try_pop(receiver: &mut Self::Receiver) -> Option<u64> {
                receiver.$try_pop().ok()
            }
        }
    };
    (@many $end:ident, $count:expr) => {
        vec![$end; $count]
    };
    (@one $end:ident, $count:expr) => {{
        if $count > 1 {
            return None;
        }
        vec![$end]
    }};
}

/// Both ends of a queue that is one shared object.
fn shared() -> (Arc<anywake_core::UnboundedQueue<u64>>, Arc<anywake_core::UnboundedQueue<u64>>) {
    let queue = Arc::new(anywake_core::Queue::unbounded());
    (Arc::clone(&queue), queue)
}

adapter! {
    /// anywake's `UnboundedQueue`.
    Anywake, "anywake", kind = Ours, order = Fifo;
    Arc<anywake_core::UnboundedQueue<u64>>: many, Arc<anywake_core::UnboundedQueue<u64>>: many, if |_| true, shared;
    push_now, pop / try_pop
}

adapter! {
    /// tokio.
    Tokio, "tokio mpsc", order = Fifo;
    tokio::sync::mpsc::UnboundedSender<u64>: many, tokio::sync::mpsc::UnboundedReceiver<u64>: one,
    if |_| true, tokio::sync::mpsc::unbounded_channel;
    send, recv / try_recv
}

adapter! {
    /// async-channel, also smol's and async-std's.
    AsyncChannel, "async-channel";
    async_channel::Sender<u64>: many, async_channel::Receiver<u64>: many, if |_| true, async_channel::unbounded;
    try_send, recv / try_recv
}

adapter! {
    /// asyncband's channel for every number of ends.
    AsyncbandMpmc, "asyncband mpmc";
    asyncband::mpmc::UnboundedSender<u64>: many, asyncband::mpmc::UnboundedReceiver<u64>: many,
    if |_| true, asyncband::mpmc::unbounded;
    send, recv / try_recv
}

adapter! {
    /// asyncband's channel for one receiver.
    AsyncbandMpsc, "asyncband mpsc", order = Fifo;
    asyncband::mpsc::UnboundedSender<u64>: many, asyncband::mpsc::UnboundedReceiver<u64>: one,
    if |_| true, asyncband::mpsc::unbounded;
    send, recv / try_recv
}

adapter! {
    /// crossfire's channel for every number of ends.
    CrossfireMpmc, "crossfire mpmc";
    crossfire::MTx<crossfire::mpmc::List<u64>>: many, crossfire::MAsyncRx<crossfire::mpmc::List<u64>>: many,
    if |_| true, crossfire::mpmc::unbounded_async;
    send, recv / try_recv
}

adapter! {
    /// crossfire's channel for one receiver; not for one sender, where its spsc is faster.
    CrossfireMpsc, "crossfire mpsc";
    crossfire::MTx<crossfire::mpsc::List<u64>>: many, crossfire::AsyncRx<crossfire::mpsc::List<u64>>: one,
    if |senders| senders > 1, crossfire::mpsc::unbounded_async;
    send, recv / try_recv
}

adapter! {
    /// crossfire's channel for one of each.
    CrossfireSpsc, "crossfire spsc";
    crossfire::Tx<crossfire::spsc::List<u64>>: one, crossfire::AsyncRx<crossfire::spsc::List<u64>>: one,
    if |_| true, crossfire::spsc::unbounded_async;
    send, recv / try_recv
}

adapter! {
    /// flume without its feature `select`, which only adds work.
    Flume, "flume";
    flume::Sender<u64>: many, flume::Receiver<u64>: many, if |_| true, flume::unbounded;
    send, recv_async / try_recv
}

adapter! {
    /// futures-channel.
    FuturesChannel, "futures-channel", order = Fifo;
    futures_channel::mpsc::UnboundedSender<u64>: many, futures_channel::mpsc::UnboundedReceiver<u64>: one,
    if |_| true, futures_channel::mpsc::unbounded;
    unbounded_send, recv / try_recv
}

/// kanal, without the macro, because it returns `Ok(false)` and `Ok(None)` for full and empty.
pub struct Kanal;
contender!(Kanal, "kanal", order = Fifo);

impl Unbounded for Kanal {
    type Sender = kanal::AsyncSender<u64>;
    type Receiver = kanal::AsyncReceiver<u64>;

    fn ends(senders: usize, receivers: usize) -> Option<Ends<Self::Sender, Self::Receiver>> {
        let (sender, receiver) = kanal::unbounded_async();
        Some(Ends { senders: vec![sender; senders], receivers: vec![receiver; receivers] })
    }

    #[inline]
    fn push(sender: &mut Self::Sender, item: u64) -> bool {
        sender.try_send(item) == Ok(true)
    }

    #[inline]
    fn pop(receiver: &mut Self::Receiver) -> impl Future<Output: Item> + Send {
        receiver.recv()
    }

    #[inline]
    fn try_pop(receiver: &mut Self::Receiver) -> Option<u64> {
        receiver.try_recv().ok().flatten()
    }
}
