//! Models of the semaphore.

use core::sync::atomic::{AtomicUsize, Ordering};
use core::task::Poll;
use std::sync::Arc;

use super::{Shared, block_on, carries_memory, join, model, own, poll, queued, spawn, write_and};
use crate::closed::Closed;
use crate::semaphore::Semaphore;
use crate::semaphore::{AcquireError, TryAcquireError};

mod bypass;
mod priorities;

/// One permit for three: they exclude each other, and the permit is there in the end.
#[test]
fn one_permit_excludes() {
    model(|| {
        let shared = Arc::new((Semaphore::new(1), Shared::new(0)));
        let add = |(turn, value): &(Semaphore, Arc<Shared<u32>>)| {
            let _permit = block_on(turn.acquire()).unwrap();
            value.set(value.get() + 1);
        };
        let threads = [(); 2].map(|()| {
            let shared = Arc::clone(&shared);
            spawn(move || add(&shared))
        });
        add(&shared);
        join(threads);
        assert_eq!(shared.1.get(), 3);
        assert_eq!(shared.0.available_permits(), 1);
    });
}

/// A permit that is found free brings what was done under it.
#[test]
fn a_free_permit_carries_memory() {
    model(|| {
        let semaphore = Arc::new(Semaphore::new(1));
        let value = Shared::new(0);
        let permit = Arc::clone(&semaphore).try_acquire_owned().unwrap();
        let writer = write_and(&value, permit, drop);
        if let Ok(_permit) = semaphore.try_acquire() {
            assert_eq!(value.get(), 1);
        }
        writer.join().unwrap();
    });
}

/// `release` between the first look and the last one before waiting: the permit is seen there, or wakes; and brings
/// what was done before it.
#[test]
fn a_release_meets_the_last_look() {
    model(|| {
        let semaphore = Arc::new(Semaphore::new(0));
        let value = Shared::new(0);
        let releaser = write_and(&value, Arc::clone(&semaphore), |semaphore| semaphore.release(1).unwrap());
        let mut acquire = own(&semaphore, Semaphore::acquire);
        let permit = match poll(&mut acquire) {
            Poll::Ready(permit) => permit,
            Poll::Pending => block_on(acquire),
        };
        assert_eq!(value.get(), 1);
        drop(permit);
        releaser.join().unwrap();
        assert_eq!(semaphore.available_permits(), 1);
    });
}

/// The same for a permit that is dropped, which comes to the lock only if it sees the waiter.
#[test]
fn a_permit_meets_the_last_look() {
    model(|| {
        let semaphore = Arc::new(Semaphore::bounded(1));
        let value = Shared::new(0);
        let permit = Arc::clone(&semaphore).try_acquire_owned().unwrap();
        let owner = write_and(&value, permit, drop);
        let mut acquire = own(&semaphore, Semaphore::acquire);
        let permit = match poll(&mut acquire) {
            Poll::Ready(permit) => permit,
            Poll::Pending => block_on(acquire),
        };
        assert_eq!(value.get(), 1);
        drop(permit);
        owner.join().unwrap();
        assert_eq!(semaphore.available_permits(), 1);
    });
}

/// Two permits come back at once, each for one of two waiters or through the word: both are served, neither before its
/// permit is there, and none is left.
#[test]
fn two_permits_meet_two_waiters() {
    model(|| {
        let semaphore = Arc::new(Semaphore::new(2));
        let value = Arc::new(AtomicUsize::new(0));
        let threads = [(); 2].map(|()| {
            let (permit, value) = (Arc::clone(&semaphore).try_acquire_owned().unwrap(), Arc::clone(&value));
            move || {
                value.fetch_add(1, Ordering::Relaxed);
                drop(permit);
            }
        });
        let waiters = [(); 2].map(|()| queued(own(&semaphore, Semaphore::acquire)));
        let threads = threads.map(spawn);
        for (place, waiter) in waiters.into_iter().enumerate() {
            block_on(waiter).unwrap().forget();
            assert!(value.load(Ordering::Relaxed) > place);
        }
        join(threads);
        assert_eq!((semaphore.available_permits(), semaphore.waiters()), (0, 0));
    });
}

/// A permit comes straight to a waiter, which sees without a wake-up what was done under it.
#[test]
fn a_hand_over_carries_memory() {
    model(|| {
        let semaphore = Arc::new(Semaphore::new(1));
        let value = Shared::new(0);
        let permit = Arc::clone(&semaphore).try_acquire_owned().unwrap();
        let mut waiter = queued(own(&semaphore, Semaphore::acquire));
        let owner = write_and(&value, permit, drop);
        if let Poll::Ready(permit) = poll(&mut waiter) {
            assert_eq!(value.get(), 1);
            drop(permit);
        }
        owner.join().unwrap();
    });
}

/// Two permits come back while somebody begins to wait for both: the thread that grants them passes on what was done under *both*,
/// although one may have come to the word without the lock.
#[test]
fn a_grant_carries_the_memory_of_all_its_permits() {
    model(|| {
        let semaphore = Arc::new(Semaphore::new(2));
        let values = [Shared::new(0), Shared::new(0)];
        let permits = [(); 2].map(|()| Arc::clone(&semaphore).try_acquire_owned().unwrap());
        let [one, other] = permits;
        let threads = [write_and(&values[0], one, drop), write_and(&values[1], other, drop)];
        let permit = block_on(own(&semaphore, |semaphore| semaphore.acquire_many(2))).unwrap();
        assert_eq!(values.map(|value| value.get()), [1, 1]);
        drop(permit);
        join(threads);
    });
}

/// The head wants two and goes away while two come: the next, which wants one, is served, and one is left.
#[test]
fn a_grant_to_a_waiter_that_goes_away() {
    model(|| {
        let semaphore = Arc::new(Semaphore::new(0));
        let head = queued(own(&semaphore, |semaphore| semaphore.acquire_many(2)));
        let next = queued(own(&semaphore, Semaphore::acquire));
        let releaser = Arc::clone(&semaphore);
        let threads = [spawn(move || releaser.release(2).unwrap()), spawn(move || drop(head))];
        let permit = block_on(next).unwrap();
        join(threads);
        assert_eq!(semaphore.available_permits(), 1);
        drop(permit);
        assert_eq!(semaphore.available_permits(), 2);
    });
}

/// The head wants more than what comes and goes away: the next takes what the head had collected.
#[test]
fn a_waiter_goes_away_that_was_not_served() {
    model(|| {
        let semaphore = Arc::new(Semaphore::bounded(2));
        let permit = Arc::clone(&semaphore).try_acquire_owned().unwrap();
        let other = Arc::clone(&semaphore).try_acquire_owned().unwrap();
        let head = queued(own(&semaphore, |semaphore| semaphore.acquire_many(2)));
        let next = queued(own(&semaphore, Semaphore::acquire));
        let threads = [spawn(move || drop(permit)), spawn(move || drop(head))];
        drop(block_on(next).unwrap());
        join(threads);
        drop(other);
        assert_eq!(semaphore.try_acquire_many(2).unwrap().count(), 2);
    });
}

/// A waiter changes its waker while it is served.
#[test]
fn a_grant_to_a_waiter_that_changes_its_waker() {
    model(|| {
        let semaphore = Arc::new(Semaphore::new(1));
        let permit = Arc::clone(&semaphore).try_acquire_owned().unwrap();
        let waiter = queued(own(&semaphore, Semaphore::acquire));
        let owner = spawn(move || drop(permit));
        assert!(block_on(waiter).is_ok());
        owner.join().unwrap();
        assert_eq!(semaphore.available_permits(), 1);
    });
}

/// `try_acquire` gets nothing that a waiter waits for.
#[test]
fn nobody_overtakes() {
    model(|| {
        let semaphore = Arc::new(Semaphore::new(0));
        let served = Shared::new(false);
        let waiter = queued(own(&semaphore, Semaphore::acquire));
        let releaser = Arc::clone(&semaphore);
        let barger = {
            let (semaphore, served) = (Arc::clone(&semaphore), Arc::clone(&served));
            move || {
                if let Ok(_permit) = semaphore.try_acquire() {
                    assert!(served.get());
                }
            }
        };
        let threads = [spawn(move || releaser.release(1).unwrap()), spawn(barger)];
        let permit = block_on(waiter).unwrap();
        served.set(true);
        drop(permit);
        join(threads);
    });
}

/// Closed between the first look and the last one before waiting: the wait ends all the same.
#[test]
fn a_close_meets_the_last_look() {
    model(|| {
        let semaphore = Arc::new(Semaphore::new(0));
        let closer = Arc::clone(&semaphore);
        let closer = spawn(move || assert!(closer.close()));
        assert_eq!(block_on(semaphore.acquire_many(2)).unwrap_err(), AcquireError::Closed);
        closer.join().unwrap();
        assert_eq!(semaphore.waiters(), 0);
    });
}

/// Who is refused by a poll, without a wake-up, is told the right reason.
#[test]
fn a_refusal_carries_its_reason() {
    model(|| {
        let semaphore = Arc::new(Semaphore::new(0));
        let mut waiter = queued(own(&semaphore, |semaphore| semaphore.acquire_many(2)));
        let closer = Arc::clone(&semaphore);
        let closer = spawn(move || assert!(closer.close()));
        let refused = match poll(&mut waiter) {
            Poll::Ready(refused) => refused,
            Poll::Pending => block_on(waiter),
        };
        assert_eq!(refused.unwrap_err(), AcquireError::Closed);
        closer.join().unwrap();
    });
}

fn close(semaphore: &Semaphore) {
    assert!(semaphore.close(), "nobody else closes it");
}

/// Of two closes at once one says that it has closed the semaphore.
#[test]
fn two_closes_meet() {
    model(|| {
        let semaphore = Arc::new(Semaphore::new(0));
        let other = Arc::clone(&semaphore);
        let closer = spawn(move || other.close());
        assert_ne!(semaphore.close(), closer.join().unwrap());
    });
}

/// Who sees that a semaphore is closed sees what was done before.
#[test]
fn a_close_carries_memory() {
    model(|| carries_memory(Semaphore::new(0), close, |semaphore| semaphore.is_closed()));
}

/// And so does whose attempt is refused for it.
#[test]
fn a_refused_attempt_carries_memory() {
    model(|| {
        carries_memory(Semaphore::new(0), close, |semaphore| {
            matches!(semaphore.try_acquire(), Err(TryAcquireError::Closed))
        });
    });
}

/// And so does whose wait is refused at its first poll.
#[test]
fn a_refused_wait_carries_memory() {
    model(|| {
        carries_memory(Semaphore::new(0), close, |semaphore| {
            poll(&mut own(semaphore, Semaphore::acquire)).is_ready()
        });
    });
}

/// A permit comes back while the semaphore is closed: the waiter has it or is refused, and it is not lost.
#[test]
fn a_close_meets_a_grant() {
    model(|| {
        let semaphore = Arc::new(Semaphore::new(1));
        let permit = Arc::clone(&semaphore).try_acquire_owned().unwrap();
        let waiter = queued(own(&semaphore, Semaphore::acquire));
        let closer = Arc::clone(&semaphore);
        let threads = [spawn(move || drop(permit)), spawn(move || assert!(closer.close()))];
        let outcome = block_on(waiter);
        join(threads);
        assert_eq!(semaphore.available_permits(), usize::from(outcome.is_err()));
        drop(outcome);
        assert_eq!(semaphore.available_permits(), 1);
        assert_eq!(block_on(semaphore.acquire()).err(), Some(Closed));
    });
}

/// The bound sinks while the last permit of a request comes back: it is granted, or refused as too many; and what is
/// left in circulation adds up.
#[test]
fn a_reduce_meets_a_permit() {
    model(|| {
        let semaphore = Arc::new(Semaphore::bounded(2));
        let permit = Arc::clone(&semaphore).try_acquire_owned().unwrap();
        let waiter = queued(own(&semaphore, |semaphore| semaphore.acquire_many(2)));
        let reducer = Arc::clone(&semaphore);
        let threads = [spawn(move || drop(permit)), spawn(move || assert_eq!(reducer.reduce(1), 1))];
        match block_on(waiter) {
            Ok(both) => assert_eq!(both.count(), 2),
            Err(refused) => assert_eq!(refused, AcquireError::TooMany),
        }
        join(threads);
        assert_eq!(semaphore.available_permits(), 1);
        assert!(semaphore.release(1).is_err());
    });
}

/// New permits and a reduction at once: what `reduce` says it took is what is missing.
#[test]
fn a_reduce_meets_a_release() {
    model(|| {
        let semaphore = Arc::new(Semaphore::new(1));
        let waiter = queued(own(&semaphore, |semaphore| semaphore.acquire_many(2)));
        let (releaser, reducer) = (Arc::clone(&semaphore), Arc::clone(&semaphore));
        let reducer = spawn(move || reducer.reduce(1));
        let releaser = spawn(move || releaser.release(2).unwrap());
        assert_eq!(block_on(waiter).unwrap().count(), 2);
        releaser.join().unwrap();
        assert_eq!(reducer.join().unwrap(), 1);
        assert_eq!(semaphore.available_permits(), 2);
    });
}

/// A forgotten permit may be brought again once it is forgotten, and not before.
#[test]
fn a_release_meets_a_forget() {
    model(|| {
        let semaphore = Arc::new(Semaphore::bounded(1));
        let permit = Arc::clone(&semaphore).try_acquire_owned().unwrap();
        let owner = spawn(move || permit.forget());
        let released = semaphore.release(1).is_ok();
        owner.join().unwrap();
        assert_eq!(semaphore.available_permits(), usize::from(released));
        assert_eq!(semaphore.release(1).is_ok(), !released);
    });
}
