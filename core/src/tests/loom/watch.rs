//! Models of a watch: sends, borrows, and receivers that wait.

use std::boxed::Box;
use std::sync::Arc;

use super::{block_on, join, model, own, queued, spawn};
use crate::closed::Closed;
use crate::watch::{ModifyError, Ref, Watch, channel};

/// A send, borrows and a wait for a change at once: the borrower never sees an older value after a newer one, and the
/// receiver hears of the change.
#[test]
fn a_send_meets_borrows_and_a_wait_for_a_change() {
    model(|| {
        let watch = Arc::new(Watch::new(1));
        let mut receiver = Arc::clone(&watch).receiver_owned();
        let (sending, borrowing) = (Arc::clone(&watch), Arc::clone(&watch));
        let threads = [
            spawn(move || assert!(sending.send(2).is_ok())),
            spawn(move || {
                let first = borrowing.borrow();
                let second = borrowing.borrow();
                assert!(*first <= *second && Ref::version(&first) <= Ref::version(&second));
            }),
        ];
        assert_eq!(block_on(receiver.changed()), Ok(()));
        assert_eq!(*receiver.borrow(), 2);
        join(threads);
        assert_eq!(watch.send(3), Ok(Some(2)));
    });
}

/// The drop of one of two versions that are read meets a send: the receiver that waits sees the last value, whichever came
/// first.
#[test]
fn a_borrow_is_dropped_while_a_value_is_sent() {
    model(|| {
        let watch = Arc::new(Watch::new(1));
        let one = Arc::clone(&watch).borrow_owned();
        watch.send(2).unwrap();
        let two = watch.borrow();
        let mut receiver = Arc::clone(&watch).receiver_owned();
        let sending = Arc::clone(&watch);
        let threads = [
            spawn(move || drop(one)),
            spawn(move || assert!(sending.send(3).is_ok_and(|displaced| displaced.is_none()))),
        ];
        assert_eq!(block_on(receiver.changed()), Ok(()));
        assert_eq!((*receiver.borrow(), *two), (3, 2));
        join(threads);
    });
}

/// The two versions that are read are dropped at once, while a value is pending: it is visible in the end, and the two are
/// dropped once.
#[test]
fn two_borrows_are_dropped_at_once_before_a_pending_value() {
    model(|| {
        let values = [1, 2, 3].map(Arc::new);
        let watch = Arc::new(Watch::new(Arc::clone(&values[0])));
        let one = Arc::clone(&watch).borrow_owned();
        watch.send(Arc::clone(&values[1])).unwrap();
        let two = Arc::clone(&watch).borrow_owned();
        watch.send(Arc::clone(&values[2])).unwrap();
        let mut changed = Box::pin(Arc::clone(&watch).receiver_owned().changed_owned());
        assert!(!changed.as_mut().enable());
        let threads = [one, two].map(|borrow| {
            spawn(move || {
                assert!(**borrow < 3);
                drop(borrow);
            })
        });
        let (receiver, result) = block_on(changed);
        assert_eq!((result, **receiver.borrow()), (Ok(()), 3));
        join(threads);
        assert_eq!(values.map(|value| Arc::strong_count(&value)), [1, 1, 2]);
    });
}

/// A value is read without the lock, while others are sent into the other slots and the last reader of another one goes.
#[test]
fn a_value_is_read_while_the_slots_are_used_again() {
    model(|| {
        let watch = Arc::new(Watch::new(1));
        let reading = Arc::clone(&watch);
        let reader = spawn(move || {
            let first = reading.borrow();
            let seen = *first;
            drop(reading.borrow());
            assert_eq!(*first, seen);
        });
        watch.send(2).unwrap();
        watch.send(3).unwrap();
        reader.join().unwrap();
        assert_eq!(*watch.borrow(), 3);
    });
}

/// The last sender goes while a receiver enters: the receiver sees the last value, and then hears of the end.
#[test]
fn the_last_sender_goes_while_a_receiver_enters() {
    model(|| {
        let (sender, mut receiver) = channel(1);
        let sender = spawn(move || {
            sender.send(2).unwrap();
            drop(sender);
        });
        assert_eq!(block_on(receiver.changed()), Ok(()));
        assert_eq!(*receiver.borrow(), 2);
        assert_eq!(block_on(receiver.changed()), Err(Closed));
        sender.join().unwrap();
    });
}

/// Two senders go at once, and a receiver waits: one of the two is the last.
#[test]
fn two_last_senders_go_at_once() {
    model(|| {
        let (sender, mut receiver) = channel(1);
        let senders = [sender.clone(), sender].map(|sender| spawn(move || drop(sender)));
        assert_eq!(block_on(receiver.changed()), Err(Closed));
        join(senders);
    });
}

/// More receivers than a batch wait while one of them gives up and another value is sent: all others hear of a change.
#[test]
fn two_sends_meet_a_receiver_that_gives_up() {
    model(|| {
        let watch = Arc::new(Watch::new(1));
        let begin = || queued(own(&watch, |watch: &'static Watch<u32>| watch.receiver().changed_owned()));
        let [first, doomed, last] = [(); 3].map(|()| begin());
        let sending = Arc::clone(&watch);
        let threads = [spawn(move || assert!(sending.send(2).is_ok())), spawn(move || drop(doomed))];
        assert!(watch.send(3).is_ok());
        for wait in [first, last] {
            assert_eq!(block_on(wait).1, Ok(()));
        }
        join(threads);
        assert_eq!((watch.version(), watch.waiters()), (3, 0));
    });
}

/// Two modifications at once: none is lost.
#[test]
fn two_modifications_at_once() {
    model(|| {
        let watch = Arc::new(Watch::new(0));
        let add = |number: u32| {
            move |value: &mut u32| {
                *value += number;
                true
            }
        };
        let other = Arc::clone(&watch);
        let thread = spawn(move || assert_eq!(other.send_if_modified(add(1)), Ok(true)));
        assert_eq!(watch.send_if_modified(add(2)), Ok(true));
        thread.join().unwrap();
        assert_eq!((*watch.borrow(), watch.version()), (3, 3));
    });
}

/// A pending value is modified by two while one of its hiding readers goes: no modification that succeeded is lost.
#[test]
fn a_pending_value_is_modified_while_a_reader_goes() {
    model(|| {
        let watch = Arc::new(Watch::new(1));
        let one = Arc::clone(&watch).borrow_owned();
        watch.send(2).unwrap();
        let two = watch.borrow();
        watch.send(10).unwrap();
        let add = |value: &mut u32| {
            *value += 1;
            true
        };
        let other = Arc::clone(&watch);
        let modifier = spawn(move || other.send_if_modified(add));
        let leaver = spawn(move || drop(one));
        let mine = watch.send_if_modified(add);
        let other = modifier.join().unwrap();
        leaver.join().unwrap();
        drop(two);
        for result in [&mine, &other] {
            assert!(matches!(result, Ok(true) | Err(ModifyError::Contended)));
        }
        let done = u32::from(mine.is_ok()) + u32::from(other.is_ok());
        assert!(done > 0, "one of the two had the value");
        assert_eq!(*watch.borrow(), 10 + done);
    });
}

/// The last receiver goes while a sender waits for that, and another one comes.
#[test]
fn the_last_receiver_goes_while_a_sender_listens() {
    model(|| {
        let (sender, receiver) = channel(1);
        let leaver = spawn(move || drop(receiver));
        block_on(sender.closed());
        let receiver = sender.subscribe();
        leaver.join().unwrap();
        assert_eq!((sender.receiver_count(), *receiver.borrow()), (1, 1));
    });
}
