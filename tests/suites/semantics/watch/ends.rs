//! Senders and receivers: what closes a watch, and who hears of it.

use anywake_tests::Arc;

use anywake_core::watch::channel;
use anywake_core::{Closed, Watch};
use anywake_tests::{Task, assert_pending, panic_of, queue_up, queued};

#[test]
fn the_last_sender_closes_the_watch_and_the_last_value_is_seen_first() {
    let (sender, mut receiver) = channel(1);
    let other = sender.clone();
    other.send(2).unwrap();
    drop(sender);
    assert!(!receiver.is_closed());
    drop(other);
    assert!(receiver.is_closed());
    assert_eq!(Task::new(receiver.changed()).ready(), Ok(()));
    assert_eq!(*receiver.borrow(), 2);
    assert_eq!(Task::new(receiver.changed()).ready(), Err(Closed));
}

#[test]
fn every_waiting_receiver_hears_that_the_last_sender_is_gone() {
    let (sender, receiver) = channel(1);
    let mut waits = queue_up(40, || receiver.clone().changed_owned());
    drop(sender);
    waits.iter_mut().for_each(|wait| assert_eq!(wait.ready().1, Err(Closed)));
}

#[test]
fn a_sender_that_panics_ends_the_loop_of_its_receiver() {
    let (sender, mut receiver) = channel(1);
    let panicked = panic_of(move || {
        sender.send(2).unwrap();
        panic!("the sender fails");
    });
    assert_eq!(panicked, "the sender fails");
    assert_eq!(*receiver.borrow_and_update(), 2);
    assert_eq!(Task::new(receiver.changed()).ready(), Err(Closed));
}

#[test]
fn closed_is_ready_when_the_last_receiver_is_gone_and_the_watch_stays_open() {
    let (sender, receiver) = channel(1);
    let mut waits = queue_up(20, || sender.closed());
    waits.remove(3).cancel();
    drop(receiver.clone());
    assert!(waits.iter().all(|wait| !wait.is_woken()));
    drop(receiver);
    assert!(!sender.is_closed());
    let again = sender.subscribe();
    assert_pending!(Task::new(sender.closed()).poll(), "there is a receiver again");
    waits.iter_mut().for_each(Task::ready);
    drop(again);
    Task::new(sender.closed()).ready();
}

#[test]
fn closed_is_ready_when_the_watch_is_closed_although_a_receiver_is_left() {
    let watch = Arc::new(Watch::new(1));
    let receiver = Arc::clone(&watch).receiver_owned();
    let mut closed = queued(Arc::clone(&watch).closed_owned());
    watch.close();
    closed.ready();
    assert_eq!((*receiver.borrow(), watch.receiver_count()), (1, 1));
}

#[cfg(not(feature = "local"))]
#[test]
fn static_ends_close_their_watch_without_an_allocation() {
    static WATCH: Watch<u8> = Watch::new(1);
    let (sender, mut receiver) = WATCH.split();
    let more = sender.clone();
    more.send(2).unwrap();
    drop((sender, more));
    assert_eq!(Task::new(receiver.changed()).ready(), Ok(()));
    assert_eq!(Task::new(receiver.changed()).ready(), Err(Closed));
    assert!(WATCH.is_closed());
}

#[test]
fn ends_of_one_watch_know_each_other() {
    let ((sender, receiver), (stranger, strangers)) = (channel(1), channel(1));
    assert!(sender.same_channel(&sender.clone()) && receiver.same_channel(&sender.subscribe()));
    assert!(!sender.same_channel(&stranger) && !receiver.same_channel(&strangers));
    assert_eq!((sender.receiver_count(), receiver.watch().receiver_count()), (1, 1));
}

#[cfg(not(feature = "local"))]
#[test]
fn a_receiver_or_a_borrow_keeps_an_owned_watch_alive() {
    let (sender, receiver) = channel(String::from("value"));
    let value = receiver.borrow_owned();
    drop((sender, receiver));
    std::thread::spawn(move || assert_eq!(*value, "value")).join().unwrap();
}
