use core::pin::pin;

use anywake_core::Watch;
use embassy_futures::yield_now;

use crate::PLAYERS;
use crate::stage::{Count, is_pending, until};

/// One player sends, and the others wait for changes and hold values over a yield.
pub(crate) async fn changes(role: usize) {
    static LEVEL: Watch<u32> = Watch::new(0);
    const LAST: u32 = 9;

    if role == 0 {
        until(|| LEVEL.waiters() == PLAYERS - 1).await;
        for level in 1..=LAST {
            let before = LEVEL.borrow();
            LEVEL.send(level).unwrap();
            assert!(*before < level, "a value that is read stays");
            yield_now().await;
        }
        LEVEL.close();
        LEVEL.closed().await;
        assert!(LEVEL.send(0).is_err());
    } else {
        let mut receiver = LEVEL.receiver();
        let mut last = 0;
        while receiver.changed().await.is_ok() {
            let level = receiver.borrow_and_update();
            yield_now().await;
            assert!(*level >= last);
            last = *level;
        }
        assert_eq!(*receiver.borrow(), LAST);
    }
}

/// Two players hold the first two versions, and the others wait for the third.
pub(crate) async fn pending(role: usize) {
    static STEP: Watch<u32> = Watch::new(1);
    static HOLDERS: Count = Count::new();

    if role < 2 {
        until(|| HOLDERS.get() == role).await;
        let held = STEP.borrow();
        STEP.send(*held + 1).unwrap();
        HOLDERS.set(role + 1);
        if role == 0 {
            until(|| STEP.waiters() == PLAYERS - 2).await;
            assert_eq!(*STEP.borrow(), 2, "the third is pending");
            // The two waits have ended before their tasks run.
            drop(held);
            assert_eq!((*STEP.borrow(), STEP.waiters()), (3, 0));
        } else {
            until(|| STEP.version() == 3).await;
            assert_eq!(*held, 2);
        }
    } else {
        until(|| HOLDERS.get() == 2).await;
        let mut receiver = STEP.receiver();
        {
            let mut dropped = pin!(receiver.changed());
            assert!(is_pending(dropped.as_mut()).await);
        }
        assert_eq!(*receiver.wait_for(|step| *step == 3).await.unwrap(), 3);
    }
}
