use core::pin::pin;

use anywake_core::Signal;

use crate::PLAYERS;
use crate::stage::{Count, is_pending, until};

/// One player signals numbers, and the others take them in the order of their waits.
pub(crate) async fn newest(role: usize) {
    static NUMBERS: Signal<usize> = Signal::new();
    static TAKEN: Count = Count::new();

    if role == 0 {
        until(|| NUMBERS.waiters() == PLAYERS - 1).await;
        for number in 1..PLAYERS {
            assert_eq!(NUMBERS.signal(0), None);
            // Promised to the first wait, whose task has not run yet: it takes this one.
            assert_eq!(NUMBERS.signal(number), Some(0));
            assert_eq!((NUMBERS.is_set(), NUMBERS.try_take()), (false, None));
            until(|| TAKEN.get() == number).await;
        }
        {
            let mut dropped = pin!(NUMBERS.wait());
            assert!(is_pending(dropped.as_mut()).await);
            assert_eq!(NUMBERS.signal(9), None);
        }
        assert_eq!(NUMBERS.reset(), Some(9));
    } else {
        until(|| NUMBERS.waiters() == role - 1).await;
        assert_eq!(NUMBERS.wait().await, role);
        TAKEN.set(TAKEN.get() + 1);
    }
}
