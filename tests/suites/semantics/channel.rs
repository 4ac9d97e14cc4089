//! The ends of a channel: what closes it, what happens to the items, and who hears of it.

use anywake_tests::Arc;
use core::cell::Cell;
use core::future::Future;
use core::task::{Context, Poll, Waker};
use std::rc::Rc;

use anywake_core::channel::{Receiver, Sender, bounded, over};
use anywake_core::{Closed, PushError, Queue, StaticQueue, TryPopError, TryPushError};
use anywake_tests::{Drops, Item, Task, panic_of, queue_up, queued};
use futures_util::future::FusedFuture;

fn pair() -> (Sender<u8>, Receiver<u8>) {
    bounded(2)
}

#[test]
fn the_last_sender_closes_the_channel_and_the_items_are_received_first() {
    let (sender, receiver) = pair();
    let other = sender.clone();
    sender.try_send(1).unwrap();
    drop(sender);
    assert!(!receiver.is_closed());
    other.try_send(2).unwrap();
    drop(other);
    assert!(receiver.is_closed());
    assert_eq!(Task::new(receiver.recv()).ready(), Ok(1));
    assert_eq!(receiver.try_recv(), Ok(2));
    assert_eq!(receiver.try_recv(), Err(TryPopError::Closed));
}

#[test]
fn every_waiting_receiver_hears_that_the_last_sender_is_gone() {
    let (sender, receiver) = pair();
    let mut waits = queue_up(3, || receiver.recv());
    drop(sender);
    waits.iter_mut().for_each(|wait| assert_eq!(wait.ready(), Err(Closed)));
}

#[test]
fn a_producer_that_panics_ends_the_loop_of_its_consumer() {
    let (sender, receiver) = pair();
    let panicked = panic_of(move || {
        sender.try_send(1).unwrap();
        panic!("the producer fails");
    });
    assert_eq!(panicked, "the producer fails");
    assert_eq!(receiver.try_recv(), Ok(1));
    assert_eq!(Task::new(receiver.recv()).ready(), Err(Closed));
}

#[test]
fn the_last_receiver_fails_the_senders_and_returns_their_items() {
    let (sender, receiver) = pair();
    let other = receiver.clone();
    drop(receiver);
    sender.try_send(1).unwrap();
    sender.try_send(2).unwrap();
    let mut send = queued(sender.send(3));
    let mut reserve = queued(sender.reserve());
    drop(other);
    assert_eq!(send.ready(), Err(PushError(3)));
    assert_eq!(reserve.ready().unwrap_err(), Closed);
    assert_eq!(sender.try_send(4), Err(TryPushError::Closed(4)));
}

/// tokio keeps what is queued until the last sender is gone.
#[test]
fn what_nobody_will_receive_is_dropped_with_the_last_receiver() {
    let drops = Drops::new();
    let (sender, receiver) = bounded::<Item>(2);
    sender.try_send(drops.item(1)).unwrap();
    sender.try_send(drops.item(2)).unwrap();
    drop(receiver);
    assert_eq!(drops.count(), 2);
    assert!(sender.is_empty());
}

#[test]
fn closed_is_ready_when_the_last_receiver_is_gone() {
    let (sender, receiver) = pair();
    let mut waits = queue_up(20, || sender.closed());
    waits.remove(3).cancel();
    drop(receiver.clone());
    assert!(waits.iter().all(|wait| !wait.is_woken()));
    drop(receiver);
    waits.iter_mut().for_each(Task::ready);
    Task::new(sender.closed()).ready();
}

#[test]
fn a_channel_that_a_receiver_closed_gives_what_it_holds() {
    let (sender, receiver) = pair();
    sender.try_send(1).unwrap();
    let mut closed = queued(sender.closed());
    assert!(receiver.close(), "this call closed it");
    assert!(!receiver.close());
    closed.ready();
    assert_eq!(sender.try_send(2), Err(TryPushError::Closed(2)));
    assert_eq!((receiver.try_recv(), receiver.try_recv()), (Ok(1), Err(TryPopError::Closed)));
}

/// tokio #8260: with a slot outstanding, the receiver of a channel without senders waits for its item.
#[test]
fn an_owned_slot_outlives_the_last_sender() {
    let (sender, receiver) = pair();
    let slot = Arc::clone(sender.queue()).try_reserve_owned().unwrap();
    drop(sender);
    let mut recv = queued(receiver.recv());
    slot.send(1).unwrap();
    assert_eq!(recv.ready(), Ok(1));
    assert_eq!(receiver.try_recv(), Err(TryPopError::Closed));
}

/// async-channel #60: a weak sender of a closed channel came back to life.
#[test]
fn a_weak_sender_does_not_come_back_to_a_closed_channel() {
    let (sender, receiver) = pair();
    let weak = sender.downgrade();
    assert!(weak.upgrade().is_some_and(|strong| strong.same_channel(&sender)));
    assert!(!receiver.is_closed(), "a sender that was upgraded and dropped is not the last one");
    receiver.close();
    assert!(weak.upgrade().is_none(), "closed by hand, although a sender is left");

    let (sender, receiver) = pair();
    let weak = sender.downgrade().clone();
    drop(sender);
    assert!(weak.upgrade().is_none() && receiver.is_closed());
}

/// The counterpart: a weak receiver must not come back to a channel whose senders were told that nobody receives.
#[test]
fn a_weak_receiver_does_not_come_back_to_a_closed_channel() {
    let (sender, receiver) = pair();
    let weak = receiver.downgrade();
    assert!(weak.upgrade().is_some_and(|strong| strong.same_channel(&receiver)));
    assert!(!sender.is_closed(), "a receiver that was upgraded and dropped is not the last one");
    receiver.close();
    assert!(weak.upgrade().is_none(), "closed by hand, although a receiver is left");

    let (sender, receiver) = pair();
    let weak = receiver.downgrade().clone();
    drop(receiver);
    assert!(weak.upgrade().is_none() && sender.is_closed());
}

#[test]
fn the_ends_of_each_kind_are_counted() {
    let (sender, receiver) = pair();
    let (second, third) = (sender.clone(), sender.downgrade().upgrade().unwrap());
    let other = receiver.downgrade().upgrade().unwrap();
    assert_eq!((receiver.sender_count(), receiver.receiver_count()), (3, 2));
    drop((second, third));
    drop(receiver);
    assert_eq!((sender.sender_count(), sender.receiver_count()), (1, 1));
    drop(sender);
    assert_eq!((other.sender_count(), other.receiver_count()), (0, 1));
}

#[test]
fn a_weak_sender_that_became_strong_keeps_the_channel_open() {
    let (sender, receiver) = pair();
    let strong = sender.downgrade().upgrade().unwrap();
    drop(sender);
    strong.try_send(1).unwrap();
    drop(strong);
    assert_eq!((receiver.try_recv(), receiver.try_recv()), (Ok(1), Err(TryPopError::Closed)));
}

#[cfg(not(feature = "local"))]
#[test]
fn static_ends_close_their_queue_without_an_allocation() {
    static QUEUE: StaticQueue<u8, 2> = StaticQueue::new();
    let (sender, receiver) = QUEUE.split();
    let more = sender.clone();
    more.try_send(1).unwrap();
    drop((sender, more));
    assert_eq!(receiver.try_recv(), Ok(1));
    assert!(QUEUE.is_closed());
}

#[test]
fn ends_of_one_channel_know_each_other() {
    let ((sender, receiver), (stranger, _)) = (pair(), pair());
    assert!(sender.same_channel(&sender.clone()) && receiver.same_channel(&receiver.clone()));
    assert!(!sender.same_channel(&stranger));
    assert_eq!((sender.capacity(), receiver.capacity()), (2, 2));
}

#[test]
fn a_queue_of_ones_own_can_have_ends() {
    let queue = Arc::new(Queue::<u8>::with_capacity(1).unwrap());
    let (sender, receiver) = over(Arc::clone(&queue));
    queue.try_push(1).unwrap();
    assert_eq!(receiver.try_recv(), Ok(1));
    drop(sender);
    assert!(queue.is_closed());
    drop(receiver);
    assert_eq!(Arc::strong_count(&queue), 1);
}

#[test]
fn a_channel_of_no_capacity_is_refused() {
    assert_eq!(panic_of(|| bounded::<u8>(0)), "a capacity is at least one");
}

#[test]
fn recv_many_takes_up_to_its_limit_in_order() {
    let (sender, receiver) = bounded(4);
    let mut items = vec![0];
    let mut wait = queued(receiver.recv_many(&mut items, 3));
    (1..=4).for_each(|item| sender.try_send(item).unwrap());
    assert!(wait.is_woken());
    assert_eq!(wait.ready(), 3);
    wait.cancel();
    assert_eq!(items, [0, 1, 2, 3]);
    assert_eq!(Task::new(receiver.recv_many(&mut items, 0)).ready(), 0);
    drop(sender);
    assert_eq!(Task::new(receiver.recv_many(&mut items, 9)).ready(), 1);
    assert_eq!(Task::new(receiver.recv_many(&mut items, 9)).ready(), 0);
    assert_eq!(items, [0, 1, 2, 3, 4]);
}

#[test]
fn an_enabled_recv_many_has_a_place_and_misses_nothing() {
    let (sender, receiver) = bounded(4);
    let (mut early, mut late) = (Vec::new(), Vec::new());
    let mut first = Box::pin(receiver.recv_many(&mut early, 2));
    assert!(!first.as_mut().enable() && !first.is_decided());
    let mut second = queued(receiver.recv_many(&mut late, 2));
    sender.try_send(1).unwrap();
    assert!(first.is_decided() && !second.is_woken(), "first come, first served");
    assert!(first.as_mut().enable());
    sender.try_send(2).unwrap();
    assert!(second.is_woken());
    assert_eq!((Task::new(first).ready(), second.ready()), (1, 1));
    drop(second);
    assert_eq!((early, late), (vec![1], vec![2]));
}

#[test]
fn a_recv_many_that_is_enabled_and_dropped_gives_its_item_and_its_place_back() {
    let (sender, receiver) = bounded(4);
    let mut items = Vec::new();
    let mut wait = Box::pin(receiver.recv_many(&mut items, 2));
    assert!(!wait.as_mut().enable());
    let mut next = queued(receiver.recv());
    sender.try_send(1).unwrap();
    drop(wait);
    assert_eq!((next.wakes(), next.ready(), receiver.queue().waiters()), (1, Ok(1), 0));
}

#[test]
fn a_recv_many_of_none_is_decided_and_takes_no_place() {
    let (sender, receiver) = bounded(1);
    let mut items = Vec::new();
    sender.try_send(1).unwrap();
    let mut wait = Box::pin(receiver.recv_many(&mut items, 0));
    assert!(wait.is_decided() && wait.as_mut().enable() && !wait.is_terminated());
    assert_eq!((receiver.queue().waiters(), receiver.try_recv()), (0, Ok(1)));
    assert_eq!(Task::new(wait).ready(), 0);
}

#[test]
fn a_recv_many_that_is_over_is_terminated_and_not_polled_again() {
    let (sender, receiver) = bounded(1);
    drop(sender);
    for limit in [0, 2] {
        let mut items = Vec::<u8>::new();
        let mut wait = Box::pin(receiver.recv_many(&mut items, limit));
        assert!(!wait.is_terminated());
        let mut context = Context::from_waker(Waker::noop());
        assert_eq!(wait.as_mut().poll(&mut context), Poll::Ready(0));
        assert!(wait.is_terminated() && !wait.is_decided());
        assert!(panic_of(|| wait.as_mut().poll(&mut context)).contains("polled after it had completed"));
        assert!(panic_of(|| wait.as_mut().enable()).contains("polled after it had completed"));
    }
}

#[test]
fn promise_1_a_dropped_recv_many_loses_nothing() {
    let (sender, receiver) = bounded(2);
    let mut items = Vec::new();
    let wait = queued(receiver.recv_many(&mut items, 2));
    sender.try_send(1).unwrap();
    assert!(wait.is_woken());
    wait.cancel();
    assert_eq!((items.len(), receiver.try_recv()), (0, Ok(1)));
}

#[test]
fn promise_5_an_item_whose_drop_looks_at_its_channel_finds_it_closed() {
    struct Nosy(Sender<Nosy>, Rc<Cell<bool>>);
    impl Drop for Nosy {
        fn drop(&mut self) {
            self.1.set(self.0.is_closed());
        }
    }

    let found = Rc::new(Cell::new(false));
    let (sender, receiver) = bounded(1);
    assert!(sender.try_send(Nosy(sender.clone(), Rc::clone(&found))).is_ok());
    drop(receiver);
    assert!(found.get());
}

#[test]
fn debug_of_an_end_shows_its_queue() {
    let (sender, receiver) = pair();
    sender.try_send(1).unwrap();
    assert!(format!("{sender:?}").starts_with("Sender { queue: Queue { len: 1, capacity: 2"));
    assert!(format!("{receiver:?}").starts_with("Receiver { queue:"));
    assert!(format!("{:?}", sender.downgrade()).starts_with("WeakSender { queue:"));
    assert!(format!("{:?}", receiver.downgrade()).starts_with("WeakReceiver { queue:"));
}
