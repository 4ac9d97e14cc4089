use core::future::IntoFuture as _;
use core::pin::pin;

use anywake_core::oneshot::{BorrowedSender, TryRecvError};
use anywake_core::{Closed, Lock, Oneshot};
use embassy_futures::join::join;
use embassy_futures::yield_now;

use crate::stage::is_pending;

/// Answers, after the receiver has begun to wait.
async fn answers(sender: BorrowedSender<'_, usize>, number: usize) {
    yield_now().await;
    sender.send(number).unwrap();
}

/// Every player uses the one slot in turn, again and again: its ends live as long as the guard of the lock.
pub(crate) async fn rounds(role: usize) {
    static SLOT: Lock<Oneshot<usize>> = Lock::new(Oneshot::new());

    for round in 0..3 {
        let mut slot = SLOT.lock().await;
        let (sender, receiver) = slot.split();
        let (received, ()) = join(receiver.into_future(), answers(sender, role + round)).await;
        assert_eq!(received, Ok(role + round));

        {
            let (sender, mut receiver) = slot.split();
            assert_eq!(receiver.try_recv(), Err(TryRecvError::Empty));
            assert!(is_pending(pin!(receiver.recv())).await);
            drop(sender);
            assert_eq!(receiver.recv().await, Err(Closed));
        }

        let (sender, receiver) = slot.split();
        join(sender.closed(), async {
            yield_now().await;
            drop(receiver);
        })
        .await;
        assert!(sender.send(1).is_err());
    }
}
