//! Models of the signal.

use core::task::Poll;
use std::sync::Arc;

use super::{Shared, block_on, join, model, own, poll, queued, spawn, write_and};
use crate::signal::Signal;

fn new() -> Arc<Signal<u32>> {
    Arc::new(Signal::new())
}

/// A value comes between the first look and the last one before waiting: it is found there, or wakes; and brings what was
/// done before it. It is taken once.
#[test]
fn a_value_meets_the_last_look() {
    model(|| {
        let (signal, value) = (new(), Shared::new(0));
        let signaller = write_and(&value, Arc::clone(&signal), |signal| assert_eq!(signal.signal(7), None));
        assert_eq!(block_on(signal.wait()), 7);
        assert_eq!(value.get(), 1);
        signaller.join().unwrap();
        assert_eq!((signal.waiters(), signal.try_take()), (0, None));
    });
}

/// A poll that finds itself decided, without a wake-up, sees what was done before.
#[test]
fn a_value_carries_memory_to_a_waiter() {
    model(|| {
        let (signal, value) = (new(), Shared::new(0));
        let mut wait = queued(own(&signal, Signal::wait));
        let signaller = write_and(&value, Arc::clone(&signal), |signal| assert_eq!(signal.signal(7), None));
        if poll(&mut wait).is_ready() {
            assert_eq!(value.get(), 1);
        }
        signaller.join().unwrap();
    });
}

/// A value, and at the same time the wait that it is promised to is cancelled: it goes to the second waiter.
#[test]
fn a_value_of_a_cancelled_wait_goes_on() {
    model(|| {
        let signal = new();
        let [first, second] = [(); 2].map(|()| queued(own(&signal, Signal::wait)));
        let signaller = Arc::clone(&signal);
        let threads = [spawn(move || assert_eq!(signaller.signal(7), None)), spawn(move || drop(first))];
        assert_eq!(block_on(second), 7);
        join(threads);
        assert_eq!((signal.waiters(), signal.try_take()), (0, None));
    });
}

/// The same without a second waiter: the value is there for an attempt.
#[test]
fn a_value_of_the_only_wait_that_is_cancelled_is_free() {
    model(|| {
        let signal = new();
        let wait = queued(own(&signal, Signal::wait));
        let signaller = Arc::clone(&signal);
        join([spawn(move || assert_eq!(signaller.signal(7), None)), spawn(move || drop(wait))]);
        assert_eq!((signal.waiters(), signal.try_take(), signal.try_take()), (0, Some(7), None));
    });
}

/// A wait that a value was promised to is cancelled while another one begins: that one finds it, or is woken for it.
#[test]
fn a_value_of_a_cancelled_wait_meets_one_that_begins() {
    model(|| {
        let signal = new();
        let wait = queued(own(&signal, Signal::wait));
        signal.signal(7);
        let dropping = spawn(move || drop(wait));
        assert_eq!(block_on(signal.wait()), 7);
        dropping.join().unwrap();
        assert_eq!((signal.waiters(), signal.try_take()), (0, None));
    });
}

/// A newer value comes while the promised one is taken: the wait returns one of the two, and the other one is displaced or
/// left, once.
#[test]
fn a_newer_value_meets_the_wait_that_takes() {
    model(|| {
        let signal = new();
        let mut wait = queued(own(&signal, Signal::wait));
        signal.signal(1);
        let signaller = Arc::clone(&signal);
        let displaced = spawn(move || signaller.signal(2));
        let Poll::Ready(taken) = poll(&mut wait) else { panic!("the value is promised") };
        let other = displaced.join().unwrap().or(signal.try_take());
        assert_eq!((taken, other), if taken == 1 { (1, Some(2)) } else { (2, Some(1)) });
    });
}

/// A newer value comes while the wait that has the promise is cancelled: it displaces the older one, and stays.
#[test]
fn a_newer_value_meets_a_wait_that_is_cancelled() {
    model(|| {
        let signal = new();
        let wait = queued(own(&signal, Signal::wait));
        signal.signal(1);
        let signaller = Arc::clone(&signal);
        let displaced = spawn(move || signaller.signal(2));
        drop(wait);
        assert_eq!(displaced.join().unwrap(), Some(1));
        assert_eq!((signal.try_take(), signal.waiters()), (Some(2), 0));
    });
}

/// Two signal at once, and two wait: each has one of the values, or the newer one has displaced the other.
#[test]
fn two_signal_at_once() {
    model(|| {
        let signal = new();
        let [first, mut second] = [(); 2].map(|()| queued(own(&signal, Signal::wait)));
        let [one, two] = [1, 2].map(|value| {
            let signal = Arc::clone(&signal);
            spawn(move || signal.signal(value))
        });
        let taken = block_on(first);
        let displaced = one.join().unwrap().or(two.join().unwrap());
        match poll(&mut second) {
            Poll::Ready(other) => assert_eq!((taken + other, displaced), (3, None)),
            Poll::Pending => assert_eq!(displaced, Some(3 - taken)),
        }
        drop(second);
        assert_eq!((signal.waiters(), signal.try_take()), (0, None));
    });
}

/// An attempt, a wait and a value at once: the value is taken once.
#[test]
fn an_attempt_meets_a_wait() {
    model(|| {
        let signal = new();
        let (signaller, taker) = (Arc::clone(&signal), Arc::clone(&signal));
        let signaller = spawn(move || assert_eq!(signaller.signal(7), None));
        let taker = spawn(move || taker.try_take());
        let mut wait = own(&signal, Signal::wait);
        let waited = poll(&mut wait);
        signaller.join().unwrap();
        match (waited, taker.join().unwrap()) {
            (Poll::Ready(taken), tried) => assert_eq!((taken, tried), (7, None)),
            (Poll::Pending, Some(tried)) => {
                assert_eq!(tried, 7);
                assert!(poll(&mut wait).is_pending());
            }
            (Poll::Pending, None) => assert_eq!(poll(&mut wait), Poll::Ready(7)),
        }
    });
}
