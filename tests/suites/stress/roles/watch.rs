//! Publishers, who send to a watch and modify another one, and readers, who wait for changes and hold values.
//!
//! The laws: no reader sees an older version after a newer one, and a value stays as it is while it is read. At the end the
//! last value can be read, all others have been dropped, and no modification is lost.

use core::sync::atomic::AtomicUsize;
use core::sync::atomic::Ordering::SeqCst;
use std::sync::Arc;

use anywake::watch::{Receiver, Ref};
use anywake::{Runtime, Watch};

use super::{Presence, maybe_yield, poll_and_forget, survive, wait_with_panicking_waker};
use crate::patience::{Patience, wait_with};
use crate::rng::Rng;
use crate::world::World;

/// A value, counted as long as it exists.
#[derive(Debug)]
struct News {
    number: usize,
    alive: Arc<AtomicUsize>,
}

impl News {
    fn new(number: usize, alive: &Arc<AtomicUsize>) -> Self {
        alive.fetch_add(1, SeqCst);
        Self { number, alive: Arc::clone(alive) }
    }
}

impl Drop for News {
    fn drop(&mut self) {
        self.alive.fetch_sub(1, SeqCst);
    }
}

/// A watch that is sent to, and one that is only modified.
#[derive(Debug)]
pub(crate) struct Board {
    news: Arc<Watch<News>>,
    alive: Arc<AtomicUsize>,
    edits: Watch<usize>,
    /// The modifications that have succeeded, and those that a panic of a waker has interrupted.
    succeeded: AtomicUsize,
    interrupted: AtomicUsize,
}

impl Board {
    pub(crate) fn new() -> Self {
        let alive = Arc::default();
        let news = Arc::new(Watch::new(News::new(0, &alive)));
        let [succeeded, interrupted] = [const { AtomicUsize::new(0) }; 2];
        Self { news, alive, edits: Watch::new(0), succeeded, interrupted }
    }

    /// Asserts what must hold when all tasks have completed.
    pub(crate) fn check(&self) {
        // Waits that were forgotten are still queued.
        assert!(self.news.send(News::new(usize::MAX, &self.alive)).is_ok());
        assert_eq!(self.news.waiters(), 0, "a send wakes all who wait");
        assert_eq!(self.news.borrow().number, usize::MAX, "nobody reads, so the last value can be read");
        assert_eq!(self.alive.load(SeqCst), 1, "all values but the last are dropped");
        let (edits, succeeded) = (*self.edits.borrow(), self.succeeded.load(SeqCst));
        let most = succeeded + self.interrupted.load(SeqCst);
        assert!(
            (succeeded..=most).contains(&edits),
            "{succeeded}..={most} modifications, and {edits} counted"
        );
    }

    /// Forgets a wait and its receiver.
    pub(crate) fn forget_a_wait(&self) {
        poll_and_forget(Arc::clone(&self.news).receiver_owned().changed_owned());
    }

    fn modify(&self) {
        /// A modification that has not returned.
        struct Modifying<'a>(&'a Board);
        impl Drop for Modifying<'_> {
            fn drop(&mut self) {
                self.0.interrupted.fetch_add(1, SeqCst);
            }
        }
        let modifying = Modifying(self);
        let modified = self.edits.send_if_modified(|edits| {
            *edits += 1;
            true
        });
        core::mem::forget(modifying);
        if modified == Ok(true) {
            self.succeeded.fetch_add(1, SeqCst);
        }
    }
}

pub(crate) async fn publisher<R: Runtime>(presence: Presence, mut rng: Rng) {
    let world = &presence.world;
    let board = &world.board;
    for number in 1..=world.plan.steps {
        let rng = &mut rng;
        survive(world, async {
            // Who reads the value meanwhile keeps nobody from sending.
            let held = rng.once_in(3).then(|| board.edits.borrow());
            if rng.once_in(3) {
                board.modify();
            } else {
                drop(board.news.send(News::new(number, &board.alive)));
            }
            maybe_yield::<R>(rng).await;
            drop(held);
        })
        .await;
    }
}

pub(crate) async fn reader<R: Runtime>(presence: Presence, mut rng: Rng) {
    let world: &World = &presence.world;
    let mut receiver = Arc::clone(&world.board.news).receiver_owned();
    let mut last = 0;
    for _ in 0..world.plan.steps {
        let (rng, receiver, last) = (&mut rng, &mut receiver, &mut last);
        survive(world, async {
            match rng.below(6) {
                0 if world.plan.saboteurs > 0 => {
                    wait_with_panicking_waker::<R, _>(receiver.clone().changed_owned(), rng).await;
                }
                1 => wait_for_a_number::<R>(receiver, rng).await,
                2 => drop(world.board.edits.borrow()),
                _ => read::<R>(receiver, last, rng).await,
            }
            maybe_yield::<R>(rng).await;
        })
        .await;
    }
}

async fn read<R: Runtime>(receiver: &mut Receiver<News>, last: &mut u64, rng: &mut Rng) {
    // Without a limit it might begin after the last value.
    let _ = wait_with::<R, _>(receiver.changed(), Patience::limited(rng)).await;
    let value = receiver.borrow_owned();
    let (number, version) = (value.number, Ref::version(&value));
    assert!(version >= *last, "version {version} after {last}");
    *last = version;
    // Two versions at once, perhaps.
    maybe_yield::<R>(rng).await;
    let newer = receiver.borrow_and_update();
    assert!(Ref::version(&newer) >= version);
    *last = Ref::version(&newer);
    maybe_yield::<R>(rng).await;
    assert_eq!(value.number, number, "a value stays as it is while it is read");
}

async fn wait_for_a_number<R: Runtime>(receiver: &mut Receiver<News>, rng: &mut Rng) {
    let divisor = rng.within(1, 4);
    let wait = receiver.wait_for(|value| value.number % divisor == 0);
    if let Ok(Ok(value)) = wait_with::<R, _>(wait, Patience::limited(rng)).await {
        assert_eq!(value.number % divisor, 0);
    }
}
