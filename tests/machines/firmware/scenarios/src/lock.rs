use anywake_core::Lock;
use embassy_futures::yield_now;

use crate::PLAYERS;
use crate::stage::{Trace, until};

pub(crate) async fn hand_off(role: usize) {
    static LOCK: Lock<()> = Lock::new(());
    static ORDER: Trace<5> = Trace::new();

    if role == 0 {
        let guard = LOCK.lock().await;
        until(|| LOCK.waiters() == PLAYERS - 1).await;
        ORDER.mark(0);
        drop(guard);
        assert!(LOCK.is_locked(), "a lock that is handed over is never free");
        assert!(LOCK.try_lock().is_none(), "try_lock does not overtake");
        // An owner that locks again goes to the end.
        let _guard = LOCK.lock().await;
        ORDER.mark(0);
        ORDER.assert([0, 1, 2, 3, 0]);
    } else {
        until(|| LOCK.is_locked() && LOCK.waiters() == role - 1).await;
        let _guard = LOCK.lock().await;
        ORDER.mark(role);
        yield_now().await;
    }
}

pub(crate) async fn exclusion(_: usize) {
    const ROUNDS: u32 = 25;
    // Two halves that are equal whenever the lock is free.
    static PAIR: Lock<(u32, u32)> = Lock::new((0, 0));

    for _ in 0..ROUNDS {
        let mut pair = PAIR.lock().await;
        assert_eq!(pair.0, pair.1);
        pair.0 += 1;
        yield_now().await;
        pair.1 += 1;
    }
    until(|| PAIR.try_lock().is_some_and(|pair| *pair == (ROUNDS * PLAYERS as u32, ROUNDS * PLAYERS as u32)))
        .await;
}
