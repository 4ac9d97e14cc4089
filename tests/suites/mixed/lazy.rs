//! A lazy value that a task of one runtime begins, and a task of another goes on with.

use std::sync::Arc;

use anywake::once_cell::BoxedInit;
use anywake::{Lazy, Runtime, Semaphore, blocking};

use super::ROUNDS;

/// The task of the one runtime is cancelled between the two steps of the computation, while tasks of the other wait in line.
pub(super) fn lazy<W: Runtime, O: Runtime>() {
    for round in 0..ROUNDS {
        let (gate, begun) = (Arc::new(Semaphore::new(1)), Arc::new(Semaphore::new(0)));
        let lazy = Arc::new(Lazy::new({
            let (gate, begun) = (Arc::clone(&gate), Arc::clone(&begun));
            move || -> BoxedInit<usize> {
                let gate = Arc::clone(&gate);
                begun.release(1).expect("it has no bound");
                Box::pin(async move {
                    for _ in 0..2 {
                        gate.acquire().await.expect("the gate is not closed").forget();
                    }
                    round
                })
            }
        }));
        let first = O::default().spawn({
            let lazy = Arc::clone(&lazy);
            async move { *lazy.force().await }
        });
        while gate.waiters() == 0 {
            std::thread::yield_now();
        }
        let line = [(); 2].map(|()| {
            let lazy = Arc::clone(&lazy);
            W::default().spawn(async move { *lazy.force().await })
        });
        while lazy.waiters() < 2 {
            std::thread::yield_now();
        }
        first.cancel();
        assert!(blocking::wait(first).is_err(), "it was cancelled in the middle");
        gate.release(1).expect("it has no bound");
        for task in line {
            assert_eq!(blocking::wait(task).expect("the task completes"), round);
        }
        assert_eq!(begun.available_permits(), 1, "the computation was begun once");
    }
}
