//! Bounded queues of `u64`.

use core::fmt::Debug;
use core::future::Future;
use std::sync::Arc;

use embassy_sync::blocking_mutex::raw::CriticalSectionRawMutex;

use super::contender;
use crate::harness::Contender;

/// The numbers of tasks at a queue, and its capacity.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    /// Tasks that push.
    pub senders: usize,
    /// Tasks that pop.
    pub receivers: usize,
    /// The capacity.
    pub capacity: usize,
}

/// The ends of one queue, one for each task.
#[derive(Debug)]
pub struct Ends<S, R> {
    /// For the tasks that push.
    pub senders: Vec<S>,
    /// For the tasks that pop.
    pub receivers: Vec<R>,
}

/// The output of a pop, as the library returns it.
pub trait Item {
    /// Returns the item. Panics without an item, which only happens if a queue is closed.
    fn item(self) -> u64;
}

impl Item for u64 {
    #[inline]
    fn item(self) -> u64 {
        self
    }
}

impl Item for Option<u64> {
    #[inline]
    fn item(self) -> u64 {
        self.expect("the queue is open")
    }
}

impl<E: Debug> Item for Result<u64, E> {
    #[inline]
    fn item(self) -> u64 {
        self.expect("the queue is open")
    }
}

/// A queue of one library. An end is passed as `&mut` because some libraries require it.
pub trait Queue: Contender + 'static {
    /// The end that pushes.
    type Sender: Send + 'static;
    /// The end that pops.
    type Receiver: Send + 'static;
    /// Makes a queue of this shape, if the library has one.
    fn ends(shape: Shape) -> Option<Ends<Self::Sender, Self::Receiver>>;
    /// Waits for room.
    fn push(sender: &mut Self::Sender, item: u64) -> impl Future<Output: Sized> + Send;
    /// Waits for an item.
    fn pop(receiver: &mut Self::Receiver) -> impl Future<Output: Item> + Send;
    /// Pushes if there is room.
    fn try_push(sender: &mut Self::Sender, item: u64) -> bool;
    /// Pops if there is an item.
    fn try_pop(receiver: &mut Self::Receiver) -> Option<u64>;
}

/// Calls `f` with every queue. `$n` is the capacity, for queues that need it at compile time.
macro_rules! each_queue {
    ($n:expr, $f:ident($($argument:expr),*)) => {{
        use $crate::contenders::queue::*;
        $f::<Anywake>($($argument),*);
        $f::<AnywakeStatic<{ $n }>>($($argument),*);
        $f::<AnywakeSlack>($($argument),*);
        $f::<Tokio>($($argument),*);
        $f::<AsyncChannel>($($argument),*);
        $f::<AsyncbandMpmc>($($argument),*);
        $f::<AsyncbandMpsc>($($argument),*);
        $f::<AsyncbandSpmc>($($argument),*);
        $f::<CrossfireMpmc>($($argument),*);
        $f::<CrossfireMpsc>($($argument),*);
        $f::<CrossfireSpsc>($($argument),*);
        $f::<Kanal>($($argument),*);
        $f::<Flume>($($argument),*);
        $f::<Tachyonix>($($argument),*);
        $f::<Thingbuf>($($argument),*);
        $f::<FuturesIntrusive>($($argument),*);
        $f::<Embassy<{ $n }>>($($argument),*);
    }};
}
pub(crate) use each_queue;

/// Declares an adapter for a channel. The last lines give the supported shapes, the constructor, and for each end
/// whether it can be cloned (`many`) or not (`one`).
macro_rules! adapter {
    ($(#[$doc:meta])* $(<const $n:ident: usize>)? $adapter:ident, $name:literal $(, $item:ident = $value:ident)*;
     $sender:ty : $senders:ident, $receiver:ty : $receivers:ident, if $fits:expr, $new:expr;
     $push:ident / $try_push:ident, $pop:ident / $try_pop:ident) => {
        $(#[$doc])*
        pub struct $adapter$(<const $n: usize>)?;
        contender!($(const $n in)? $adapter$(<$n>)?, $name $(, $item = $value)*);

        impl$(<const $n: usize>)? Queue for $adapter$(<$n>)? {
            type Sender = $sender;
            type Receiver = $receiver;

            fn ends(shape: Shape) -> Option<Ends<Self::Sender, Self::Receiver>> {
                let fits: fn(Shape) -> bool = $fits;
                let new: fn(usize) -> (Self::Sender, Self::Receiver) = $new;
                if !fits(shape) {
                    return None;
                }
                let (sender, receiver) = new(shape.capacity);
                let senders = adapter!(@$senders sender, shape.senders);
                let receivers = adapter!(@$receivers receiver, shape.receivers);
                Some(Ends { senders, receivers })
            }

            #[inline]
            fn push(sender: &mut Self::Sender, item: u64) -> impl Future<Output: Sized> + Send {
                sender.$push(item)
            }

            #[inline]
            fn pop(receiver: &mut Self::Receiver) -> impl Future<Output: Item> + Send {
                receiver.$pop()
            }

            #[inline]
            fn try_push(sender: &mut Self::Sender, item: u64) -> bool {
                sender.$try_push(item).is_ok()
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

/// Returns both ends of a queue that is one shared object.
fn shared<Q>(queue: Q) -> (Arc<Q>, Arc<Q>) {
    let queue = Arc::new(queue);
    (queue.clone(), queue)
}

adapter! {
    /// anywake's `Queue`, with its ring on the heap.
    Anywake, "anywake", kind = Ours, order = Fifo;
    Arc<anywake_core::Queue<u64>>: many, Arc<anywake_core::Queue<u64>>: many, if |_| true,
    |capacity| shared(anywake_core::Queue::with_capacity(capacity).expect("there is memory for the queue"));
    push / try_push, pop / try_pop
}

adapter! {
    /// anywake's `StaticQueue`, with its ring inside.
    <const N: usize> AnywakeStatic, "anywake static", kind = Ours, order = Fifo;
    Arc<anywake_core::StaticQueue<u64, N>>: many, Arc<anywake_core::StaticQueue<u64, N>>: many,
    if |shape| shape.capacity == N, |_| shared(anywake_core::StaticQueue::new());
    push / try_push, pop / try_pop
}

adapter! {
    /// anywake's `SlackQueue`: promised items, one for each receiver that may wait, do not count against the capacity.
    AnywakeSlack, "anywake slack", kind = Ours, order = Fifo;
    Arc<anywake_core::SlackQueue<u64>>: many, Arc<anywake_core::SlackQueue<u64>>: many, if |_| true,
    |capacity| shared(anywake_core::Queue::with_slack(capacity, 8).expect("there is memory for the queue"));
    push / try_push, pop / try_pop
}

adapter! {
    /// tokio.
    Tokio, "tokio mpsc", order = Fifo;
    tokio::sync::mpsc::Sender<u64>: many, tokio::sync::mpsc::Receiver<u64>: one, if |_| true, tokio::sync::mpsc::channel;
    send / try_send, recv / try_recv
}

adapter! {
    /// async-channel, also smol's and async-std's.
    AsyncChannel, "async-channel";
    async_channel::Sender<u64>: many, async_channel::Receiver<u64>: many, if |_| true, async_channel::bounded;
    send / try_send, recv / try_recv
}

adapter! {
    /// asyncband's channel for every shape.
    AsyncbandMpmc, "asyncband mpmc", order = FifoSenders;
    asyncband::mpmc::BoundedSender<u64>: many, asyncband::mpmc::BoundedReceiver<u64>: many,
    if |_| true, asyncband::mpmc::bounded;
    send / try_send, recv / try_recv
}

adapter! {
    /// asyncband's channel for one receiver.
    AsyncbandMpsc, "asyncband mpsc", order = Fifo;
    asyncband::mpsc::BoundedSender<u64>: many, asyncband::mpsc::BoundedReceiver<u64>: one,
    if |_| true, asyncband::mpsc::bounded;
    send / try_send, recv / try_recv
}

adapter! {
    /// asyncband's channel for one sender; not for one receiver, where its mpsc is faster.
    AsyncbandSpmc, "asyncband spmc", order = FifoSenders;
    asyncband::spmc::BoundedSender<u64>: one, asyncband::spmc::BoundedReceiver<u64>: many,
    if |shape| shape.receivers > 1, asyncband::spmc::bounded;
    send / try_send, recv / try_recv
}

adapter! {
    /// crossfire's channel for every shape.
    CrossfireMpmc, "crossfire mpmc";
    crossfire::MAsyncTx<crossfire::mpmc::Array<u64>>: many, crossfire::MAsyncRx<crossfire::mpmc::Array<u64>>: many,
    if |_| true, crossfire::mpmc::bounded_async;
    send / try_send, recv / try_recv
}

adapter! {
    /// crossfire's channel for one receiver; not for one sender, where its spsc is faster.
    CrossfireMpsc, "crossfire mpsc";
    crossfire::MAsyncTx<crossfire::mpsc::Array<u64>>: many, crossfire::AsyncRx<crossfire::mpsc::Array<u64>>: one,
    if |shape| shape.senders > 1, crossfire::mpsc::bounded_async;
    send / try_send, recv / try_recv
}

adapter! {
    /// crossfire's channel for one of each.
    CrossfireSpsc, "crossfire spsc";
    crossfire::AsyncTx<crossfire::spsc::Array<u64>>: one, crossfire::AsyncRx<crossfire::spsc::Array<u64>>: one,
    if |_| true, crossfire::spsc::bounded_async;
    send / try_send, recv / try_recv
}

adapter! {
    /// flume without its feature `select`, which only adds work.
    Flume, "flume";
    flume::Sender<u64>: many, flume::Receiver<u64>: many, if |_| true, flume::bounded;
    send_async / try_send, recv_async / try_recv
}

adapter! {
    /// tachyonix.
    Tachyonix, "tachyonix";
    tachyonix::Sender<u64>: many, tachyonix::Receiver<u64>: one, if |_| true, tachyonix::channel;
    send / try_send, recv / try_recv
}

adapter! {
    /// thingbuf.
    Thingbuf, "thingbuf";
    thingbuf::mpsc::Sender<u64>: many, thingbuf::mpsc::Receiver<u64>: one, if |_| true, thingbuf::mpsc::channel;
    send / try_send, recv / try_recv
}

adapter! {
    /// futures-intrusive in its shared form, whose capacity is chosen at run time. Its ring grows to the capacity once.
    FuturesIntrusive, "futures-intrusive", order = FifoSenders;
    futures_intrusive::channel::shared::Sender<u64>: many, futures_intrusive::channel::shared::Receiver<u64>: many,
    if |_| true, futures_intrusive::channel::shared::channel;
    send / try_send, receive / try_receive
}

adapter! {
    /// embassy-sync on its raw mutex that threads may share.
    <const N: usize> Embassy, "embassy-sync";
    Arc<embassy_sync::channel::Channel<CriticalSectionRawMutex, u64, N>>: many,
    Arc<embassy_sync::channel::Channel<CriticalSectionRawMutex, u64, N>>: many,
    if |shape| shape.capacity == N, |_| shared(embassy_sync::channel::Channel::new());
    send / try_send, receive / try_receive
}

/// kanal, without the macro, because it returns `Ok(false)` and `Ok(None)` for full and empty. It hands over to the
/// longest waiter.
pub struct Kanal;
contender!(Kanal, "kanal", order = Fifo);

impl Queue for Kanal {
    type Sender = kanal::AsyncSender<u64>;
    type Receiver = kanal::AsyncReceiver<u64>;

    fn ends(shape: Shape) -> Option<Ends<Self::Sender, Self::Receiver>> {
        let (sender, receiver) = kanal::bounded_async(shape.capacity);
        Some(Ends { senders: vec![sender; shape.senders], receivers: vec![receiver; shape.receivers] })
    }

    #[inline]
    fn push(sender: &mut Self::Sender, item: u64) -> impl Future<Output: Sized> + Send {
        sender.send(item)
    }

    #[inline]
    fn pop(receiver: &mut Self::Receiver) -> impl Future<Output: Item> + Send {
        receiver.recv()
    }

    #[inline]
    fn try_push(sender: &mut Self::Sender, item: u64) -> bool {
        sender.try_send(item) == Ok(true)
    }

    #[inline]
    fn try_pop(receiver: &mut Self::Receiver) -> Option<u64> {
        receiver.try_recv().ok().flatten()
    }
}
