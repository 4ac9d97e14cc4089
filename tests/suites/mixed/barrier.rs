//! Barriers at which tasks of two runtimes meet.

use core::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Arc;

use anywake::{Barrier, Runtime, blocking};

use crate::ROUNDS;

/// Two tasks of one runtime and one of another meet, round after round.
pub(crate) fn barrier<W: Runtime, O: Runtime>() {
    async fn party(shared: Arc<(Barrier, AtomicUsize)>) -> usize {
        let (barrier, arrivals) = &*shared;
        let mut led = 0;
        for round in 1..=ROUNDS {
            arrivals.fetch_add(1, Ordering::Relaxed);
            let pass = barrier.wait().await.expect("nobody breaks the barrier");
            // All three have arrived in this round, and two at most in the next one.
            let arrived = arrivals.load(Ordering::Relaxed);
            assert!((3 * round..3 * round + 3).contains(&arrived), "{arrived} arrivals in round {round}");
            led += usize::from(pass.is_leader());
        }
        led
    }

    let shared = Arc::new((Barrier::new(3), AtomicUsize::new(0)));
    let tasks = [
        W::default().spawn(party(Arc::clone(&shared))),
        W::default().spawn(party(Arc::clone(&shared))),
        O::default().spawn(party(Arc::clone(&shared))),
    ];
    let led: usize = tasks.into_iter().map(|task| blocking::wait(task).expect("the task completes")).sum();
    assert_eq!(led, ROUNDS, "each round has one leader");
}
