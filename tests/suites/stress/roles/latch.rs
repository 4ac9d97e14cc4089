//! Runners: each counts down the latch of every lap, and waits there for the others.
//!
//! The law: a wait ends when all runners have counted, and not before. At the end every latch is open, with nobody at it,
//! and counts no further.

use core::fmt;
use core::future::Future;
use core::sync::atomic::AtomicUsize;
use core::sync::atomic::Ordering::SeqCst;
use std::sync::Arc;

use anywake::{Latch, LatchGuard, Runtime};

use super::{Presence, maybe_yield, poll_and_forget, survive, wait_with_panicking_waker};
use crate::patience::{Patience, wait_with};
use crate::plan::Plan;
use crate::rng::Rng;
use crate::sabotage;
use crate::world::World;

/// A latch, and how many runners have counted.
struct Lap {
    latch: Latch,
    counted: AtomicUsize,
}

/// The latches of all laps: one for each step.
pub(crate) struct Laps {
    laps: Vec<Lap>,
    pub(crate) runners: usize,
}

impl Laps {
    pub(crate) fn new(plan: &Plan) -> Self {
        let runners = plan.sellers + 1;
        let lap = |_| Lap { latch: Latch::new(runners), counted: AtomicUsize::new(0) };
        Self { laps: (0..plan.steps).map(lap).collect(), runners }
    }

    pub(crate) fn check(&self) {
        for Lap { latch, counted } in &self.laps {
            assert_eq!(counted.load(SeqCst), self.runners, "every runner counts once in every lap");
            assert_eq!(
                (latch.remaining(), latch.waiters()),
                (0, 0),
                "the last count opened the latch for all"
            );
            assert!(latch.count_down(1).is_err(), "a count too many is an error");
        }
    }

    /// Forgets a wait, which the last count then decides.
    pub(crate) fn forget_a_wait(&self, lap: usize) {
        poll_and_forget(self.laps[lap % self.laps.len()].latch.wait());
    }

    /// Waits with a waker that panics.
    pub(crate) async fn sabotage<R: Runtime>(&self, rng: &mut Rng) {
        let lap = &self.laps[rng.below(self.laps.len())];
        wait_with_panicking_waker::<R, _>(lap.latch.wait(), rng).await;
    }
}

impl fmt::Debug for Laps {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let open = self.laps.iter().take_while(|lap| lap.latch.remaining() == 0).count();
        f.debug_struct("Laps").field("open", &open).field("of", &self.laps.len()).finish()
    }
}

/// A runner counts in every lap, even if it is cancelled.
struct Run {
    next: usize,
    // Dropped after the last laps are counted.
    presence: Presence,
}

impl Run {
    /// Reserves the count of the next lap. From here on it is counted by the guard.
    fn reserve<'a>(&mut self, laps: &'a Laps) -> (&'a Lap, LatchGuard<'a>) {
        let lap = &laps.laps[self.next];
        let guard = lap.latch.guard().expect("one count is this runner's");
        self.next += 1;
        lap.counted.fetch_add(1, SeqCst);
        (lap, guard)
    }

    /// Counts the next lap. A waker may panic, but the count is taken.
    fn count<'a>(&mut self, laps: &'a Laps) -> &'a Lap {
        let lap = &laps.laps[self.next];
        self.next += 1;
        lap.counted.fetch_add(1, SeqCst);
        lap.latch.count_down(1).expect("one count is this runner's");
        lap
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        let world = Arc::clone(&self.presence.world);
        while self.next < world.laps.laps.len() {
            sabotage::survive(|| {
                self.count(&world.laps);
            });
        }
    }
}

pub(crate) fn runner<R: Runtime>(presence: Presence, mut rng: Rng) -> impl Future<Output = ()> + Send {
    // Made here, so that a runner that is cancelled before its first poll counts, too.
    let mut run = Run { next: 0, presence };
    async move {
        let world: Arc<World> = Arc::clone(&run.presence.world);
        let laps = &world.laps;
        for _ in 0..world.plan.steps {
            let (rng, run) = (&mut rng, &mut run);
            survive(&world, async {
                let lap = if rng.once_in(2) {
                    let (lap, guard) = run.reserve(laps);
                    maybe_yield::<R>(rng).await;
                    drop(guard);
                    lap
                } else {
                    run.count(laps)
                };
                if wait_with::<R, _>(lap.latch.wait(), Patience::random(rng)).await.is_ok() {
                    let counted = lap.counted.load(SeqCst);
                    assert_eq!(counted, laps.runners, "the wait of a lap ended before all had counted");
                }
                maybe_yield::<R>(rng).await;
            })
            .await;
        }
    }
}
