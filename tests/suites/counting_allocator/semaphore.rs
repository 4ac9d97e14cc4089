//! The allocations of semaphores: none.

use core::pin::pin;
use std::sync::Arc;

use anywake_core::{AcquireError, PrioritySemaphore, Semaphore};
use anywake_tests::assert_ready;

use crate::{CROWD, Crowd, Report, now, poll, wakes};

pub(crate) fn scenarios(report: &mut Report) {
    report.scenario("Semaphore: acquire, release, split, merge, forget, reduce, errors", || {
        let semaphore = Semaphore::bounded(5);
        let mut permit = now(semaphore.acquire_many(4)).unwrap();
        permit.merge(semaphore.try_acquire().unwrap()).unwrap();
        permit.split(2).unwrap().forget();
        assert!(semaphore.try_acquire().is_err() && semaphore.release(3).is_err());
        drop(permit);
        semaphore.release(2).unwrap();
        assert_eq!(semaphore.reduce(1), 1);
        assert_eq!(now(semaphore.acquire_many(5)).unwrap_err(), AcquireError::TooMany);
    });
    report.scenario("Semaphore: waiting, and one release for all", || {
        let semaphore = Semaphore::new(0);
        let mut waits = pin!(Crowd::new(|_| semaphore.acquire()));
        waits.as_mut().wait();
        assert_eq!(wakes(|| semaphore.release(CROWD).unwrap()), CROWD);
        waits.finish(|permit| assert_eq!(permit.unwrap().forget(), 1));
    });
    report.scenario("Semaphore: waiting and overtaking, with bypass", || {
        let semaphore = Semaphore::with_unbounded_bypass(0);
        let mut waits = pin!(Crowd::new(|_| semaphore.acquire()));
        waits.as_mut().wait();
        assert_eq!(wakes(|| semaphore.release(CROWD).unwrap()), CROWD);
        drop(semaphore.try_acquire_many(CROWD).unwrap());
        waits.finish(|permit| assert_eq!(permit.unwrap().forget(), 1));
    });
    report.scenario("PrioritySemaphore: waiting, overtaking, cancelling, closing", || {
        let semaphore = PrioritySemaphore::<3>::with_priorities(0, 5);
        let mut waits = pin!(Crowd::new(|place| semaphore.acquire_at(1 + place % 2, place % 3)));
        waits.as_mut().wait();
        assert!(semaphore.try_acquire_at(1, 0).is_err());
        waits.as_mut().cancel(3);
        semaphore.release(2 * CROWD).unwrap();
        (0..CROWD)
            .filter(|place| *place != 3)
            .for_each(|place| drop(assert_ready!(waits.as_mut().poll(place))));
        drop(semaphore.try_acquire_at(1, 0).unwrap());
        assert!(semaphore.close() && now(semaphore.acquire_at(1, 0)).is_err());
    });
    report.scenario("Semaphore: waiting for many permits", || {
        let semaphore = Semaphore::new(3);
        let mut waits = pin!(Crowd::new(|place| semaphore.acquire_many(1 + place % 4)));
        let held = semaphore.try_acquire_many(3);
        waits.as_mut().wait();
        semaphore.release(1).unwrap();
        drop(held);
        waits.finish(drop);
        assert_eq!(semaphore.available_permits(), 4);
    });
    report.scenario("Semaphore: cancelling before and after the grant", || {
        let semaphore = Semaphore::new(0);
        let mut waits = pin!(Crowd::new(|_| semaphore.acquire()));
        waits.as_mut().wait();
        semaphore.release(20).unwrap();
        (0..CROWD).for_each(|place| waits.as_mut().cancel((place * 7) % CROWD));
        assert_eq!((semaphore.available_permits(), semaphore.waiters()), (20, 0));
    });
    report.scenario("Semaphore: closing", || {
        let semaphore = Semaphore::new(0);
        let mut waits = pin!(Crowd::new(|_| semaphore.acquire()));
        waits.as_mut().wait();
        assert_eq!(wakes(|| _ = semaphore.close()), CROWD);
        waits.finish(|permit| assert!(permit.is_err()));
    });
    let shared = Arc::new(Semaphore::new(1));
    report.scenario("Semaphore: owned permits and waits", || {
        let permit = shared.clone().try_acquire_owned().unwrap();
        let mut wait = pin!(shared.clone().acquire_many_owned(1));
        assert!(poll(wait.as_mut()).is_pending());
        drop(permit);
        assert!(assert_ready!(poll(wait)).is_ok());
    });
}
