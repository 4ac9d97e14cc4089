//! Signals from one runtime to another.

use std::sync::Arc;

use anywake::{Runtime, Signal, blocking};

use crate::ROUNDS;

/// Two runtimes take turns by two signals, with a number that grows.
pub(crate) fn signal<W: Runtime, O: Runtime>() {
    let signals = Arc::new([Signal::new(), Signal::new()]);
    async fn player(signals: Arc<[Signal<usize>; 2]>, side: usize) {
        for _ in 0..ROUNDS {
            let number = signals[side].wait().await;
            assert_eq!(signals[1 - side].signal(number + 1), None, "the other side has taken its value");
        }
    }

    let tasks = [
        W::default().spawn(player(Arc::clone(&signals), 0)),
        O::default().spawn(player(Arc::clone(&signals), 1)),
    ];
    signals[0].signal(0);
    for task in tasks {
        blocking::wait(task).expect("the task completes");
    }
    assert_eq!(blocking::wait(signals[0].wait()), 2 * ROUNDS);
    assert_eq!((signals[0].waiters(), signals[1].waiters()), (0, 0));
}
