//! Models of the semaphore whose requests have levels.

use core::sync::atomic::{AtomicUsize, Ordering};
use core::task::Poll;
use std::sync::Arc;

use super::super::{Shared, block_on, join, model, own, poll, queued, spawn, write_and};
use crate::semaphore::PrioritySemaphore;

type Two = PrioritySemaphore<2>;

fn two(permits: usize, limit: u16) -> Arc<Two> {
    Arc::new(Two::with_priorities(permits, limit))
}

/// One permit for three of two levels: they exclude each other, and the permit is there in the end.
#[test]
fn one_permit_excludes_all_levels() {
    model(|| {
        let shared = Arc::new((Two::with_priorities(1, 1), Shared::new(0)));
        let add = |(turn, value): &(Two, Arc<Shared<u32>>), level| {
            let _permit = block_on(turn.acquire_at(1, level)).unwrap();
            value.set(value.get() + 1);
        };
        let threads = [0, 1].map(|level| {
            let shared = Arc::clone(&shared);
            spawn(move || add(&shared, level))
        });
        add(&shared, 0);
        join(threads);
        assert_eq!(shared.1.get(), 3);
        assert_eq!((shared.0.available_permits(), shared.0.waiters()), (1, 0));
    });
}

/// Urgent ones come at once from two threads: a waiter of the other level is overtaken once, and not once more.
#[test]
fn a_less_urgent_waiter_is_overtaken_no_more_than_the_limit() {
    model(|| {
        let semaphore = two(1, 1);
        let permit = Arc::clone(&semaphore).try_acquire_owned().unwrap();
        let patient = queued(own(&semaphore, |semaphore| semaphore.acquire_at(1, 1)));
        let overtaken = Arc::new(AtomicUsize::new(0));
        let threads = [(); 2].map(|()| {
            let (semaphore, overtaken) = (Arc::clone(&semaphore), Arc::clone(&overtaken));
            spawn(move || {
                let _permit = block_on(semaphore.acquire_at(1, 0)).unwrap();
                overtaken.fetch_add(1, Ordering::Relaxed);
            })
        });
        drop(permit);
        let permit = block_on(patient).unwrap();
        let overtaken = overtaken.load(Ordering::Relaxed);
        assert!(overtaken <= 1, "overtaken {overtaken} times");
        drop(permit);
        join(threads);
        assert_eq!((semaphore.available_permits(), semaphore.waiters()), (1, 0));
    });
}

/// An urgent request takes a permit that is collected for another one, while a permit returns: nobody is forgotten, and
/// what was done under the permit is seen.
#[test]
fn an_urgent_request_meets_a_permit_that_returns() {
    model(|| {
        let semaphore = two(2, 1);
        let value = Shared::new(0);
        let held = Arc::clone(&semaphore).try_acquire_owned().unwrap();
        let first = Arc::clone(&semaphore).try_acquire_owned().unwrap();
        let many = queued(own(&semaphore, |semaphore| semaphore.acquire_at(2, 1)));
        let writer = write_and(&value, first, drop);
        let releaser = spawn(move || drop(held));
        if let Ok(_urgent) = semaphore.try_acquire_at(2, 0) {
            assert_eq!(value.get(), 1);
        }
        assert_eq!(block_on(many).unwrap().count(), 2);
        assert_eq!(value.get(), 1);
        writer.join().unwrap();
        releaser.join().unwrap();
        assert_eq!((semaphore.available_permits(), semaphore.waiters()), (2, 0));
    });
}

/// An urgent wait goes away when the permit comes: the next level has it.
#[test]
fn an_urgent_wait_that_goes_away_leaves_its_permit() {
    model(|| {
        let semaphore = two(1, 1);
        let permit = Arc::clone(&semaphore).try_acquire_owned().unwrap();
        let patient = queued(own(&semaphore, |semaphore| semaphore.acquire_at(1, 1)));
        let urgent = queued(own(&semaphore, |semaphore| semaphore.acquire_at(1, 0)));
        let threads = [spawn(move || drop(permit)), spawn(move || drop(urgent))];
        drop(block_on(patient).unwrap());
        join(threads);
        assert_eq!((semaphore.available_permits(), semaphore.waiters()), (1, 0));
    });
}

/// A close meets an urgent request, and a waiter of the other level: each is served or refused.
#[test]
fn a_close_meets_both_levels() {
    model(|| {
        let semaphore = two(1, 1);
        let patient = queued(own(&semaphore, |semaphore| semaphore.acquire_at(2, 1)));
        let closer = Arc::clone(&semaphore);
        let closer = spawn(move || assert!(closer.close()));
        let other = Arc::clone(&semaphore);
        let other = spawn(move || drop(block_on(other.acquire_at(1, 0))));
        let mut patient = patient;
        if let Poll::Ready(result) = poll(&mut patient) {
            assert!(result.is_err());
        } else {
            assert!(block_on(patient).is_err());
        }
        closer.join().unwrap();
        other.join().unwrap();
        assert_eq!((semaphore.available_permits(), semaphore.waiters()), (1, 0));
    });
}
