use anywake_core::{
    Closed, Keyed, StaticPriorityQueue, StaticQueue, TaskDoneError, TryPopError, TryPushError,
};
use embassy_futures::yield_now;

use crate::stage::{Count, Trace, until};

pub(crate) async fn work(role: usize) {
    const ITEMS: usize = 20;
    static JOBS: StaticQueue<usize, 2> = StaticQueue::new();
    static SUM: Count = Count::new();
    static FINISHED: Count = Count::new();

    match role {
        // Two producers, which often wait for room.
        0 | 1 => {
            for item in 0..ITEMS {
                JOBS.push(2 * item + role).await.unwrap();
                assert!(JOBS.len() <= JOBS.capacity());
            }
            // The join begins after this producer's items were pushed, and ends when no work is left.
            JOBS.join().await;
            if role == 0 {
                until(|| FINISHED.get() == 2 * ITEMS).await;
                JOBS.close();
            }
        }
        _ => {
            while let Ok(item) = JOBS.pop().await {
                SUM.set(SUM.get() + item);
                yield_now().await;
                FINISHED.set(FINISHED.get() + 1);
                JOBS.task_done().unwrap();
            }
            assert_eq!(SUM.get(), ITEMS * (2 * ITEMS - 1));
            assert_eq!((JOBS.unfinished(), JOBS.task_done()), (0, Err(TaskDoneError)));
        }
    }
}

pub(crate) async fn order(role: usize) {
    static ITEMS: StaticQueue<usize, 1> = StaticQueue::new();
    static ORDER: Trace<3> = Trace::new();

    if role == 0 {
        until(|| ITEMS.waiters() == 3).await;
        // Each waiting pop gets its item in order, and a later attempt gets none.
        for item in 1..=3 {
            assert_eq!(ITEMS.try_push(item), Ok(()));
            assert_eq!(ITEMS.try_pop(), Err(TryPopError::Empty), "the item is claimed");
            until(|| ORDER.len() == item).await;
        }
        ORDER.assert([1, 2, 3]);
        assert_eq!(ITEMS.try_push(0), Ok(()));
        until(|| ITEMS.waiters() == 3).await;
        assert_eq!(ITEMS.try_push(9), Err(TryPushError::Full(9)));
        for item in 0..=3 {
            assert_eq!(ITEMS.try_pop(), Ok(item), "items keep the order of their pushes");
        }
        assert!(ITEMS.is_empty() && ITEMS.waiters() == 0);
    } else {
        until(|| ITEMS.waiters() == role - 1 && ORDER.len() == 0).await;
        assert_eq!(ITEMS.pop().await, Ok(role));
        ORDER.mark(role);
        until(|| ITEMS.is_full() && ITEMS.waiters() == role - 1 && ORDER.len() == 3).await;
        ITEMS.push(role).await.unwrap();
    }
}

pub(crate) async fn closing(role: usize) {
    static ITEMS: StaticQueue<usize, 2> = StaticQueue::new();

    if role == 0 {
        ITEMS.push(10).await.unwrap();
        ITEMS.push(11).await.unwrap();
        until(|| ITEMS.waiters() == 3).await;
        ITEMS.close();
        assert_eq!(ITEMS.waiters(), 0);
        assert_eq!(ITEMS.try_push(12), Err(TryPushError::Closed(12)));
        assert_eq!((ITEMS.pop().await, ITEMS.pop().await, ITEMS.pop().await), (Ok(10), Ok(11), Err(Closed)));
    } else {
        until(|| ITEMS.is_full()).await;
        assert_eq!(ITEMS.push(role).await.unwrap_err().into_inner(), role);
    }
}

pub(crate) async fn by_key(role: usize) {
    static JOBS: StaticPriorityQueue<usize, 3> = StaticPriorityQueue::new();

    if role == 0 {
        until(|| JOBS.is_full()).await;
        let urgent = Keyed { key: 0, item: 9 };
        assert_eq!(JOBS.try_push(urgent), Err(TryPushError::Full(urgent)));
        assert_eq!(JOBS.force_push(urgent), Ok(Some(Keyed { key: 2, item: 3 })));
        for item in [9, 1, 2] {
            assert_eq!(JOBS.pop().await.unwrap().item, item);
        }
        JOBS.close();
        assert_eq!(JOBS.pop().await, Err(Closed));
    } else {
        until(|| JOBS.len() == role - 1).await;
        // The second and the third have the same key, and the first a smaller one.
        JOBS.push_at(role, if role == 1 { 1 } else { 2 }).await.unwrap();
    }
}
