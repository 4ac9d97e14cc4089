//! The allocations of conditions: none.

use core::future::{pending, ready};
use core::pin::pin;

use anywake_core::{Condition, Event, Lock};
use anywake_tests::assert_ready;

use crate::{CROWD, Crowd, Report, poll};

pub(crate) fn scenarios(report: &mut Report) {
    report.scenario("Condition: waiting and notifying, one and several", || {
        let (lock, condition) = (Lock::new(()), Condition::new());
        let mut waits = pin!(Crowd::new(|_| condition_wait(&lock, &condition)));
        waits.as_mut().wait();
        assert_eq!(condition.notify_one() + condition.notify(CROWD), CROWD);
        waits.finish(|()| {});
        assert_eq!(condition.waiters(), 0);
    });
    report.scenario("Condition: notifying all, with the lock owned", || {
        let (lock, condition) = (Lock::new(()), Condition::new());
        let mut waits = pin!(Crowd::new(|_| condition_wait(&lock, &condition)));
        waits.as_mut().wait();
        let owner = lock.try_lock().unwrap();
        assert_eq!(condition.notify_all_with(&owner), CROWD);
        assert_eq!(lock.waiters(), CROWD);
        drop(owner);
        waits.finish(|()| {});
    });
    report.scenario(
        "Condition: cancelling before and after the notification, and in the lock's queue",
        || {
            let (lock, condition) = (Lock::new(()), Condition::new());
            let mut waits = pin!(Crowd::new(|_| condition_wait(&lock, &condition)));
            waits.as_mut().wait();
            (30..CROWD).for_each(|place| waits.as_mut().cancel(place));
            condition.notify(10);
            (0..5).for_each(|place| waits.as_mut().cancel(place));
            let owner = lock.try_lock();
            assert!(waits.as_mut().poll(5).is_pending());
            (5..8).for_each(|place| waits.as_mut().cancel(place));
            drop(owner);
            (8..30).for_each(|place| waits.as_mut().cancel(place));
            assert_eq!((lock.is_locked(), lock.waiters(), condition.waiters()), (false, 0, 0));
        },
    );
    report.scenario("Condition: wait_for", || {
        let (lock, condition) = (Lock::new(0), Condition::new());
        let mut wait = pin!(condition.wait_for(lock.try_lock().unwrap(), |value| *value == 1));
        assert!(poll(wait.as_mut()).is_pending());
        condition.notify_all();
        assert!(poll(wait.as_mut()).is_pending());
        *lock.try_lock().unwrap() = 1;
        condition.notify_all();
        assert_eq!(*assert_ready!(poll(wait)), 1);
    });
    report.scenario("Condition: wait_until, notified and cancelled", || {
        let (lock, condition, stop) = (Lock::new(()), Condition::new(), Event::new());
        for notified in [true, false] {
            let mut wait = pin!(condition.wait_until(lock.try_lock().unwrap(), stop.wait()));
            assert!(poll(wait.as_mut()).is_pending());
            if notified {
                assert_eq!(condition.notify_one(), 1);
            } else {
                stop.set();
            }
            assert_eq!(assert_ready!(poll(wait)).1, notified);
        }
        let mut wait = pin!(condition.wait_until(lock.try_lock().unwrap(), ready(())));
        assert!(!assert_ready!(poll(wait.as_mut())).1);
        drop(condition.wait_until(lock.try_lock().unwrap(), pending::<()>()));
        assert!(!lock.is_locked());
    });
}

/// Waits, and releases the lock afterwards.
async fn condition_wait(lock: &Lock<()>, condition: &Condition) {
    drop(condition.wait(lock.lock().await).await);
}
