//! Models of the oneshot.

use core::future::IntoFuture as _;
use core::pin::Pin;
use core::task::Poll;
use std::boxed::Box;
use std::sync::Arc;

use super::{Shared, block_on, join, model, poll, queued, spawn, write_and};
use crate::closed::Closed;
use crate::oneshot::{OwnedRecvFuture, Receiver, Sender, TryRecvError, channel};

type Wait<T> = Pin<Box<OwnedRecvFuture<Arc<crate::oneshot::Oneshot<T>>>>>;

fn wait<T>(receiver: Receiver<T>) -> Wait<T> {
    Box::pin(receiver.into_future())
}

/// A value that is counted: each holds a share.
fn counted() -> (Arc<()>, Arc<()>) {
    let value = Arc::new(());
    (Arc::clone(&value), value)
}

/// The value is sent between the first look and the last one before waiting: it is found there, or wakes; and brings what
/// was done before it.
#[test]
fn a_send_meets_the_last_look() {
    model(|| {
        let (sender, receiver) = channel();
        let value = Shared::new(0);
        let sending = write_and(&value, sender, |sender: Sender<u32>| sender.send(7).unwrap());
        assert_eq!(block_on(wait(receiver)), Ok(7));
        assert_eq!(value.get(), 1);
        sending.join().unwrap();
    });
}

/// The sender is dropped between the two looks.
#[test]
fn the_end_of_the_sender_meets_the_last_look() {
    model(|| {
        let (sender, receiver) = channel::<u32>();
        let value = Shared::new(0);
        let leaving = write_and(&value, sender, drop);
        assert_eq!(block_on(wait(receiver)), Err(Closed));
        assert_eq!(value.get(), 1);
        leaving.join().unwrap();
    });
}

/// The receiver is dropped between the two looks of a sender that waits for that.
#[test]
fn the_end_of_the_receiver_meets_the_last_look() {
    model(|| {
        let (sender, receiver) = channel::<u32>();
        let value = Shared::new(0);
        let leaving = write_and(&value, receiver, drop);
        block_on(Box::pin(sender.closed()));
        assert_eq!(value.get(), 1);
        leaving.join().unwrap();
        assert!(sender.send(1).is_err());
    });
}

/// An attempt that finds the value, without a wake-up, sees what was done before it was sent.
#[test]
fn a_send_carries_memory_to_an_attempt() {
    model(|| {
        let (sender, mut receiver) = channel();
        let value = Shared::new(0);
        let sending = write_and(&value, sender, |sender: Sender<u32>| sender.send(7).unwrap());
        match receiver.try_recv() {
            Ok(7) => assert_eq!(value.get(), 1),
            other => assert_eq!(other, Err(TryRecvError::Empty)),
        }
        sending.join().unwrap();
    });
}

/// The same for a wait that is queued, and polled without a wake-up.
#[test]
fn a_send_carries_memory_to_a_waiter() {
    model(|| {
        let (sender, receiver) = channel();
        let value = Shared::new(0);
        let mut waiting = queued(wait(receiver));
        let sending = write_and(&value, sender, |sender: Sender<u32>| sender.send(7).unwrap());
        if let Poll::Ready(received) = poll(&mut waiting) {
            assert_eq!((received, value.get()), (Ok(7), 1));
        }
        sending.join().unwrap();
    });
}

/// The same beside a wait of the other kind, which has set the bit before: the last look then does not change the word.
#[test]
fn a_send_beside_a_listener_carries_memory() {
    model(|| {
        let (sender, receiver) = channel();
        let value = Shared::new(0);
        core::mem::forget(queued(Box::pin(sender.closed())));
        let sending = write_and(&value, sender, |sender: Sender<u32>| sender.send(7).unwrap());
        let mut waiting = wait(receiver);
        if let Poll::Ready(received) = poll(&mut waiting) {
            assert_eq!((received, value.get()), (Ok(7), 1));
        }
        sending.join().unwrap();
        if value.get() == 1 && waiting.is_decided() {
            assert_eq!(poll(&mut waiting), Poll::Ready(Ok(7)));
        }
    });
}

/// An end that is seen to be gone, without a wake-up, brings what it did before.
#[test]
fn the_end_of_the_sender_carries_memory() {
    model(|| {
        let (sender, mut receiver) = channel::<u32>();
        let value = Shared::new(0);
        let leaving = write_and(&value, sender, drop);
        if receiver.try_recv() == Err(TryRecvError::Closed) {
            assert_eq!(value.get(), 1);
        }
        leaving.join().unwrap();
    });
}

/// The same for the receiver.
#[test]
fn the_end_of_the_receiver_carries_memory() {
    model(|| {
        let (sender, receiver) = channel::<u32>();
        let value = Shared::new(0);
        let leaving = write_and(&value, receiver, drop);
        if sender.is_closed() {
            assert_eq!(value.get(), 1);
        }
        leaving.join().unwrap();
    });
}

/// RUSTSEC-2021-0124: the receiver closes and takes what is there, while the value is sent. It is received, or comes back,
/// once; and the two ends do not touch it at once.
#[test]
fn rustsec_2021_0124_a_close_meets_a_send_and_an_attempt() {
    model(|| {
        let (sender, mut receiver) = channel();
        let (value, share) = counted();
        let sending = spawn(move || sender.send(share).map_err(drop).is_ok());
        receiver.close();
        let first = receiver.try_recv();
        let second = receiver.try_recv();
        assert!(second.is_err());
        let received = first.is_ok();
        assert_eq!(sending.join().unwrap(), received, "after a close nothing comes any more");
        drop((first, receiver));
        assert_eq!(Arc::strong_count(&value), 1);
    });
}

/// RUSTSEC-2026-0005: a receiver that waits is dropped while the value is sent. The value is dropped once, by the thread of
/// the receiver, or comes back; and no waker is used after the receiver is gone.
#[test]
fn rustsec_2026_0005_a_receiver_that_waits_goes_while_a_value_is_sent() {
    model(|| {
        let (sender, receiver) = channel();
        let (value, share) = counted();
        let waiting = queued(wait(receiver));
        let sending = spawn(move || match sender.send(share) {
            Ok(()) => true,
            Err(error) => {
                assert_eq!(Arc::strong_count(&error.0), 2);
                false
            }
        });
        drop(waiting);
        sending.join().unwrap();
        assert_eq!(Arc::strong_count(&value), 1, "it was not left in the slot");
    });
}

/// The same for a receiver that does not wait.
#[test]
fn the_receiver_goes_while_a_value_is_sent() {
    model(|| {
        let (sender, receiver) = channel();
        let (value, share) = counted();
        let sending = spawn(move || sender.send(share).is_ok());
        drop(receiver);
        let sent = sending.join().unwrap();
        assert_eq!(Arc::strong_count(&value), 1, "sent: {sent}");
    });
}

/// A receive is dropped while the value is sent: the next one returns it.
#[test]
fn a_receive_is_dropped_while_a_value_is_sent() {
    model(|| {
        let (sender, mut receiver) = channel();
        let sending = spawn(move || sender.send(7).unwrap());
        let first = poll(&mut Box::pin(receiver.recv()));
        if first.is_pending() {
            assert_eq!(block_on(Box::pin(receiver.recv())), Ok(7));
        } else {
            assert_eq!(first, Poll::Ready(Ok(7)));
        }
        assert_eq!(receiver.try_recv(), Err(TryRecvError::Closed));
        sending.join().unwrap();
    });
}

/// A listener leaves while the receiver enters: the bit is one for both lists, and the receiver is woken nevertheless.
#[test]
fn a_listener_leaves_while_a_receiver_enters() {
    model(|| {
        let (sender, receiver) = channel();
        let sending = spawn(move || {
            drop(queued(Box::pin(sender.closed())));
            sender.send(7).unwrap();
        });
        assert_eq!(block_on(wait(receiver)), Ok(7));
        sending.join().unwrap();
    });
}

/// A receiver gives up its wait while a listener enters, and then goes: the listener is woken.
#[test]
fn a_receive_is_dropped_while_a_listener_enters() {
    model(|| {
        let (sender, mut receiver) = channel::<u32>();
        let leaving = spawn(move || {
            drop(queued(Box::pin(receiver.recv())));
            drop(receiver);
        });
        block_on(Box::pin(sender.closed()));
        leaving.join().unwrap();
        assert_eq!(sender.waiters(), 0);
    });
}

/// A listener that waits is dropped while the receiver goes, and another one is woken.
#[test]
fn a_listener_is_dropped_while_the_receiver_goes() {
    model(|| {
        let (sender, receiver) = channel::<u32>();
        let first = queued(Box::pin(sender.closed()));
        let second = queued(Box::pin(sender.closed()));
        let leaving = spawn(move || drop(receiver));
        drop(first);
        block_on(second);
        leaving.join().unwrap();
        assert_eq!(sender.waiters(), 0);
    });
}

/// Both ends go at once.
#[test]
fn both_ends_go_at_once() {
    model(|| {
        let (sender, receiver) = channel::<u32>();
        join([spawn(move || drop(sender)), spawn(move || drop(receiver))]);
    });
}
