//! Watches: the newest of a value, for any number of receivers.

use core::future::Future;

use embassy_sync::blocking_mutex::raw::CriticalSectionRawMutex;
use futures_intrusive::channel::StateId;
use futures_intrusive::channel::shared::{StateReceiver, StateSender, state_broadcast_channel};

use super::contender;
use crate::harness::Contender;

/// A watch of one library.
pub trait Watch: Contender + Send + Sync + Sized + 'static {
    /// A receiver, which knows what it has seen.
    type Receiver: Send + 'static;

    /// Makes one with the value 0.
    fn new() -> Self;
    /// A receiver that has seen the value of now.
    fn receiver(&self) -> Self::Receiver;
    /// Replaces the value.
    fn send(&self, value: u64);
    /// Waits for a value that this receiver has not seen, and reads it.
    fn next(receiver: &mut Self::Receiver) -> impl Future<Output = u64> + Send;
    /// Reads the value of now.
    fn read(receiver: &mut Self::Receiver) -> u64;
}

/// A watch for any number of receivers.
pub trait ManyReceivers: Watch {}

/// Calls `f` with every watch.
macro_rules! each_watch {
    ($f:ident($($argument:expr),*)) => {{
        use $crate::contenders::watch::*;
        each_unlimited_watch!($f($($argument),*));
        $f::<EmbassySync>($($argument),*);
    }};
}
pub(crate) use each_watch;

/// Calls `f` with every watch for any number of receivers.
macro_rules! each_unlimited_watch {
    ($f:ident($($argument:expr),*)) => {{
        use $crate::contenders::watch::*;
        $f::<Anywake>($($argument),*);
        $f::<Tokio>($($argument),*);
        $f::<Asyncband>($($argument),*);
        $f::<FuturesIntrusive>($($argument),*);
    }};
}
pub(crate) use each_unlimited_watch;

/// anywake.
pub struct Anywake(anywake_core::watch::Sender<u64>);
contender!(Anywake, "anywake", kind = Ours, order = Fifo);

impl Watch for Anywake {
    type Receiver = anywake_core::watch::Receiver<u64>;

    fn new() -> Self {
        Self(anywake_core::watch::channel(0).0)
    }

    fn receiver(&self) -> Self::Receiver {
        self.0.subscribe()
    }

    #[inline]
    fn send(&self, value: u64) {
        let _ = self.0.send(value);
    }

    #[inline]
    async fn next(receiver: &mut Self::Receiver) -> u64 {
        let _ = receiver.changed().await;
        *receiver.borrow_and_update()
    }

    #[inline]
    fn read(receiver: &mut Self::Receiver) -> u64 {
        *receiver.borrow()
    }
}

impl ManyReceivers for Anywake {}

/// tokio.
pub struct Tokio(tokio::sync::watch::Sender<u64>);
contender!(Tokio, "tokio");

impl Watch for Tokio {
    type Receiver = tokio::sync::watch::Receiver<u64>;

    fn new() -> Self {
        Self(tokio::sync::watch::channel(0).0)
    }

    fn receiver(&self) -> Self::Receiver {
        self.0.subscribe()
    }

    /// Not its `send`, which fails without receivers.
    #[inline]
    fn send(&self, value: u64) {
        self.0.send_replace(value);
    }

    #[inline]
    async fn next(receiver: &mut Self::Receiver) -> u64 {
        let _ = receiver.changed().await;
        *receiver.borrow_and_update()
    }

    #[inline]
    fn read(receiver: &mut Self::Receiver) -> u64 {
        *receiver.borrow()
    }
}

impl ManyReceivers for Tokio {}

/// asyncband. It has no borrow: a read is a clone under its lock.
pub struct Asyncband(asyncband::watch::Sender<u64>);
contender!(Asyncband, "asyncband");

impl Watch for Asyncband {
    type Receiver = asyncband::watch::Receiver<u64>;

    fn new() -> Self {
        Self(asyncband::watch::channel(0).0)
    }

    fn receiver(&self) -> Self::Receiver {
        self.0.subscribe()
    }

    /// Not its `send`, which fails without receivers.
    #[inline]
    fn send(&self, value: u64) {
        self.0.send_replace(value);
    }

    #[inline]
    async fn next(receiver: &mut Self::Receiver) -> u64 {
        receiver.recv().await.unwrap_or_default()
    }

    #[inline]
    fn read(receiver: &mut Self::Receiver) -> u64 {
        receiver.get()
    }
}

impl ManyReceivers for Asyncband {}

/// futures-intrusive's state broadcast channel, which clones values. A receiver is a handle and the state that it has seen.
pub struct FuturesIntrusive {
    sender: StateSender<u64>,
    receiver: StateReceiver<u64>,
}
contender!(FuturesIntrusive, "futures-intrusive");

impl Watch for FuturesIntrusive {
    type Receiver = (StateReceiver<u64>, StateId);

    fn new() -> Self {
        let (sender, receiver) = state_broadcast_channel();
        let _ = sender.send(0);
        Self { sender, receiver }
    }

    fn receiver(&self) -> Self::Receiver {
        let seen = self.receiver.try_receive(StateId::new()).map_or_else(StateId::new, |(seen, _)| seen);
        (self.receiver.clone(), seen)
    }

    #[inline]
    fn send(&self, value: u64) {
        let _ = self.sender.send(value);
    }

    #[inline]
    async fn next((receiver, seen): &mut Self::Receiver) -> u64 {
        match receiver.receive(*seen).await {
            Some((state, value)) => {
                *seen = state;
                value
            }
            None => 0,
        }
    }

    #[inline]
    fn read((receiver, _): &mut Self::Receiver) -> u64 {
        receiver.try_receive(StateId::new()).map_or(0, |(_, value)| value)
    }
}

impl ManyReceivers for FuturesIntrusive {}

type EmbassyWatch = embassy_sync::watch::Watch<CriticalSectionRawMutex, u64, 4>;

/// embassy-sync, for four receivers. Its watch lives in a static, and clones values in the critical section.
pub struct EmbassySync(&'static EmbassyWatch);
contender!(EmbassySync, "embassy-sync");

impl Watch for EmbassySync {
    type Receiver = embassy_sync::watch::Receiver<'static, CriticalSectionRawMutex, u64, 4>;

    fn new() -> Self {
        Self(Box::leak(Box::new(EmbassyWatch::new_with(0))))
    }

    fn receiver(&self) -> Self::Receiver {
        let mut receiver = self.0.receiver().expect("there are at most four receivers");
        receiver.try_changed();
        receiver
    }

    #[inline]
    fn send(&self, value: u64) {
        self.0.sender().send(value);
    }

    #[inline]
    async fn next(receiver: &mut Self::Receiver) -> u64 {
        receiver.changed().await
    }

    /// Its `try_get` marks the value as seen.
    #[inline]
    fn read(receiver: &mut Self::Receiver) -> u64 {
        receiver.try_get().unwrap_or_default()
    }
}
