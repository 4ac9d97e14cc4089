use core::future::{Future, pending};
use core::pin::pin;

use anywake_core::{Condition, Event, Lock, Semaphore, StaticQueue};
use embassy_futures::select::{Either, select};

use crate::PLAYERS;
use crate::stage::{Count, Trace, is_pending, until};

/// Polls `wait`, which never completes, until the event is set.
async fn loses<F: Future>(wait: F, enough: &Event) {
    assert!(matches!(select(wait, enough.wait()).await, Either::Second(())));
}

pub(crate) async fn either_or(role: usize) {
    static LOCK: Lock<()> = Lock::new(());
    static NONE: Semaphore = Semaphore::new(0);
    static NEVER: Event = Event::new();
    static NOBODY: Condition = Condition::new();
    static EMPTY: StaticQueue<u8, 1> = StaticQueue::new();
    static ENOUGH: Event = Event::new();

    if role == 0 {
        let guard = LOCK.lock().await;
        until(|| ENOUGH.waiters() == PLAYERS - 1).await;
        assert_eq!((LOCK.waiters(), NONE.waiters(), NOBODY.waiters(), EMPTY.waiters()), (1, 1, 1, 1));
        ENOUGH.set();
        until(|| NEVER.waiters() == PLAYERS - 1).await;
        assert_eq!((LOCK.waiters(), NONE.waiters(), NOBODY.waiters(), EMPTY.waiters()), (0, 0, 0, 0));
        NEVER.set();
        drop(guard);
        assert!(!LOCK.is_locked());
        assert_eq!((NONE.release(1), NONE.available_permits()), (Ok(()), 1));
        assert_eq!((EMPTY.try_push(1), EMPTY.try_pop()), (Ok(()), Ok(1)));
    } else {
        until(|| LOCK.is_locked()).await;
        match role {
            1 => loses(LOCK.lock(), &ENOUGH).await,
            2 => {
                let permit_or_item = select(NONE.acquire(), EMPTY.pop());
                loses(permit_or_item, &ENOUGH).await;
            }
            _ => {
                let private = Lock::new(());
                loses(NOBODY.wait(private.lock().await), &ENOUGH).await;
                assert!(!private.is_locked(), "a cancelled wait does not own the lock");
            }
        }
        loses(pending::<()>(), &NEVER).await;
    }
}

pub(crate) async fn granted(role: usize) {
    static LOCK: Lock<()> = Lock::new(());
    static TURN: Semaphore = Semaphore::new(1);
    static ITEMS: StaticQueue<u8, 1> = StaticQueue::new();
    static GRANTED: Count = Count::new();
    static DROPPED: Trace<3> = Trace::new();

    match role {
        0 => {
            let guard = LOCK.lock().await;
            let permit = TURN.acquire().await.unwrap();
            until(|| (LOCK.waiters(), TURN.waiters(), ITEMS.waiters()) == (2, 2, 2)).await;
            // Role 1 is granted the lock, the permit and the item before it runs.
            drop(guard);
            drop(permit);
            ITEMS.try_push(7).unwrap();
            GRANTED.set(1);
        }
        1 => {
            until(|| LOCK.is_locked() && TURN.available_permits() == 0).await;
            {
                let mut lock = pin!(LOCK.lock());
                let mut permit = pin!(TURN.acquire());
                let mut item = pin!(ITEMS.pop());
                assert!(is_pending(lock.as_mut()).await);
                assert!(is_pending(permit.as_mut()).await);
                assert!(is_pending(item.as_mut()).await);
                until(|| GRANTED.get() == 1).await;
                assert_eq!((LOCK.waiters(), TURN.waiters(), ITEMS.waiters()), (1, 1, 1));
                // All three are granted to this task, which drops them without a poll.
                DROPPED.mark(0);
            }
        }
        2 => {
            until(|| (LOCK.waiters(), TURN.waiters(), ITEMS.waiters()) == (1, 1, 1)).await;
            let (guard, permit) = embassy_futures::join::join(
                async {
                    let guard = LOCK.lock().await;
                    DROPPED.mark(1);
                    guard
                },
                embassy_futures::join::join(TURN.acquire(), ITEMS.pop()),
            )
            .await;
            drop(guard);
            assert!(permit.0.is_ok());
            assert_eq!(permit.1, Ok(7));
            DROPPED.mark(2);
            DROPPED.assert([0, 1, 2]);
        }
        _ => {
            // The item of a cancelled push is either returned or in the queue.
            static FULL: StaticQueue<u8, 1> = StaticQueue::new();
            FULL.try_push(1).unwrap();
            let mut push = pin!(FULL.push(2));
            assert!(is_pending(push.as_mut()).await);
            assert_eq!(push.as_mut().cancel(), Some(2));
            assert_eq!(FULL.waiters(), 0);
            let mut push = pin!(FULL.push(3));
            assert!(is_pending(push.as_mut()).await);
            assert_eq!(FULL.try_pop(), Ok(1));
            assert_eq!(push.as_mut().cancel(), None, "the item entered the queue");
            assert_eq!(FULL.try_pop(), Ok(3));
        }
    }
}
