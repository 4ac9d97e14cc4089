use core::future::pending;

use anywake_core::{Condition, Event, Lock};
use embassy_futures::yield_now;

use crate::stage::{Trace, until};

pub(crate) async fn order(role: usize) {
    static LOCK: Lock<()> = Lock::new(());
    static CHANGED: Condition = Condition::new();
    static ORDER: Trace<6> = Trace::new();

    if role == 0 {
        assert_eq!(CHANGED.notify_one(), 0, "a notification is not stored");
        until(|| CHANGED.waiters() == 3).await;
        assert!(!LOCK.is_locked(), "a wait releases the lock");
        assert_eq!(CHANGED.notify_one(), 1);
        until(|| ORDER.len() == 1 && CHANGED.waiters() == 3).await;
        // Role 1 waits again, behind the others. The owner of the lock notifies, because executors poll tasks that
        // are woken together in different orders.
        let guard = LOCK.lock().await;
        assert_eq!(CHANGED.notify_with(2, &guard), 2);
        drop(guard);
        until(|| ORDER.len() == 3 && CHANGED.waiters() == 3).await;
        let guard = LOCK.lock().await;
        assert_eq!(CHANGED.notify_all_with(&guard), 3);
        yield_now().await;
        assert_eq!(ORDER.len(), 3, "no wait returns without the lock");
        drop(guard);
        until(|| ORDER.len() == 6).await;
        ORDER.assert([1, 2, 3, 1, 2, 3]);
        assert_eq!(CHANGED.waiters(), 0);
    } else {
        until(|| CHANGED.waiters() == role - 1).await;
        let mut guard = LOCK.lock().await;
        for _ in 0..2 {
            guard = CHANGED.wait(guard).await;
            assert!(LOCK.is_locked());
            ORDER.mark(role);
        }
    }
}

pub(crate) async fn predicate(role: usize) {
    const STEPS: usize = 10;
    // The role whose turn it is, and the number of turns so far.
    static TURN: Lock<(usize, usize)> = Lock::new((0, 0));
    static CHANGED: Condition = Condition::new();

    loop {
        let mut turn = CHANGED.wait_for(TURN.lock().await, |turn| turn.0 == role || turn.1 == STEPS).await;
        if turn.1 == STEPS {
            break;
        }
        *turn = ((turn.0 + 1) % crate::PLAYERS, turn.1 + 1);
        CHANGED.notify_all();
    }
}

pub(crate) async fn until_notified_or_cancelled(role: usize) {
    static LOCK: Lock<u32> = Lock::new(0);
    static CHANGED: Condition = Condition::new();
    static ENOUGH: Event = Event::new();

    match role {
        0 => {
            until(|| CHANGED.waiters() == 2).await;
            let owner = LOCK.lock().await;
            // The wait of role 1 is cancelled while the lock is owned, and has to wait for the lock.
            ENOUGH.set();
            until(|| LOCK.waiters() == 1).await;
            assert_eq!(CHANGED.waiters(), 1);
            drop(owner);
            assert_eq!(CHANGED.notify_one(), 1, "role 2 was not cancelled");
        }
        1 => {
            let (mut guard, notified) = CHANGED.wait_until(LOCK.lock().await, ENOUGH.wait()).await;
            assert!(!notified);
            *guard += 1;
        }
        2 => {
            until(|| CHANGED.waiters() == 1).await;
            let (mut guard, notified) = CHANGED.wait_until(LOCK.lock().await, pending::<()>()).await;
            assert!(notified);
            *guard += 1;
        }
        _ => until(|| LOCK.try_lock().is_some_and(|count| *count == 2)).await,
    }
}
