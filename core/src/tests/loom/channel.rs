//! Models of a channel's ends, and of room that is reserved.

use core::task::Poll;
use std::sync::Arc;

use super::{block_on, join, model, own, poll, queued, spawn};
use crate::channel::{Receiver, Sender, bounded};
use crate::closed::Closed;
use crate::queue::{StaticQueue, TryPopError};

type One = StaticQueue<u32, 1>;

fn pair() -> (Sender<u32>, Receiver<u32>) {
    bounded(1)
}

/// The last sender goes while a receiver enters: the receiver gets the item, and then hears of the end.
#[test]
fn the_last_sender_goes_while_a_receiver_enters() {
    model(|| {
        let (sender, receiver) = pair();
        let sender = spawn(move || {
            sender.try_send(1).unwrap();
            drop(sender);
        });
        assert_eq!(block_on(receiver.recv()), Ok(1));
        assert_eq!(block_on(receiver.recv()), Err(Closed));
        sender.join().unwrap();
    });
}

/// Two senders go at once: exactly one of them is the last.
#[test]
fn two_last_senders_go_at_once() {
    model(|| {
        let (sender, receiver) = pair();
        let senders = [sender.clone(), sender].map(|sender| spawn(move || drop(sender)));
        assert_eq!(block_on(receiver.recv()), Err(Closed));
        join(senders);
    });
}

/// A weak sender comes back while the last sender goes: it is a sender of an open channel, or nothing.
#[test]
fn a_weak_sender_comes_back_while_the_last_sender_goes() {
    model(|| {
        let (sender, receiver) = pair();
        let weak = sender.downgrade();
        let leaver = spawn(move || drop(sender));
        let strong = weak.upgrade();
        match &strong {
            Some(sender) => sender.try_send(1).unwrap(),
            None => assert!(receiver.is_closed()),
        }
        let expected = if strong.is_some() { Ok(1) } else { Err(Closed) };
        drop(strong);
        assert_eq!(block_on(receiver.recv()), expected);
        leaver.join().unwrap();
    });
}

/// A weak receiver comes back while the last receiver goes: it is a receiver of an open channel, or nothing.
#[test]
fn a_weak_receiver_comes_back_while_the_last_receiver_goes() {
    model(|| {
        let (sender, receiver) = pair();
        let weak = receiver.downgrade();
        let leaver = spawn(move || drop(receiver));
        match weak.upgrade() {
            Some(strong) => {
                sender.try_send(1).unwrap();
                assert_eq!(strong.try_recv(), Ok(1));
            }
            None => assert!(sender.is_closed()),
        }
        leaver.join().unwrap();
        assert!(sender.is_closed() && sender.receiver_count() == 0);
    });
}

/// The receiver goes while an item is sent (RUSTSEC-2026-0005): the item comes back, or is dropped with the receiver, once.
#[test]
fn the_receiver_goes_while_an_item_is_sent() {
    model(|| {
        let (sender, receiver) = bounded::<Arc<()>>(1);
        let item = Arc::new(());
        let sent = Arc::clone(&item);
        let leaver = spawn(move || drop(receiver));
        let back = sender.try_send(sent);
        leaver.join().unwrap();
        assert!(sender.is_closed() && sender.is_empty());
        assert_eq!(Arc::strong_count(&item), if back.is_ok() { 1 } else { 2 });
    });
}

/// A close, a send and a receive at once (RUSTSEC-2021-0124): the item is received, stays, or comes back, once.
#[test]
fn a_close_meets_a_send_and_a_receive() {
    model(|| {
        let (sender, receiver) = pair();
        let closer = receiver.clone();
        let closer = spawn(move || assert!(closer.close()));
        let taker = receiver.clone();
        let taker = spawn(move || taker.try_recv().ok());
        let back = sender.try_send(7).is_err();
        closer.join().unwrap();
        let taken = taker.join().unwrap().is_some();
        let left = receiver.try_recv().is_ok();
        assert_eq!(usize::from(back) + usize::from(taken) + usize::from(left), 1);
        assert_eq!(receiver.try_recv(), Err(TryPopError::Closed));
    });
}

/// The last receiver goes while a sender waits for that.
#[test]
fn the_last_receiver_goes_while_a_sender_listens() {
    model(|| {
        let (sender, receiver) = pair();
        let leaver = spawn(move || drop(receiver));
        block_on(sender.closed());
        assert!(sender.try_send(1).is_err());
        leaver.join().unwrap();
    });
}

/// Room comes free while the reservation that it is for goes away: the push behind it gets in.
#[test]
fn a_reservation_goes_away_while_it_is_served() {
    model(|| {
        let queue = Arc::new(One::new());
        queue.try_push(1).unwrap();
        let reserve = queued(own(&queue, One::reserve));
        let push = queued(own(&queue, |queue| queue.push(2)));
        let taker = Arc::clone(&queue);
        let threads = [spawn(move || assert_eq!(taker.try_pop(), Ok(1))), spawn(move || drop(reserve))];
        assert_eq!(block_on(push), Ok(()));
        join(threads);
        assert_eq!(queue.try_pop(), Ok(2));
        assert!(!queue.is_full());
    });
}

/// The slot of a closed queue is given back while a `pop` enters: the `pop` hears of the end (tokio #8075, #8260).
#[test]
fn a_slot_of_a_closed_queue_is_given_back_while_a_pop_enters() {
    model(|| {
        let queue = Arc::new(One::new());
        let slot = Arc::clone(&queue).try_reserve_owned().unwrap();
        let closer = Arc::clone(&queue);
        let threads = [spawn(move || drop(slot)), spawn(move || assert!(closer.close()))];
        assert_eq!(block_on(queue.pop()), Err(Closed));
        join(threads);
    });
}

/// An item comes into a slot while the queue is closed for good: it is delivered, dropped or comes back, once.
#[test]
fn an_item_for_a_slot_meets_a_discarding_close() {
    model(|| {
        let queue = Arc::new(StaticQueue::<Arc<()>, 1>::new());
        let item = Arc::new(());
        let sent = Arc::clone(&item);
        let slot = Arc::clone(&queue).try_reserve_owned().unwrap();
        let mut pop = queued(own(&queue, StaticQueue::pop));
        let sender = spawn(move || slot.send(sent).is_err());
        assert!(queue.close_now());
        let back = sender.join().unwrap();
        let Poll::Ready(popped) = poll(&mut pop) else { panic!("the queue is closed") };
        assert!(!(back && popped.is_ok()));
        drop(popped);
        assert_eq!(Arc::strong_count(&item), 1);
        assert_eq!((queue.len(), queue.waiters()), (0, 0));
    });
}
