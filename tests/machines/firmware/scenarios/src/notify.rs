use core::pin::pin;

use anywake_core::Notify;

use crate::PLAYERS;
use crate::stage::{Count, is_pending, until};

/// Each player waits for its turn, and notifies the next. The first notification is stored.
pub(crate) async fn turns(role: usize) {
    static TURNS: [Notify; PLAYERS] = [const { Notify::new() }; PLAYERS];
    static TAKEN: Count = Count::new();
    const ROUNDS: usize = 5;

    if role == 0 {
        TURNS[0].notify_one();
        TURNS[0].notify_one();
    }
    for round in 0..ROUNDS {
        {
            // A notification that had reached this wait would go on to the next one when it is dropped.
            let mut dropped = pin!(TURNS[role].notified());
            dropped.as_mut().enable();
        }
        TURNS[role].notified().await;
        assert_eq!(TAKEN.get(), round * PLAYERS + role, "out of turn");
        TAKEN.set(TAKEN.get() + 1);
        TURNS[(role + 1) % PLAYERS].notify_one();
    }
    if role == 0 {
        // From the last player. The second of the first two calls changed nothing.
        TURNS[0].notified().await;
        assert!(is_pending(pin!(TURNS[0].notified())).await);
    }
}

pub(crate) async fn pulse(role: usize) {
    static PULSE: Notify = Notify::new();
    static THROUGH: Count = Count::new();

    if role == 0 {
        until(|| PULSE.waiters() == PLAYERS - 1).await;
        PULSE.notify_waiters();
        // The three waits have ended before their tasks run. A wait that begins now is not ended by that pulse.
        assert_eq!(PULSE.waiters(), 0);
        let mut late = pin!(PULSE.notified());
        assert!(is_pending(late.as_mut()).await);
        until(|| THROUGH.get() == PLAYERS - 1).await;
        assert!(is_pending(late.as_mut()).await);
        PULSE.notify_waiters();
        late.await;
    } else {
        until(|| PULSE.waiters() == role - 1).await;
        PULSE.notified().await;
        THROUGH.set(THROUGH.get() + 1);
    }
}
