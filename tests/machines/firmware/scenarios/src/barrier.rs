use core::pin::pin;

use anywake_core::{Barrier, BrokenBarrier};

use crate::PLAYERS;
use crate::stage::{Count, is_pending, until};

/// All players meet, round after round.
pub(crate) async fn rounds(role: usize) {
    static MEETING: Barrier = Barrier::new(PLAYERS);
    static ARRIVALS: Count = Count::new();
    static LEADERS: Count = Count::new();

    for round in 1..=3 {
        // In order, another one each time.
        until(|| MEETING.waiters() == (role + round) % PLAYERS).await;
        ARRIVALS.set(ARRIVALS.get() + 1);
        let pass = MEETING.wait().await.unwrap();
        assert_eq!(pass.index(), (role + round) % PLAYERS);
        assert!(ARRIVALS.get() >= round * PLAYERS);
        LEADERS.set(LEADERS.get() + usize::from(pass.is_leader()));
        until(|| LEADERS.get() == round).await;
    }
}

/// One player gives up, one breaks the round of the others, and the barrier goes on.
pub(crate) async fn breaking(role: usize) {
    static MEETING: Barrier = Barrier::new(PLAYERS);
    static GIVEN_UP: Count = Count::new();
    static REFUSED: Count = Count::new();

    if role == 0 {
        {
            let mut doomed = pin!(MEETING.wait());
            assert!(is_pending(doomed.as_mut()).await);
        }
        GIVEN_UP.set(1);
        until(|| MEETING.waiters() == PLAYERS - 1).await;
        MEETING.abort();
        assert_eq!(MEETING.wait().await, Err(BrokenBarrier));
        until(|| REFUSED.get() == PLAYERS - 1).await;
        MEETING.reset();
    } else {
        until(|| GIVEN_UP.get() == 1).await;
        assert_eq!(MEETING.wait().await, Err(BrokenBarrier));
        REFUSED.set(REFUSED.get() + 1);
        until(|| !MEETING.is_broken()).await;
    }
    assert!(MEETING.wait().await.is_ok());
}
