//! Latches that one runtime counts down and another waits for.

use core::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Arc;

use anywake::{Latch, Runtime, blocking};

use crate::ROUNDS;

/// In each round one side waits for a latch, and the other opens it, by a guard or by counting down.
pub(crate) fn latch<W: Runtime, O: Runtime>() {
    let latches: Arc<Vec<Latch>> = Arc::new((0..2 * ROUNDS).map(|_| Latch::new(2)).collect());
    let turn = Arc::new(AtomicUsize::new(0));
    async fn player<R: Runtime>(latches: Arc<Vec<Latch>>, turn: Arc<AtomicUsize>, side: usize) {
        for round in 0..ROUNDS {
            let mine = 2 * round + side;
            if mine > 0 {
                latches[mine - 1].wait().await;
            }
            // Relaxed: the latch orders it.
            assert_eq!(turn.fetch_add(1, Ordering::Relaxed), mine, "a side runs out of turn");
            let guard = latches[mine].guard().expect("two remain");
            latches[mine].count_down(1).expect("one remains that no guard holds");
            R::default().yield_now().await;
            drop(guard);
        }
    }

    let tasks = [
        W::default().spawn(player::<W>(Arc::clone(&latches), Arc::clone(&turn), 0)),
        O::default().spawn(player::<O>(Arc::clone(&latches), Arc::clone(&turn), 1)),
    ];
    for task in tasks {
        blocking::wait(task).expect("the task completes");
    }
    assert!(latches.iter().all(|latch| (latch.remaining(), latch.waiters()) == (0, 0)));
}
