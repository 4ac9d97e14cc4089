use anywake_core::Broadcast;
use anywake_core::broadcast::{RecvError, TryRecvError};
use embassy_futures::yield_now;

use crate::PLAYERS;
use crate::stage::{Count, until};

/// One player publishes, and waits for the slowest of the others, who read at different paces.
pub(crate) async fn all(role: usize) {
    const VALUES: usize = 12;
    static NEWS: Broadcast<usize, 2> = Broadcast::new();
    static LISTENING: Count = Count::new();

    if role == 0 {
        until(|| LISTENING.get() == PLAYERS - 1).await;
        for value in 0..VALUES {
            NEWS.publish(value).await.unwrap();
            assert!(NEWS.len() <= NEWS.capacity());
        }
        NEWS.close();
        until(|| NEWS.receiver_count() == 0).await;
        assert!(NEWS.is_empty() && NEWS.waiters() == 0);
    } else {
        let mut receiver = NEWS.receiver();
        LISTENING.set(LISTENING.get() + 1);
        for value in 0..VALUES {
            assert_eq!(receiver.recv().await, Ok(value));
            for _ in 0..role {
                yield_now().await;
            }
        }
        assert_eq!(receiver.recv().await, Err(RecvError::Closed));
    }
}

/// Values are displaced, and each receiver learns how many it has missed.
pub(crate) async fn lag(role: usize) {
    static NEWS: Broadcast<usize, 2> = Broadcast::new();
    static READY: Count = Count::new();
    static DONE: Count = Count::new();

    if role == 0 {
        until(|| READY.get() == PLAYERS - 1).await;
        for value in 0..5 {
            assert_eq!(NEWS.publish_now(value), Ok(value.checked_sub(2)));
        }
        READY.set(PLAYERS);
        until(|| DONE.get() == PLAYERS - 1).await;
        assert_eq!((NEWS.len(), NEWS.receiver_count()), (0, 0));
    } else {
        let mut receiver = NEWS.receiver();
        READY.set(READY.get() + 1);
        until(|| READY.get() == PLAYERS).await;
        assert_eq!(receiver.recv().await, Err(RecvError::Lagged(3)));
        assert_eq!(receiver.recv().await, Ok(3));
        if role > 1 {
            assert_eq!(receiver.recv().await, Ok(4));
            assert_eq!(receiver.try_recv(), Err(TryRecvError::Empty));
        }
        // Player 1 leaves what it has not read.
        drop(receiver);
        DONE.set(DONE.get() + 1);
    }
}
