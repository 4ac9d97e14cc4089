//! The forcers: they compute a row of lazy values together, and are cancelled in the middle.
//!
//! Laws: no two tasks poll the computation of a value at once; its progress stays when a task that polled it is gone, so it
//! is begun once, and again only after a panic; every task sees the same value; in the end every value is there.

use core::future::Future;
use core::pin::Pin;
use core::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use core::task::{Context, Poll};
use std::sync::Arc;

use anywake::{Lazy, Runtime};

use super::{Presence, maybe_yield, survive, wait_with_panicking_waker};
use crate::patience::{Patience, wait_with};
use crate::rng::Rng;
use crate::world::World;

/// The number of tasks with this role.
pub(crate) const FORCERS: usize = 4;
/// The number of values.
const VALUES: usize = 12;
/// The polls that a value takes.
const POLLS: usize = 4;

/// What is known of a computation.
#[derive(Debug, Default)]
struct Known {
    /// Whether a task polls it.
    busy: AtomicBool,
    begun: AtomicUsize,
}

/// A lazy value, and what is known of its computation.
#[derive(Debug)]
struct Site {
    lazy: Lazy<usize, Computation, Begin>,
    known: Arc<Known>,
}

type Begin = Box<dyn FnMut() -> Computation + Send>;

/// All values.
#[derive(Debug)]
pub(crate) struct Lot {
    sites: [Site; VALUES],
}

/// A task polls the computation.
struct Busy<'a>(&'a AtomicBool);

impl<'a> Busy<'a> {
    fn begin(busy: &'a AtomicBool) -> Self {
        assert!(!busy.swap(true, SeqCst), "two tasks poll one computation at once");
        Self(busy)
    }
}

impl Drop for Busy<'_> {
    fn drop(&mut self) {
        self.0.store(false, SeqCst);
    }
}

/// Ready at the last of its polls. Wakes its task at each other one.
// It has a name, since a helper that is generic over waits cannot be spawned with a `BoxedInit` (rust-lang/rust#102211).
struct Computation {
    known: Arc<Known>,
    value: usize,
    polls: usize,
}

impl Computation {
    fn begin(known: &Arc<Known>, value: usize) -> Self {
        known.begun.fetch_add(1, SeqCst);
        Self { known: Arc::clone(known), value, polls: 0 }
    }
}

impl Future for Computation {
    type Output = usize;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<usize> {
        self.polls += 1;
        let _busy = Busy::begin(&self.known.busy);
        if self.polls == POLLS {
            return Poll::Ready(self.value);
        }
        context.waker().wake_by_ref();
        Poll::Pending
    }
}

impl Site {
    fn new(value: usize) -> Self {
        let known = Arc::<Known>::default();
        let begin = Arc::clone(&known);
        Self { lazy: Lazy::new(Box::new(move || Computation::begin(&begin, value))), known }
    }
}

impl Lot {
    pub(crate) fn new() -> Self {
        Self { sites: core::array::from_fn(Site::new) }
    }

    /// Asserts what must hold when all tasks have completed.
    pub(crate) fn check(&self, saboteurs: usize) {
        for (value, Site { lazy, known }) in self.sites.iter().enumerate() {
            assert_eq!(
                (lazy.get(), lazy.waiters()),
                (Some(&value), 0),
                "the value is there, and nobody waits"
            );
            assert!(!known.busy.load(SeqCst), "nobody computes it any more");
            let begun = known.begun.load(SeqCst);
            assert!(
                begun == 1 || begun > 1 && saboteurs > 0,
                "begun {begun} times, although nothing panicked"
            );
        }
    }
}

pub(crate) async fn forcer<R: Runtime>(presence: Presence, mut rng: Rng) {
    let world = &presence.world;
    for (value, site) in world.lot.sites.iter().enumerate() {
        let mut more = 1 + rng.below(4);
        while more > 0 || !site.lazy.is_initialized() {
            more = more.saturating_sub(1);
            survive(world, step::<R>(world, site, value, &mut rng)).await;
        }
    }
}

async fn step<R: Runtime>(world: &World, site: &Site, value: usize, rng: &mut Rng) {
    let seen = match rng.below(6) {
        0 if world.plan.saboteurs > 0 => wait_with_panicking_waker::<R, _>(site.lazy.force(), rng).await,
        1 => site.lazy.get(),
        // Most give up in the middle.
        2..5 => wait_with::<R, _>(site.lazy.force(), Patience::limited(rng)).await.ok(),
        _ => Some(site.lazy.force().await),
    };
    assert!(seen.is_none_or(|seen| *seen == value));
    maybe_yield::<R>(rng).await;
}
