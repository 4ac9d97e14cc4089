//! Semaphores that tasks of two runtimes share.

use core::sync::atomic::{AtomicBool, Ordering};
use std::sync::Arc;

use anywake::semaphore::Mode;
use anywake::{PrioritySemaphore, Runtime, Semaphore, blocking};

use crate::ROUNDS;

/// One side only acquires permits, and the other only releases them.
pub(crate) fn semaphore<W: Runtime, O: Runtime>() {
    permits_come_from_elsewhere::<W, O, _>(Semaphore::new(0));
}

pub(crate) fn semaphore_with_bypass<W: Runtime, O: Runtime>() {
    permits_come_from_elsewhere::<W, O, _>(Semaphore::with_bypass(0, 2));
}

pub(crate) fn semaphore_with_priorities<W: Runtime, O: Runtime>() {
    permits_come_from_elsewhere::<W, O, _>(PrioritySemaphore::<2>::with_priorities(0, 2));
}

/// One side asks urgently again and again, the other once, and is served nevertheless.
pub(crate) fn urgent_requests_starve_nobody<W: Runtime, O: Runtime>() {
    let semaphore = Arc::new(PrioritySemaphore::<2>::with_priorities(1, 3));
    let done = Arc::new(AtomicBool::new(false));
    let patient = W::default().spawn({
        let (semaphore, done) = (Arc::clone(&semaphore), Arc::clone(&done));
        async move {
            for _ in 0..ROUNDS / 10 {
                drop(semaphore.acquire_at(1, 1).await.expect("the semaphore is open"));
                W::default().yield_now().await;
            }
            done.store(true, Ordering::Relaxed);
        }
    });
    let urgent = [(); 2].map(|()| {
        let (semaphore, done) = (Arc::clone(&semaphore), Arc::clone(&done));
        O::default().spawn(async move {
            // Two of these: when one lets go, the other one waits already.
            while !done.load(Ordering::Relaxed) {
                let permit =
                    Arc::clone(&semaphore).acquire_at_owned(1, 0).await.expect("the semaphore is open");
                O::default().yield_now().await;
                drop(permit);
            }
        })
    });
    blocking::wait(patient).expect("the task completes");
    for task in urgent {
        blocking::wait(task).expect("the task completes");
    }
    assert_eq!((semaphore.available_permits(), semaphore.waiters()), (1, 0));
}

fn permits_come_from_elsewhere<W: Runtime, O: Runtime, M: Mode>(semaphore: Semaphore<M>) {
    let semaphore = Arc::new(semaphore);
    let waiter = W::default().spawn({
        let semaphore = Arc::clone(&semaphore);
        async move {
            for round in 0..ROUNDS {
                semaphore.acquire_many(1 + round % 3).await.expect("the semaphore is open").forget();
            }
            semaphore.acquire().await.map(|permit| permit.count())
        }
    });
    let other = O::default().spawn({
        let semaphore = Arc::clone(&semaphore);
        async move {
            for _ in 0..(0..ROUNDS).map(|round| 1 + round % 3).sum() {
                semaphore.release(1).expect("the semaphore has no bound");
                O::default().yield_now().await;
            }
            // With a bypass the waiter may be woken, and not have taken its permits yet: a close would refuse it.
            while semaphore.waiters() == 0 || semaphore.available_permits() > 0 {
                O::default().yield_now().await;
            }
            semaphore.close();
        }
    });
    blocking::wait(other).expect("the task completes");
    assert_eq!(blocking::wait(waiter).expect("the task completes"), Err(anywake::Closed));
    assert_eq!((semaphore.available_permits(), semaphore.waiters()), (0, 0));
}

/// Tasks of one runtime are cancelled by the other, while they wait and while they are granted a permit.
pub(crate) fn cancellation<W: Runtime, O: Runtime>() {
    let semaphore = Arc::new(Semaphore::new(1));
    let other = O::default().spawn({
        let semaphore = Arc::clone(&semaphore);
        async move {
            for _ in 0..ROUNDS {
                let permit = semaphore.acquire().await.expect("the semaphore is open");
                let tasks = [(); 2].map(|()| {
                    let semaphore = Arc::clone(&semaphore);
                    W::default().spawn(async move { drop(semaphore.acquire().await) })
                });
                while semaphore.waiters() < 2 {
                    O::default().yield_now().await;
                }
                drop(permit);
                let [first, second] = tasks;
                first.cancel();
                second.await.expect("the second task gets a permit, whether the first one got it or not");
                drop(first.await);
            }
        }
    });
    blocking::wait(other).expect("the task completes");
    assert_eq!((semaphore.available_permits(), semaphore.waiters()), (1, 0));
}
