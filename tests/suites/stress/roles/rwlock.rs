//! The librarian, who reads, writes and upgrades.

use core::sync::atomic::AtomicUsize;
use core::sync::atomic::Ordering::SeqCst;
use std::panic::resume_unwind;
use std::sync::Arc;

use anywake::rwlock::{Guard, ReadGuard, UpgradableGuard, WriteGuard};
use anywake::{Runtime, RwLock, TaskError};

use super::{Presence, maybe_yield, survive, wait_with_panicking_waker};
use crate::patience::{GivenUp, Patience, wait_with};
use crate::rng::Rng;
use crate::world::World;

/// A lock, and what its users count.
#[derive(Debug, Default)]
pub(crate) struct Shelf {
    /// A plain number: two writers at once would lose a change.
    books: Arc<RwLock<usize>>,
    changes: AtomicUsize,
    inside: Arc<Inside>,
}

#[derive(Debug, Default)]
struct Inside {
    readers: AtomicUsize,
    writers: AtomicUsize,
}

impl Shelf {
    /// Asserts what must hold when all tasks have completed.
    pub(crate) fn check(&self) {
        assert_eq!(self.books.waiters(), 0, "no task waits for the shelf");
        let books = self.books.try_write().expect("all guards are dropped");
        assert_eq!(*books, self.changes.load(SeqCst), "books = changes counted: a writer is alone");
        let inside = [&self.inside.readers, &self.inside.writers].map(|count| count.load(SeqCst));
        assert_eq!(inside, [0, 0], "nobody is at the shelf");
    }

    fn change(&self, books: &mut usize) {
        *books += 1;
        self.changes.fetch_add(1, SeqCst);
    }
}

/// Asserts that no writer is inside as long as this exists. It is dropped before the guard.
struct Reading(Arc<Inside>);

impl Reading {
    fn begin(shelf: &Shelf) -> Self {
        shelf.inside.readers.fetch_add(1, SeqCst);
        let reading = Self(Arc::clone(&shelf.inside));
        reading.check();
        reading
    }

    fn check(&self) {
        assert_eq!(self.0.writers.load(SeqCst), 0, "a reader is inside with a writer");
    }
}

impl Drop for Reading {
    fn drop(&mut self) {
        self.0.readers.fetch_sub(1, SeqCst);
    }
}

/// Asserts that nobody else is inside as long as this exists. It is dropped before the guard.
struct Writing(Arc<Inside>);

impl Writing {
    fn begin(shelf: &Shelf) -> Self {
        assert_eq!(shelf.inside.writers.fetch_add(1, SeqCst), 0, "two writers are inside");
        assert_eq!(shelf.inside.readers.load(SeqCst), 0, "a writer is inside with a reader");
        Self(Arc::clone(&shelf.inside))
    }
}

impl Drop for Writing {
    fn drop(&mut self) {
        assert_eq!(self.0.writers.fetch_sub(1, SeqCst), 1, "no other writer came in");
    }
}

pub(crate) async fn librarian<R: Runtime>(presence: Presence, mut rng: Rng) {
    let world = &presence.world;
    for _ in 0..world.plan.steps {
        let (rng, shelf) = (&mut rng, &world.shelf);
        survive(world, async {
            match rng.below(9) {
                0 | 1 => write::<R>(shelf, rng).await,
                2 => upgrade::<R>(shelf, rng).await,
                3 => try_all(shelf),
                4 => write_and_leave_elsewhere::<R>(shelf, rng).await,
                5 if world.plan.saboteurs > 0 => sabotage::<R>(world, rng).await,
                _ => read::<R>(shelf, rng).await,
            }
            maybe_yield::<R>(rng).await;
        })
        .await;
    }
}

async fn read<R: Runtime>(shelf: &Shelf, rng: &mut Rng) {
    let Ok(books) = wait_with::<R, _>(shelf.books.read(), Patience::random(rng)).await else { return };
    let reading = Reading::begin(shelf);
    let before = *books;
    // A second one at once, whoever waits.
    let again = rng.once_in(3).then(|| (ReadGuard::share(&books), Reading::begin(shelf)));
    maybe_yield::<R>(rng).await;
    reading.check();
    assert_eq!(*books, before, "nothing is written beside a reader");
    if let Some((guard, reading)) = again {
        drop(reading);
        drop(guard);
    }
}

async fn write<R: Runtime>(shelf: &Shelf, rng: &mut Rng) {
    let Ok(mut books) = wait_with::<R, _>(shelf.books.write(), Patience::random(rng)).await else { return };
    let writing = Writing::begin(shelf);
    shelf.change(&mut books);
    maybe_yield::<R>(rng).await;
    let written = *books;
    drop(writing);
    if rng.once_in(3) {
        let books = WriteGuard::downgrade(books);
        let _reading = Reading::begin(shelf);
        maybe_yield::<R>(rng).await;
        assert_eq!(*books, written, "no writer comes between");
    }
}

async fn upgrade<R: Runtime>(shelf: &Shelf, rng: &mut Rng) {
    let wait = shelf.books.upgradable_read();
    let Ok(mut books) = wait_with::<R, _>(wait, Patience::random(rng)).await else { return };
    let before = *books;
    for _ in 0..rng.within(1, 2) {
        // Counted while it is a plain reader. It ends before the upgrade is asked for.
        drop(Reading::begin(shelf));
        let wait = UpgradableGuard::upgrade(books);
        books = match wait_with::<R, _>(wait, Patience::random(rng)).await {
            Ok(mut books) => {
                let writing = Writing::begin(shelf);
                assert_eq!(*books, before, "nothing is written between");
                shelf.change(&mut books);
                maybe_yield::<R>(rng).await;
                drop(writing);
                drop(WriteGuard::downgrade_to_upgradable(books));
                return;
            }
            // It is still the upgradable reader.
            Err(GivenUp::Returned(books)) => books,
            Err(GivenUp::Dropped) => return,
        };
        assert_eq!(*books, before, "nothing is written beside the upgradable reader");
    }
    drop(UpgradableGuard::downgrade(books));
}

fn try_all(shelf: &Shelf) {
    if let Some(mut books) = shelf.books.try_write() {
        let _writing = Writing::begin(shelf);
        shelf.change(&mut books);
    }
    if let Some(_books) = shelf.books.try_read() {
        drop(Reading::begin(shelf));
    }
    if let Some(Ok(mut books)) = shelf.books.try_upgradable_read().map(UpgradableGuard::try_upgrade) {
        let _writing = Writing::begin(shelf);
        shelf.change(&mut books);
    }
}

/// Drops an owned guard on a thread for blocking functions.
async fn write_and_leave_elsewhere<R: Runtime>(shelf: &Shelf, rng: &mut Rng) {
    let wait = Arc::clone(&shelf.books).upgradable_read_owned();
    let Ok(books) = wait_with::<R, _>(wait, Patience::random(rng)).await else { return };
    let Ok(mut books) = wait_with::<R, _>(Guard::upgrade(books), Patience::random(rng)).await else { return };
    let writing = Writing::begin(shelf);
    shelf.change(&mut books);
    // Dropped in this order, the writing ends before the guard leaves.
    let elsewhere = R::default().spawn_blocking(move || drop((writing, books)));
    if let Err(TaskError::Panicked(panic)) = elsewhere.await {
        resume_unwind(panic.into_payload());
    }
}

async fn sabotage<R: Runtime>(world: &World, rng: &mut Rng) {
    let books = &world.shelf.books;
    match rng.below(3) {
        0 => drop(wait_with_panicking_waker::<R, _>(books.read(), rng).await),
        1 => drop(wait_with_panicking_waker::<R, _>(books.write(), rng).await),
        _ => {
            let Some(books) = books.try_upgradable_read() else { return };
            drop(wait_with_panicking_waker::<R, _>(UpgradableGuard::upgrade(books), rng).await);
        }
    }
}
