//! The builders: they initialise a row of cells together. Initialisers fail, panic, and are cancelled.
//!
//! Laws: no two initialisers of a cell exist at once; every task sees the same value in a cell; in the end every cell has
//! one, since an initialiser that ends in any other way hands its role to the next task in line.

use core::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};

use anywake::{OnceCell, Runtime, SetError};

use super::{Presence, maybe_yield, poll_and_forget, survive, wait_with_panicking_waker};
use crate::patience::{Patience, wait_with};
use crate::rng::Rng;
use crate::world::World;

/// The number of tasks with this role.
pub(crate) const BUILDERS: usize = 4;
/// The number of cells.
const SITES: usize = 12;

/// A cell, and what its users know of it.
#[derive(Debug, Default)]
struct Site {
    cell: OnceCell<Box<usize>>,
    /// Whether an initialiser is at work.
    busy: AtomicBool,
    /// The value that the first task saw, or 0.
    seen: AtomicUsize,
}

/// All cells, and a counter for their values.
#[derive(Debug, Default)]
pub(crate) struct Sites {
    sites: [Site; SITES],
    values: AtomicUsize,
}

/// An initialiser at work.
struct Busy<'a>(&'a AtomicBool);

impl<'a> Busy<'a> {
    fn begin(site: &'a Site) -> Self {
        assert!(!site.busy.swap(true, SeqCst), "two initialisers of a cell exist at once");
        Self(&site.busy)
    }
}

impl Drop for Busy<'_> {
    fn drop(&mut self) {
        self.0.store(false, SeqCst);
    }
}

impl Site {
    fn see(&self, value: usize) {
        assert!(self.cell.is_initialized());
        let seen = self.seen.compare_exchange(0, value, SeqCst, SeqCst).unwrap_or_else(|seen| seen);
        assert!([0, value].contains(&seen), "a cell has had two values: {seen} and {value}");
    }

    async fn initialise<R: Runtime>(&self, value: usize, rng: &mut Rng) -> Result<Box<usize>, ()> {
        let _busy = Busy::begin(self);
        for _ in 0..rng.below(3) {
            R::default().yield_now().await;
        }
        if rng.once_in(2) { Ok(Box::new(value)) } else { Err(()) }
    }
}

impl Sites {
    /// Asserts what must hold when all tasks have completed.
    pub(crate) fn check(&self) {
        for site in &self.sites {
            assert_eq!(site.cell.waiters(), 0, "no task waits for a cell");
            let value = site.cell.get().expect("the builders have initialised every cell");
            assert!([0, **value].contains(&site.seen.load(SeqCst)), "all tasks saw the same value");
            assert!(!site.busy.load(SeqCst), "every initialiser has ended");
        }
    }
}

pub(crate) async fn builder<R: Runtime>(presence: Presence, mut rng: Rng) {
    let world = &presence.world;
    for site in &world.sites.sites {
        let mut more = 1 + rng.below(4);
        while more > 0 || !site.cell.is_initialized() {
            more = more.saturating_sub(1);
            survive(world, step::<R>(world, site, &mut rng)).await;
        }
    }
}

async fn step<R: Runtime>(world: &World, site: &Site, rng: &mut Rng) {
    let value = world.sites.values.fetch_add(1, SeqCst) + 1;
    match rng.below(8) {
        0 => match site.cell.set(Box::new(value)) {
            Ok(()) => site.see(value),
            Err(SetError::Initialized(back)) => {
                assert_eq!(*back, value);
                site.see(**site.cell.get().expect("the cell has a value"));
            }
            Err(SetError::Initializing(back)) => assert_eq!(*back, value),
        },
        1 => {
            if let Ok(value) = wait_with::<R, _>(site.cell.wait(), Patience::limited(rng)).await {
                site.see(**value);
            }
        }
        2 if world.plan.ghosts > 0 => drop(poll_and_forget(site.cell.wait())),
        3 if world.plan.saboteurs > 0 => {
            let value = if rng.once_in(2) {
                wait_with_panicking_waker::<R, _>(site.cell.wait(), rng).await
            } else {
                let failing = site.cell.get_or_try_init(async || Err(()));
                wait_with_panicking_waker::<R, _>(failing, rng).await.and_then(Result::ok)
            };
            if let Some(value) = value {
                site.see(**value);
            }
        }
        _ => {
            let patience = Patience::random(rng);
            let wait = site.cell.get_or_try_init(|| site.initialise::<R>(value, rng));
            if let Ok(Ok(value)) = wait_with::<R, _>(wait, patience).await {
                site.see(**value);
            }
        }
    }
    maybe_yield::<R>(rng).await;
}
