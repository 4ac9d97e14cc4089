//! The waits for the value of a oneshot, and for the end of its receiver.

use core::future::IntoFuture as _;
use core::pin::Pin;
use core::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Mutex, PoisonError};

use anywake_core::Oneshot;
use anywake_core::oneshot::{BorrowedReceiver, BorrowedSender, ClosedFuture, OwnedRecvFuture};
use anywake_tests::{leak, leak_mut};

use super::{ROOM, Subject, each, poll_and_drop};

type Sender = BorrowedSender<'static, u8>;
type Receiver = BorrowedReceiver<'static, u8>;

fn take<T>(place: &Mutex<Option<T>>) -> Option<T> {
    place.lock().unwrap_or_else(PoisonError::into_inner).take()
}

/// The waits for a value, each at a oneshot of its own, since a receiver is one. They are let through in their order.
pub(crate) struct ReceiveWait {
    senders: Vec<Mutex<Option<Sender>>>,
    receivers: Vec<Mutex<Option<Receiver>>>,
    next: AtomicUsize,
    /// Waits for its own end, so that the lists of both kinds of wait are used.
    touched: Sender,
    _listens: Receiver,
}

impl Subject for ReceiveWait {
    type Wait = OwnedRecvFuture<&'static Oneshot<u8>>;

    const FORWARDS: bool = false;

    fn closed() -> &'static Self {
        let pair = |_| leak_mut(Oneshot::new()).split();
        let (senders, receivers): (Vec<_>, Vec<_>) = (0..2 * ROOM).map(pair).unzip();
        let (touched, listens) = pair(0);
        leak(Self {
            senders: senders.into_iter().map(|sender| Mutex::new(Some(sender))).collect(),
            receivers: receivers.into_iter().map(|receiver| Mutex::new(Some(receiver))).collect(),
            next: AtomicUsize::new(0),
            touched,
            _listens: listens,
        })
    }

    fn wait(&'static self) -> Self::Wait {
        let receiver = take(&self.receivers[self.next.fetch_add(1, SeqCst)]);
        receiver.expect("there are not so many waits").into_future()
    }

    fn enable(wait: Pin<&mut Self::Wait>) -> bool {
        wait.enable()
    }

    fn waiters(&self) -> usize {
        let waiters = |sender: &Mutex<Option<Sender>>| {
            let sender = sender.lock().unwrap_or_else(PoisonError::into_inner);
            sender.as_ref().map_or(0, Sender::waiters)
        };
        self.senders.iter().map(waiters).sum()
    }

    fn open(&'static self, n: usize) {
        each(n, |_| {
            // The first whose receiver is there.
            let sender = self.senders.iter().filter_map(take).find(|sender| !sender.is_closed());
            sender.expect("there are not so many waits").send(1).expect("the receiver is there");
        });
    }

    fn touch(&'static self) {
        self.waiters();
        poll_and_drop(self.touched.closed());
    }
}

/// The waits of a sender for the end of its receiver.
pub(crate) struct EndOfReceiverWait {
    sender: Sender,
    receiver: Mutex<Option<Receiver>>,
}

impl Subject for EndOfReceiverWait {
    type Wait = ClosedFuture<'static, u8>;

    const FORWARDS: bool = false;

    fn closed() -> &'static Self {
        let (sender, receiver) = leak_mut(Oneshot::new()).split();
        leak(Self { sender, receiver: Mutex::new(Some(receiver)) })
    }

    fn wait(&'static self) -> Self::Wait {
        self.sender.closed()
    }

    fn enable(wait: Pin<&mut Self::Wait>) -> bool {
        wait.enable()
    }

    fn waiters(&self) -> usize {
        self.sender.waiters()
    }

    fn open(&'static self, _: usize) {
        drop(take(&self.receiver));
    }

    fn touch(&'static self) {
        self.sender.waiters();
        poll_and_drop(self.sender.closed());
    }
}
