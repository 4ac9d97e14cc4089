use anywake_core::{Closed, PrioritySemaphore, ReleaseError, Semaphore, TryAcquireError};
use embassy_futures::yield_now;

use crate::stage::{Count, Trace, until};

pub(crate) async fn limit(_: usize) {
    static TURN: Semaphore = Semaphore::new(2);
    static INSIDE: Count = Count::new();
    static MOST: Count = Count::new();

    for _ in 0..10 {
        let _permit = TURN.acquire().await.unwrap();
        INSIDE.set(INSIDE.get() + 1);
        MOST.set(MOST.get().max(INSIDE.get()));
        yield_now().await;
        INSIDE.set(INSIDE.get() - 1);
    }
    until(|| INSIDE.get() == 0 && TURN.available_permits() == 2).await;
    assert_eq!(MOST.get(), 2);
}

pub(crate) async fn many(role: usize) {
    static SLOTS: Semaphore = Semaphore::new(3);
    static ORDER: Trace<4> = Trace::new();

    match role {
        0 => {
            let mut permits = SLOTS.acquire_many(3).await.unwrap();
            until(|| SLOTS.waiters() == 3).await;
            ORDER.mark(0);
            // Two permits are available now, enough for role 2. But role 1 was first, and wants three.
            drop(permits.split(2));
            yield_now().await;
            assert_eq!(ORDER.len(), 1);
            assert_eq!(SLOTS.try_acquire().unwrap_err(), TryAcquireError::NoPermits);
            drop(permits);
            until(|| SLOTS.available_permits() == 3).await;
            ORDER.assert([0, 1, 2, 3]);
        }
        1 => {
            until(|| SLOTS.available_permits() == 0).await;
            let permits = SLOTS.acquire_many(3).await.unwrap();
            assert_eq!(permits.count(), 3);
            ORDER.mark(1);
        }
        _ => {
            until(|| SLOTS.waiters() == role - 1).await;
            // Two permits of three, so that these roles run one after the other.
            let _permits = SLOTS.acquire_many(2).await.unwrap();
            ORDER.mark(role);
        }
    }
}

pub(crate) async fn bound_and_close(role: usize) {
    static SLOTS: Semaphore = Semaphore::bounded(1);

    if role == 0 {
        let permit = SLOTS.acquire().await.unwrap();
        until(|| SLOTS.waiters() == 3).await;
        assert_eq!(SLOTS.release(1), Err(ReleaseError), "the held permit counts");
        SLOTS.close();
        drop(permit);
        assert_eq!(SLOTS.acquire().await.unwrap_err(), Closed);
        assert_eq!(SLOTS.try_acquire().unwrap_err(), TryAcquireError::Closed);
    } else {
        until(|| SLOTS.available_permits() == 0).await;
        assert_eq!(SLOTS.acquire().await.unwrap_err(), Closed);
        assert_eq!(SLOTS.waiters(), 0);
    }
}

pub(crate) async fn levels(role: usize) {
    static BUS: PrioritySemaphore<2> = PrioritySemaphore::with_priorities(1, 2);
    static ORDER: Trace<4> = Trace::new();

    match role {
        0 => {
            let permit = BUS.acquire_at(1, 0).await.unwrap();
            until(|| BUS.waiters() == 3).await;
            drop(permit);
            // Behind the others of its level. The one that came first is of the other level, and is due after two.
            let _permit = BUS.acquire_at(1, 0).await.unwrap();
            ORDER.mark(0);
        }
        1 => {
            until(|| BUS.available_permits() == 0).await;
            let _permit = BUS.acquire_at(1, 1).await.unwrap();
            ORDER.mark(1);
        }
        _ => {
            until(|| BUS.waiters() == role - 1).await;
            let _permit = BUS.acquire_at(1, 0).await.unwrap();
            ORDER.mark(role);
            until(|| BUS.waiters() + ORDER.len() == 4).await;
        }
    }
    until(|| ORDER.len() == 4).await;
    ORDER.assert([2, 3, 1, 0]);
}
