//! Tasks that meet at a barrier, and one that breaks it.

use core::sync::atomic::AtomicUsize;
use core::sync::atomic::Ordering::SeqCst;

use anywake::{Barrier, BrokenBarrier, Runtime};

use super::{Presence, maybe_yield, survive};
use crate::patience::{Patience, wait_with};
use crate::rng::Rng;

/// A barrier, and the passes that tasks have had from it.
#[derive(Debug)]
pub(crate) struct Meeting {
    pub barrier: Barrier,
    /// How often each index was passed out.
    passes: Vec<AtomicUsize>,
    /// The waits that were dropped, or whose poll was interrupted by a panic: they may have had a pass.
    lost: AtomicUsize,
}

impl Meeting {
    pub(crate) fn new(parties: usize) -> Self {
        let passes = (0..parties).map(|_| AtomicUsize::new(0)).collect();
        Self { barrier: Barrier::new(parties), passes, lost: AtomicUsize::new(0) }
    }

    /// Counts a wait that is never polled to its end.
    pub(crate) fn lose(&self) {
        self.lost.fetch_add(1, SeqCst);
    }

    /// Asserts that each round has had each index once. A round is known by its leader, whose pass is lost only by a panic.
    pub(crate) fn check(&self) {
        assert_eq!(self.barrier.waiters(), 0, "the last abort ended all waits, also the forgotten ones");
        let lost = self.lost.load(SeqCst);
        let passes: Vec<_> = self.passes.iter().map(|passes| passes.load(SeqCst)).collect();
        let rounds = passes[passes.len() - 1];
        assert!(
            passes.iter().all(|&index| index <= rounds + lost),
            "no index is passed out twice in a round"
        );
        let missing = rounds * passes.len() - passes.iter().map(|&index| index.min(rounds)).sum::<usize>();
        assert!(
            missing <= lost,
            "{missing} passes of {rounds} rounds are missing, and {lost} waits were dropped"
        );
    }
}

/// A wait that counts as lost until it has ended.
struct Losing<'a>(&'a Meeting);

impl Drop for Losing<'_> {
    fn drop(&mut self) {
        self.0.lose();
    }
}

pub(crate) async fn partner<R: Runtime>(presence: Presence, mut rng: Rng) {
    let world = &presence.world;
    let meeting = &world.meeting;
    for _ in 0..world.plan.steps {
        let rng = &mut rng;
        survive(world, async {
            // Few give up: the more waits are dropped, the less the laws say.
            let patience = if rng.once_in(8) { Patience::limited(rng) } else { Patience::Endless };
            let losing = Losing(meeting);
            match wait_with::<R, _>(meeting.barrier.wait(), patience).await {
                Ok(Ok(pass)) => {
                    assert_eq!(pass.is_leader(), pass.index() + 1 == meeting.barrier.parties());
                    meeting.passes[pass.index()].fetch_add(1, SeqCst);
                    core::mem::forget(losing);
                }
                Ok(Err(BrokenBarrier)) => core::mem::forget(losing),
                Err(_) => drop(losing),
            }
            maybe_yield::<R>(rng).await;
        })
        .await;
    }
}

pub(crate) async fn breaker<R: Runtime>(presence: Presence, mut rng: Rng) {
    let world = &presence.world;
    let barrier = &world.meeting.barrier;
    for _ in 0..world.plan.steps {
        for _ in 0..rng.below(8) {
            R::default().yield_now().await;
        }
        if rng.once_in(4) {
            survive(world, async { barrier.abort() }).await;
            maybe_yield::<R>(&mut rng).await;
        }
        survive(world, async { barrier.reset() }).await;
        assert!(!barrier.is_broken(), "nobody else aborts it");
    }
    // From now on no wait waits, so that the others end.
    survive(world, async { barrier.abort() }).await;
}
