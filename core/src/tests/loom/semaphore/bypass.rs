//! Models of the semaphore whose waiters may be overtaken.

use core::sync::atomic::{AtomicUsize, Ordering};
use core::task::Poll;
use std::sync::Arc;

use super::super::{Shared, block_on, join, model, own, poll, queued, spawn, write_and};
use crate::closed::Closed;
use crate::semaphore::Semaphore;

/// The first waiter is overtaken as often as the limit says, and not once more.
#[test]
fn a_bypass_keeps_its_bound() {
    model(|| {
        let semaphore = Arc::new(Semaphore::with_bypass(1, 1));
        let permit = Arc::clone(&semaphore).try_acquire_owned().unwrap();
        let waiter = queued(own(&semaphore, Semaphore::acquire));
        let overtaken = Arc::new(AtomicUsize::new(0));
        let bargers = {
            let (semaphore, overtaken) = (Arc::clone(&semaphore), Arc::clone(&overtaken));
            spawn(move || {
                drop(permit);
                for _ in 0..3 {
                    if let Ok(_permit) = semaphore.try_acquire() {
                        overtaken.fetch_add(1, Ordering::Relaxed);
                    }
                }
            })
        };
        let permit = block_on(waiter).unwrap();
        let overtaken = overtaken.load(Ordering::Relaxed);
        assert!(overtaken <= 1, "overtaken {overtaken} times");
        drop(permit);
        bargers.join().unwrap();
        assert_eq!((semaphore.available_permits(), semaphore.waiters()), (1, 0));
    });
}

/// Two that overtake at once do not both slip through a bound of one.
#[test]
fn two_bypass_at_once() {
    model(|| {
        let semaphore = Arc::new(Semaphore::with_bypass(1, 1));
        let permit = Arc::clone(&semaphore).try_acquire_owned().unwrap();
        let waiter = queued(own(&semaphore, Semaphore::acquire));
        let overtaken = Arc::new(AtomicUsize::new(0));
        let threads = [(); 2].map(|()| {
            let (semaphore, overtaken) = (Arc::clone(&semaphore), Arc::clone(&overtaken));
            spawn(move || {
                if let Ok(_permit) = semaphore.try_acquire() {
                    overtaken.fetch_add(1, Ordering::Relaxed);
                }
            })
        });
        drop(permit);
        let permit = block_on(waiter).unwrap();
        let overtaken = overtaken.load(Ordering::Relaxed);
        assert!(overtaken <= 1, "overtaken {overtaken} times");
        drop(permit);
        join(threads);
        assert_eq!((semaphore.available_permits(), semaphore.waiters()), (1, 0));
    });
}

/// Who overtakes sees what was done under the permit.
#[test]
fn a_bypass_carries_memory() {
    model(|| {
        let semaphore = Arc::new(Semaphore::with_bypass(1, 1));
        let value = Shared::new(0);
        let permit = Arc::clone(&semaphore).try_acquire_owned().unwrap();
        let waiter = queued(own(&semaphore, Semaphore::acquire));
        let writer = write_and(&value, permit, drop);
        if let Ok(_permit) = semaphore.try_acquire() {
            assert_eq!(value.get(), 1);
        }
        writer.join().unwrap();
        drop(waiter);
    });
}

/// The same for a permit that comes to the word without the lock, while the waiter enters its queue.
#[test]
fn a_bypass_carries_the_memory_of_a_permit_that_did_not_see_the_waiter() {
    model(|| {
        let semaphore = Arc::new(Semaphore::with_bypass(1, 1));
        let value = Shared::new(0);
        let permit = Arc::clone(&semaphore).try_acquire_owned().unwrap();
        let writer = write_and(&value, permit, drop);
        let mut waiter = own(&semaphore, |semaphore| semaphore.acquire_many(2));
        assert!(poll(&mut waiter).is_pending());
        if let Ok(_permit) = semaphore.try_acquire() {
            assert_eq!(value.get(), 1);
        }
        writer.join().unwrap();
        drop(waiter);
        assert_eq!((semaphore.available_permits(), semaphore.waiters()), (1, 0));
    });
}

/// A woken waiter that takes its permit sees what was done under it.
#[test]
fn a_retry_carries_memory() {
    model(|| {
        let semaphore = Arc::new(Semaphore::with_unbounded_bypass(1));
        let value = Shared::new(0);
        let permit = Arc::clone(&semaphore).try_acquire_owned().unwrap();
        let mut waiter = queued(own(&semaphore, Semaphore::acquire));
        let writer = write_and(&value, permit, drop);
        if let Poll::Ready(_permit) = poll(&mut waiter) {
            assert_eq!(value.get(), 1);
        }
        writer.join().unwrap();
    });
}

/// One that overtakes and has to wait itself counts too, and neither is forgotten.
#[test]
fn a_bypass_by_one_that_waits() {
    model(|| {
        let semaphore = Arc::new(Semaphore::with_bypass(1, 1));
        let permit = Arc::clone(&semaphore).try_acquire_owned().unwrap();
        let waiter = queued(own(&semaphore, Semaphore::acquire));
        let overtaken = Arc::new(AtomicUsize::new(0));
        let barger = {
            let (semaphore, overtaken) = (Arc::clone(&semaphore), Arc::clone(&overtaken));
            spawn(move || {
                for _ in 0..2 {
                    let permit = block_on(semaphore.acquire()).unwrap();
                    overtaken.fetch_add(1, Ordering::Relaxed);
                    drop(permit);
                }
            })
        };
        drop(permit);
        let permit = block_on(waiter).unwrap();
        assert!(overtaken.load(Ordering::Relaxed) <= 1);
        drop(permit);
        barger.join().unwrap();
        assert_eq!((semaphore.available_permits(), semaphore.waiters()), (1, 0));
    });
}

/// The first waiter was woken and goes away: the second is woken in its place.
#[test]
fn a_bypassed_waiter_goes_away() {
    model(|| {
        let semaphore = Arc::new(Semaphore::with_bypass(1, 1));
        let permit = Arc::clone(&semaphore).try_acquire_owned().unwrap();
        let first = queued(own(&semaphore, Semaphore::acquire));
        let second = queued(own(&semaphore, Semaphore::acquire));
        let late = Arc::clone(&semaphore);
        let threads = [
            spawn(move || {
                drop(permit);
                drop(late.try_acquire());
            }),
            spawn(move || drop(first)),
        ];
        drop(block_on(second).unwrap());
        join(threads);
        assert_eq!((semaphore.available_permits(), semaphore.waiters()), (1, 0));
    });
}

/// The first waiter tries its luck while the permit comes back and the second goes away: nothing is lost.
#[test]
fn a_retry_meets_a_permit_and_a_cancelled_waiter() {
    model(|| {
        let semaphore = Arc::new(Semaphore::with_unbounded_bypass(1));
        let permit = Arc::clone(&semaphore).try_acquire_owned().unwrap();
        let first = queued(own(&semaphore, Semaphore::acquire));
        let second = queued(own(&semaphore, Semaphore::acquire));
        let third = queued(own(&semaphore, Semaphore::acquire));
        let threads = [
            spawn(move || drop(permit)),
            spawn(move || drop(block_on(first).unwrap())),
            spawn(move || drop(second)),
        ];
        drop(block_on(third).unwrap());
        join(threads);
        assert_eq!((semaphore.available_permits(), semaphore.waiters()), (1, 0));
    });
}

/// A waiter that is not the first is polled while the permit comes back, and neither it nor the first is lost.
#[test]
fn a_bypass_by_the_second_in_the_queue() {
    model(|| {
        let semaphore = Arc::new(Semaphore::with_bypass(1, 1));
        let permit = Arc::clone(&semaphore).try_acquire_owned().unwrap();
        let first = queued(own(&semaphore, Semaphore::acquire));
        let mut second = queued(own(&semaphore, Semaphore::acquire));
        let threads = [
            spawn(move || drop(permit)),
            spawn(move || match poll(&mut second) {
                Poll::Ready(permit) => drop(permit.unwrap()),
                Poll::Pending => drop(block_on(second).unwrap()),
            }),
        ];
        drop(block_on(first).unwrap());
        join(threads);
        assert_eq!((semaphore.available_permits(), semaphore.waiters()), (1, 0));
    });
}

/// The waiter that was woken finds the permit taken, and changes its waker meanwhile.
#[test]
fn a_bypassed_waiter_changes_its_waker() {
    model(|| {
        let semaphore = Arc::new(Semaphore::with_bypass(1, 2));
        let permit = Arc::clone(&semaphore).try_acquire_owned().unwrap();
        // Queued with a waker that wakes nobody.
        let waiter = queued(own(&semaphore, Semaphore::acquire));
        let late = Arc::clone(&semaphore);
        let owner = spawn(move || {
            drop(permit);
            drop(late.try_acquire());
        });
        drop(block_on(waiter).unwrap());
        owner.join().unwrap();
        assert_eq!((semaphore.available_permits(), semaphore.waiters()), (1, 0));
    });
}

/// Two permits come to the word before the waiter is seen, and one of them is taken past it for the last time: the waiter
/// owns the other, and is woken.
#[test]
fn the_last_bypass_meets_permits_on_their_way() {
    model(|| {
        let semaphore = Arc::new(Semaphore::with_bypass(2, 1));
        let permits = Arc::clone(&semaphore).try_acquire_many_owned(2).unwrap();
        let waiter = own(&semaphore, Semaphore::acquire);
        let late = Arc::clone(&semaphore);
        let threads = [spawn(move || drop(permits)), spawn(move || drop(late.try_acquire()))];
        drop(block_on(waiter).unwrap());
        join(threads);
        assert_eq!((semaphore.available_permits(), semaphore.waiters()), (2, 0));
    });
}

/// A big request collects what small ones leave: it is served, however often it is overtaken, and all permits are there in the end.
#[test]
fn a_request_for_many_meets_small_ones() {
    model(|| {
        let semaphore = Arc::new(Semaphore::with_bypass(2, 1));
        let permits = [(); 2].map(|()| Arc::clone(&semaphore).try_acquire_owned().unwrap());
        let many = queued(own(&semaphore, |semaphore| semaphore.acquire_many(2)));
        let late = Arc::clone(&semaphore);
        let [one, other] = permits;
        let threads = [
            spawn(move || drop(one)),
            spawn(move || {
                drop(other);
                drop(late.try_acquire());
            }),
        ];
        drop(block_on(many).unwrap());
        join(threads);
        assert_eq!((semaphore.available_permits(), semaphore.waiters()), (2, 0));
    });
}

/// Closed while a woken waiter tries its luck: it has its permit, or is refused.
#[test]
fn a_close_meets_a_retry() {
    model(|| {
        let semaphore = Arc::new(Semaphore::with_unbounded_bypass(1));
        let permit = Arc::clone(&semaphore).try_acquire_owned().unwrap();
        let waiter = queued(own(&semaphore, Semaphore::acquire));
        let closer = Arc::clone(&semaphore);
        let threads = [spawn(move || drop(permit)), spawn(move || assert!(closer.close()))];
        match block_on(waiter) {
            Ok(permit) => drop(permit),
            Err(Closed) => assert!(semaphore.is_closed()),
        }
        join(threads);
        assert_eq!((semaphore.available_permits(), semaphore.waiters()), (1, 0));
    });
}
