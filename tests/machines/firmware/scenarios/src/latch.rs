use core::pin::pin;

use anywake_core::Latch;
use embassy_futures::yield_now;

use crate::PLAYERS;
use crate::stage::{Count, is_pending, until};

pub(crate) async fn countdown(role: usize) {
    static PARTS: Latch = Latch::new(PLAYERS + 1);
    static DONE: Count = Count::new();

    if role == 0 {
        let mut wait = pin!(PARTS.wait());
        assert!(is_pending(wait.as_mut()).await);
        until(|| PARTS.remaining() == 2).await;
        assert_eq!(PARTS.count_down(3).unwrap_err().remaining(), 2);
        assert!(is_pending(wait.as_mut()).await);
        // The last two: one by a guard, which nobody else can count down.
        let guard = PARTS.guard().unwrap();
        assert_eq!(PARTS.count_down(2).unwrap_err().remaining(), 1);
        PARTS.count_down(1).unwrap();
        assert!(is_pending(wait.as_mut()).await);
        drop(guard);
        wait.await;
        PARTS.wait().await;
        assert_eq!(DONE.get(), PLAYERS - 1);
        assert!(PARTS.count_down(1).is_err() && PARTS.guard().is_err());
    } else {
        let guard = PARTS.guard().unwrap();
        yield_now().await;
        DONE.set(DONE.get() + 1);
        drop(guard);
        PARTS.wait().await;
        assert_eq!(PARTS.remaining(), 0);
    }
}
