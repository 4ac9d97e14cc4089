//! Signals of `u64`: a slot for the newest value.

use core::future::Future;

use embassy_sync::blocking_mutex::raw::CriticalSectionRawMutex;

use super::contender;
use super::queue::Item;
use crate::harness::Contender;

/// A signal of one library.
pub trait Signal: Contender + Send + Sync + 'static {
    /// Makes one without a value.
    fn new() -> Self;
    /// Puts a value in, whatever is there.
    fn signal(&self, value: u64);
    /// Waits for the value.
    fn wait(&self) -> impl Future<Output: Item> + Send;
}

/// A signal for any number of tasks, each of which takes one value.
pub trait ManyWaiters: Signal {}

/// Calls `f` with every signal.
macro_rules! each_signal {
    ($f:ident($($argument:expr),*)) => {{
        use $crate::contenders::signal::*;
        each_queueing_signal!($f($($argument),*));
        $f::<Embassy>($($argument),*);
    }};
}
pub(crate) use each_signal;

/// Calls `f` with every signal for any number of tasks.
macro_rules! each_queueing_signal {
    ($f:ident($($argument:expr),*)) => {{
        use $crate::contenders::signal::*;
        $f::<Anywake>($($argument),*);
        $f::<AnywakeQueue>($($argument),*);
        $f::<AsyncChannel>($($argument),*);
    }};
}
pub(crate) use each_queueing_signal;

/// anywake.
pub struct Anywake(anywake_core::Signal<u64>);
contender!(Anywake, "anywake", kind = Ours, order = Fifo);

impl Signal for Anywake {
    fn new() -> Self {
        Self(anywake_core::Signal::new())
    }

    #[inline]
    fn signal(&self, value: u64) {
        self.0.signal(value);
    }

    #[inline]
    fn wait(&self) -> impl Future<Output: Item> + Send {
        self.0.wait()
    }
}

impl ManyWaiters for Anywake {}

/// anywake's queue of one item, which a new one displaces.
pub struct AnywakeQueue(anywake_core::StaticQueue<u64, 1>);
contender!(AnywakeQueue, "anywake force_push", kind = Ours, order = Fifo);

impl Signal for AnywakeQueue {
    fn new() -> Self {
        Self(anywake_core::StaticQueue::new())
    }

    #[inline]
    fn signal(&self, value: u64) {
        assert!(self.0.force_push(value).is_ok(), "the queue is open");
    }

    #[inline]
    fn wait(&self) -> impl Future<Output: Item> + Send {
        self.0.pop()
    }
}

impl ManyWaiters for AnywakeQueue {}

/// async-channel's channel of one item, which a new one displaces.
pub struct AsyncChannel(async_channel::Sender<u64>, async_channel::Receiver<u64>);
contender!(AsyncChannel, "async-channel force_send");

impl Signal for AsyncChannel {
    fn new() -> Self {
        let (sender, receiver) = async_channel::bounded(1);
        Self(sender, receiver)
    }

    #[inline]
    fn signal(&self, value: u64) {
        assert!(self.0.force_send(value).is_ok(), "the channel is open");
    }

    #[inline]
    fn wait(&self) -> impl Future<Output: Item> + Send {
        self.1.recv()
    }
}

impl ManyWaiters for AsyncChannel {}

/// embassy-sync, for one waiter.
pub struct Embassy(embassy_sync::signal::Signal<CriticalSectionRawMutex, u64>);
contender!(Embassy, "embassy-sync");

impl Signal for Embassy {
    fn new() -> Self {
        Self(embassy_sync::signal::Signal::new())
    }

    #[inline]
    fn signal(&self, value: u64) {
        self.0.signal(value);
    }

    #[inline]
    fn wait(&self) -> impl Future<Output: Item> + Send {
        self.0.wait()
    }
}
