//! Timers, built from an event that a timer interrupt pulses.

use core::future::Future;

use anywake_core::{Event, Lock, StaticQueue};
use embassy_futures::select::{Either, select};

use crate::stage::until;

static TICK: Event = Event::new();

/// Advances the time by one tick. A timer interrupt calls this at any rate.
///
/// `set` and then `clear` wake exactly the tasks that wait now.
pub fn on_tick() {
    TICK.set();
    TICK.clear();
}

/// Waits for a number of ticks.
pub async fn sleep(ticks: usize) {
    for _ in 0..ticks {
        TICK.wait().await;
    }
}

/// Returns the output of `future`, or `None` if it is not ready after a number of ticks.
pub async fn timeout<F: Future>(ticks: usize, future: F) -> Option<F::Output> {
    match select(future, sleep(ticks)).await {
        Either::First(output) => Some(output),
        Either::Second(()) => None,
    }
}

pub(crate) async fn timeouts(role: usize) {
    static LOCK: Lock<u32> = Lock::new(0);
    static ITEMS: StaticQueue<u8, 1> = StaticQueue::new();
    static LATE: Event = Event::new();

    match role {
        0 => {
            let owner = LOCK.lock().await;
            LATE.wait().await;
            assert_eq!(LOCK.waiters(), 1, "only role 2 is still waiting");
            drop(owner);
        }
        1 => {
            until(|| LOCK.is_locked()).await;
            assert!(timeout(3, LOCK.lock()).await.is_none());
            until(|| LOCK.waiters() == 1).await;
            LATE.set();
        }
        2 => {
            until(|| LOCK.is_locked()).await;
            *timeout(usize::MAX, LOCK.lock()).await.expect("the owner unlocks") += 1;
        }
        _ => {
            assert_eq!(timeout(2, ITEMS.pop()).await, None);
            assert_eq!(ITEMS.waiters(), 0);
            assert_eq!(timeout(2, ITEMS.push(1)).await, Some(Ok(())));
            assert_eq!(timeout(2, ITEMS.push(2)).await, None);
            assert_eq!(ITEMS.try_pop(), Ok(1), "the push that timed out left nothing in the queue");
            assert!(ITEMS.is_empty());
        }
    }
}
