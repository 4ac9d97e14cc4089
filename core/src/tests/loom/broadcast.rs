//! Models of the broadcast.

use core::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use core::task::Poll;
use std::boxed::Box;
use std::sync::Arc;
use std::vec::Vec;

use super::{block_on, join, model, own, poll, queued, spawn};
use crate::broadcast::{Broadcast, HeapBroadcast, Receiver, RecvError, Sender, TryRecvError, channel};

type One = Broadcast<Arc<u32>, 1>;

/// The values that a receiver finds without waiting, and how many it missed.
fn rest<T: Clone>(receiver: &mut Receiver<T>) -> (Vec<T>, u64) {
    let (mut values, mut missed) = (Vec::new(), 0);
    loop {
        match receiver.try_recv() {
            Ok(value) => values.push(value),
            Err(TryRecvError::Lagged(more)) => missed += more,
            Err(TryRecvError::Empty | TryRecvError::Closed) => return (values, missed),
        }
    }
}

fn pair<T>() -> (Sender<T>, Receiver<T>) {
    channel(1)
}

/// A value that loom watches: a clone reads it, a drop writes it.
struct Watched {
    value: u32,
    place: crate::sys::atomic::UnsafeCell<u32>,
    alive: Arc<AtomicUsize>,
}

impl Watched {
    fn new(value: u32, alive: &Arc<AtomicUsize>) -> Self {
        alive.fetch_add(1, Relaxed);
        Self { value, place: crate::sys::atomic::UnsafeCell::new(value), alive: Arc::clone(alive) }
    }
}

// SAFETY: not so; whether clones and drops of it are in order is what the models find out.
unsafe impl Sync for Watched {}

impl Clone for Watched {
    fn clone(&self) -> Self {
        // SAFETY: loom watches, and stops the model if another thread writes meanwhile.
        let read = self.place.with(|place| unsafe { *place });
        assert_eq!(read, self.value);
        Self::new(read, &self.alive)
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        // SAFETY: loom watches, and stops the model if another thread reads meanwhile.
        self.place.with_mut(|place| unsafe { *place = u32::MAX });
        self.alive.fetch_sub(1, Relaxed);
    }
}

/// Publish, clone and lag at once: two receivers read while a value is displaced. Each receives or misses each value, in
/// order, and each value is dropped once.
#[test]
fn a_displacement_meets_two_clones() {
    model(|| {
        let alive = Arc::new(AtomicUsize::new(0));
        let (sender, mut ada) = pair();
        let mut bob = ada.clone();
        assert!(sender.try_publish(Watched::new(0, &alive)).is_ok());
        let reader = spawn(move || {
            let first = rest(&mut ada);
            (ada, first)
        });
        let (published, counter) = (sender.clone(), Arc::clone(&alive));
        let publisher = spawn(move || drop(published.publish_now(Watched::new(1, &counter))));
        let first = rest(&mut bob);
        publisher.join().unwrap();
        let (mut ada, ada_first) = reader.join().unwrap();
        for (receiver, (mut values, mut missed)) in [(&mut ada, ada_first), (&mut bob, first)] {
            let (more, missed_more) = rest(receiver);
            values.extend(more);
            missed += missed_more;
            assert_eq!(values.len() as u64 + missed, 2);
            assert_eq!(values.last().map(|last| last.value), Some(1), "the newest value arrives");
        }
        assert!(sender.broadcast().is_empty());
        drop((ada, bob, sender));
        assert_eq!(alive.load(Relaxed), 0);
    });
}

/// Two values displace each other while the oldest is cloned: the one that is kept back enters, or the newer one.
#[test]
fn two_displacements_meet_a_clone() {
    model(|| {
        let (sender, mut ada) = pair::<Arc<u32>>();
        let mut bob = ada.clone();
        assert!(sender.try_publish(Arc::new(0)).is_ok());
        let published = sender.clone();
        let publisher = spawn(move || {
            for value in 1..=2 {
                assert!(published.publish_now(Arc::new(value)).is_ok());
            }
        });
        let (mut values, mut missed) = rest(&mut ada);
        publisher.join().unwrap();
        let (more, missed_more) = rest(&mut ada);
        values.extend(more);
        missed += missed_more;
        assert_eq!((values.len() as u64 + missed, values.last().map(|last| **last)), (3, Some(2)));
        let (values, missed) = rest(&mut bob);
        assert_eq!((values.len() as u64 + missed, values.last().map(|last| **last)), (3, Some(2)));
        assert!(sender.broadcast().is_empty());
    });
}

/// A receiver waits for a value that is kept back until the clone of another one has ended.
#[test]
fn a_value_that_is_kept_back_reaches_a_receiver_that_waits() {
    model(|| {
        let (sender, mut ada) = pair::<Arc<u32>>();
        let _bob = ada.clone();
        assert!(sender.try_publish(Arc::new(0)).is_ok());
        let mut late = sender.subscribe();
        let reader = spawn(move || drop(ada.try_recv()));
        let published = sender.clone();
        let publisher = spawn(move || assert!(published.publish_now(Arc::new(1)).is_ok()));
        assert_eq!(block_on(late.recv()).map(|value| *value), Ok(1));
        join([reader, publisher]);
    });
}

/// The last sender goes while a receiver enters: the receiver gets the value, and then hears of the end.
#[test]
fn the_last_sender_goes_while_a_receiver_enters() {
    model(|| {
        let (sender, mut receiver) = pair();
        let sender = spawn(move || {
            sender.try_publish(1).unwrap();
            drop(sender);
        });
        assert_eq!(block_on(receiver.recv()), Ok(1));
        assert_eq!(block_on(receiver.recv()), Err(RecvError::Closed));
        sender.join().unwrap();
    });
}

/// The receiver that a publish waits for is dropped: the value goes in for the one that is left.
#[test]
fn a_receiver_is_dropped_while_a_publish_waits_for_it() {
    model(|| {
        let (sender, slow) = pair::<Arc<u32>>();
        assert!(sender.try_publish(Arc::new(0)).is_ok());
        let mut left = sender.subscribe();
        let leaver = spawn(move || drop(slow));
        block_on(sender.publish(Arc::new(1))).unwrap_or_else(|_| panic!("it is open"));
        assert_eq!(block_on(left.recv()).map(|value| *value), Ok(1));
        leaver.join().unwrap();
        assert!(sender.broadcast().is_empty());
    });
}

/// The last receiver is dropped while a publish waits, and another is made: the publish ends, and what the new receiver
/// finds is the value or nothing.
#[test]
fn the_last_receiver_is_dropped_while_a_publish_waits_and_another_is_made() {
    model(|| {
        let (sender, slow) = pair::<Arc<u32>>();
        let value = Arc::new(1);
        assert!(sender.try_publish(Arc::new(0)).is_ok());
        let published = Arc::clone(&value);
        let publish = queued(own(sender.broadcast(), |broadcast| broadcast.publish(published)));
        let leaver = spawn(move || drop(slow));
        let subscriber = sender.clone();
        let subscriber = spawn(move || {
            let mut receiver = subscriber.subscribe();
            drop(rest(&mut receiver));
        });
        block_on(publish).unwrap_or_else(|_| panic!("it is open"));
        join([leaver, subscriber]);
        assert!(sender.broadcast().is_empty());
        assert_eq!(Arc::strong_count(&value), 1);
    });
}

/// Two receivers read the last value at once, and a publish waits for the slower one: one of them lets it in.
#[test]
fn the_slower_of_two_receivers_lets_a_publish_in() {
    model(|| {
        let (sender, mut ada) = pair::<Arc<u32>>();
        let mut bob = ada.clone();
        assert!(sender.try_publish(Arc::new(0)).is_ok());
        let publish = queued(own(sender.broadcast(), |broadcast| broadcast.publish(Arc::new(1))));
        let readers = [
            spawn(move || {
                assert_eq!(block_on(ada.recv()).map(|value| *value), Ok(0));
                assert_eq!(block_on(ada.recv()).map(|value| *value), Ok(1));
            }),
            spawn(move || {
                assert_eq!(block_on(bob.recv()).map(|value| *value), Ok(0));
            }),
        ];
        block_on(publish).unwrap_or_else(|_| panic!("it is open"));
        join(readers);
    });
}

/// A publish is cancelled while room is made for it: it comes back, or is published, and the next one goes in.
#[test]
fn a_publish_is_cancelled_while_room_is_made() {
    model(|| {
        let (sender, mut receiver) = pair::<u32>();
        sender.try_publish(0).unwrap();
        let mut first = queued(own(sender.broadcast(), |broadcast| broadcast.publish(1)));
        let second = queued(own(sender.broadcast(), |broadcast| broadcast.publish(2)));
        let canceller = spawn(move || first.future.as_mut().cancel().is_some());
        assert_eq!(receiver.try_recv(), Ok(0));
        let cancelled = canceller.join().unwrap();
        let next = block_on(receiver.recv());
        if !cancelled {
            assert_eq!(next, Ok(1));
            assert_eq!(block_on(receiver.recv()), Ok(2));
        } else {
            assert_eq!(next, Ok(2));
        }
        assert_eq!(block_on(second), Ok(()));
    });
}

/// A close meets a publish that waits, and the receiver that makes room: the value is received, or comes back, once.
#[test]
fn a_close_meets_a_publish_and_a_receiver() {
    model(|| {
        let (sender, mut receiver) = pair::<u32>();
        sender.try_publish(0).unwrap();
        let closer = sender.clone();
        let closer = spawn(move || assert!(closer.close()));
        let reader = spawn(move || {
            let mut values = 0;
            while block_on(receiver.recv()).is_ok() {
                values += 1;
            }
            values
        });
        let published = block_on(sender.publish(1)).is_ok();
        closer.join().unwrap();
        assert_eq!(reader.join().unwrap(), 1 + usize::from(published));
    });
}

/// A clone of a receiver is made while others read and a value is displaced: both are counted where they stand.
#[test]
fn a_receiver_is_cloned_while_another_reads() {
    model(|| {
        let (sender, receiver) = channel::<Arc<u32>>(2);
        let mut other = receiver.clone();
        for value in 0..2 {
            assert!(sender.try_publish(Arc::new(value)).is_ok());
        }
        let cloner = spawn(move || {
            let cloned = receiver.clone();
            [receiver, cloned].map(|mut receiver| rest(&mut receiver))
        });
        let published = sender.clone();
        let publisher = spawn(move || assert!(published.publish_now(Arc::new(2)).is_ok()));
        let (values, missed) = rest(&mut other);
        assert!(values.len() as u64 + missed >= 2);
        publisher.join().unwrap();
        for (values, missed) in cloner.join().unwrap() {
            assert!((2..=3).contains(&(values.len() as u64 + missed)));
        }
        drop(other);
        assert!(sender.broadcast().is_empty());
    });
}

/// A recv that was woken is dropped, and its receiver with it, while a publish waits for that.
#[test]
fn a_recv_and_its_receiver_are_dropped_while_they_are_served() {
    model(|| {
        let broadcast = Arc::new(One::new());
        let receiver = Arc::clone(&broadcast).receiver_owned();
        let published = Arc::clone(&broadcast);
        let publisher = spawn(move || {
            assert!(published.try_publish(Arc::new(0)).is_ok());
            block_on(published.publish(Arc::new(1))).unwrap_or_else(|_| panic!("it is open"));
        });
        let mut wait = Box::pin(async move {
            let mut receiver = receiver;
            receiver.recv().await.map(|value| *value)
        });
        match poll(&mut wait) {
            Poll::Ready(received) => assert_eq!(received, Ok(0)),
            Poll::Pending => drop(wait),
        }
        publisher.join().unwrap();
        assert_eq!((broadcast.receiver_count(), broadcast.waiters()), (0, 0));
    });
}

/// A receiver leaves in two batches while another one reads, and a third is made: what is left is read by those.
#[test]
fn a_receiver_leaves_in_batches_while_another_reads() {
    model(|| {
        let broadcast = Arc::new(HeapBroadcast::<Arc<u32>>::with_capacity(3).unwrap());
        let leaving = Arc::clone(&broadcast).receiver_owned();
        let mut reading = leaving.clone();
        for value in 0..3 {
            assert!(broadcast.try_publish(Arc::new(value)).is_ok());
        }
        let leaver = spawn(move || drop(leaving));
        let values: Vec<_> = rest(&mut reading).0.into_iter().map(|value| *value).collect();
        assert_eq!(values, [0, 1, 2]);
        assert!(broadcast.publish_now(Arc::new(3)).is_ok());
        leaver.join().unwrap();
        assert_eq!(rest(&mut reading).0.len(), 1);
        assert!(broadcast.is_empty());
    });
}
