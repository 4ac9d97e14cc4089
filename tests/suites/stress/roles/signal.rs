//! Tasks that signal values, and tasks that take them.

use core::sync::atomic::AtomicUsize;
use core::sync::atomic::Ordering::SeqCst;

use anywake::{Runtime, Signal};

use super::{Presence, maybe_yield, survive, wait_with_panicking_waker};
use crate::patience::{Patience, wait_with};
use crate::rng::Rng;
use crate::sabotage;

/// A signal, and the fates of its values. A value owns memory, so that a duplicate shows as a double free.
#[derive(Debug, Default)]
pub(crate) struct Beacon {
    signal: Signal<Box<usize>>,
    lit: AtomicUsize,
    seen: AtomicUsize,
    displaced: AtomicUsize,
}

impl Beacon {
    /// Asserts that each value was taken or displaced, or is still there.
    pub(crate) fn check(&self) {
        assert_eq!(self.signal.waiters(), 0, "no task waits for a value");
        let left = usize::from(self.signal.reset().is_some());
        let [lit, seen, displaced] = [&self.lit, &self.seen, &self.displaced].map(|count| count.load(SeqCst));
        assert_eq!(lit, seen + displaced + left, "each value was taken or displaced, once, or is there");
    }
}

pub(crate) async fn keeper<R: Runtime>(presence: Presence, mut rng: Rng) {
    let world = &presence.world;
    let beacon = &world.beacon;
    for number in 0..world.plan.steps {
        let rng = &mut rng;
        survive(world, async {
            beacon.lit.fetch_add(1, SeqCst);
            // If a waker panics, the value is in its slot, and displaced none.
            sabotage::survive(|| {
                if beacon.signal.signal(Box::new(number)).is_some() {
                    beacon.displaced.fetch_add(1, SeqCst);
                }
            });
            maybe_yield::<R>(rng).await;
        })
        .await;
    }
}

pub(crate) async fn watcher<R: Runtime>(presence: Presence, mut rng: Rng) {
    let world = &presence.world;
    let beacon = &world.beacon;
    for _ in 0..world.plan.steps {
        let rng = &mut rng;
        survive(world, async {
            // The last value may be taken by another, so no wait is without a limit.
            let seen = match rng.below(8) {
                0 => beacon.signal.try_take(),
                1 if world.plan.saboteurs > 0 => {
                    wait_with_panicking_waker::<R, _>(beacon.signal.wait(), rng).await
                }
                _ => wait_with::<R, _>(beacon.signal.wait(), Patience::limited(rng)).await.ok(),
            };
            if let Some(value) = seen {
                assert!(*value < world.plan.steps);
                beacon.seen.fetch_add(1, SeqCst);
            }
            maybe_yield::<R>(rng).await;
        })
        .await;
    }
}
