//! Reader-writer locks: exclusion, phases, upgrades, and that nobody starves.

use core::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::sync::Arc;

use anywake::rwlock::{Guard, OwnedReadGuard, OwnedUpgradableGuard, ReadGuard, UpgradableGuard, WriteGuard};
use anywake::{Queue, Runtime, RwLock, TaskError, Wait};
use anywake_tests::on_every_runtime;
use anywake_tests::runtimes::until;

use crate::{LONG, SHORT, cancel, outputs, queue_up, spawn_all};

const TASKS: usize = 8;
const ROUNDS: usize = 40;

/// A lock whose users count themselves.
#[derive(Default)]
struct Room {
    lock: RwLock<usize>,
    readers: AtomicUsize,
    writers: AtomicUsize,
}

impl Room {
    async fn read<R: Runtime>(&self) -> usize {
        let guard = self.lock.read().await;
        self.readers.fetch_add(1, Relaxed);
        assert_eq!(self.writers.load(Relaxed), 0, "a reader is inside with a writer");
        R::default().yield_now().await;
        assert_eq!(self.writers.load(Relaxed), 0, "a writer came in beside a reader");
        self.readers.fetch_sub(1, Relaxed);
        *guard
    }

    async fn inside_alone<R: Runtime>(&self, value: &mut usize) {
        assert_eq!(
            (self.writers.fetch_add(1, Relaxed), self.readers.load(Relaxed)),
            (0, 0),
            "a writer is not alone"
        );
        let before = *value;
        R::default().yield_now().await;
        *value = before + 1;
        assert_eq!(
            (self.writers.fetch_sub(1, Relaxed), self.readers.load(Relaxed)),
            (1, 0),
            "a writer is not alone"
        );
    }

    async fn write<R: Runtime>(&self) {
        self.inside_alone::<R>(&mut *self.lock.write().await).await;
    }

    async fn upgrade<R: Runtime>(&self) {
        let guard = self.lock.upgradable_read().await;
        let before = *guard;
        R::default().yield_now().await;
        let mut guard = UpgradableGuard::upgrade(guard).await;
        assert_eq!(*guard, before, "nothing is written between");
        self.inside_alone::<R>(&mut guard).await;
    }
}

async fn readers_share_and_writers_are_alone<R: Runtime>() {
    let room = Arc::new(Room::default());
    let tasks = spawn_all::<R, _>(TASKS, |number| {
        let room = Arc::clone(&room);
        async move {
            for _ in 0..ROUNDS {
                match number % 4 {
                    0 => room.write::<R>().await,
                    1 => room.upgrade::<R>().await,
                    _ => drop(room.read::<R>().await),
                }
            }
        }
    });
    outputs(tasks).await;
    assert_eq!(*room.lock.try_read().expect("nobody is inside"), TASKS / 2 * ROUNDS);
    assert_eq!(room.lock.waiters(), 0);
}

async fn all_readers_that_wait_are_inside_at_once<R: Runtime>() {
    let (lock, seen) = (Arc::new(RwLock::new(())), Arc::new(AtomicUsize::new(0)));
    let writer = lock.write().await;
    let readers = queue_up::<R, _>(
        20,
        || lock.waiters(),
        |_| {
            let (lock, seen) = (Arc::clone(&lock), Arc::clone(&seen));
            async move {
                let _guard = lock.read().await;
                until::<R>(|| lock.readers() == 20).await;
                seen.fetch_add(1, Relaxed);
                // Held until each has seen all of them.
                until::<R>(|| seen.load(Relaxed) == 20).await;
            }
        },
    )
    .await;
    drop(writer);
    outputs(readers).await;
    assert!(!lock.is_locked());
}

async fn a_writer_is_not_starved_by_readers_that_overlap<R: Runtime>() {
    let (room, stop) = (Arc::new(Room::default()), Arc::new(AtomicBool::new(false)));
    let readers = spawn_all::<R, _>(TASKS, |_| {
        let (room, stop) = (Arc::clone(&room), Arc::clone(&stop));
        async move {
            while !stop.load(Relaxed) {
                room.read::<R>().await;
            }
        }
    });
    for _ in 0..ROUNDS {
        room.write::<R>().await;
    }
    stop.store(true, Relaxed);
    outputs(readers).await;
    assert_eq!(*room.lock.try_read().expect("nobody is inside"), ROUNDS);
}

async fn a_reader_is_not_starved_by_writers<R: Runtime>() {
    let (room, stop) = (Arc::new(Room::default()), Arc::new(AtomicBool::new(false)));
    let writers = spawn_all::<R, _>(TASKS, |number| {
        let (room, stop) = (Arc::clone(&room), Arc::clone(&stop));
        async move {
            while !stop.load(Relaxed) {
                if number % 2 == 0 { room.write::<R>().await } else { room.upgrade::<R>().await }
            }
        }
    });
    for _ in 0..ROUNDS {
        room.read::<R>().await;
    }
    stop.store(true, Relaxed);
    outputs(writers).await;
}

async fn cancelled_waits_leave_no_trace<R: Runtime>() {
    let room = Arc::new(Room::default());
    for round in 0..ROUNDS {
        let tasks = spawn_all::<R, _>(TASKS, |number| {
            let lock = Arc::clone(&room);
            async move {
                match (number + round) % 3 {
                    0 => drop(lock.lock.write().await),
                    1 => drop(UpgradableGuard::upgrade(lock.lock.upgradable_read().await).await),
                    _ => {
                        let _guard = lock.lock.read().await;
                        R::default().yield_now().await;
                    }
                }
            }
        });
        // The tasks may be queued, let in, inside, or completed.
        for task in tasks.iter().step_by(2) {
            task.cancel();
        }
        for task in tasks {
            assert!(matches!(task.await, Ok(()) | Err(TaskError::Cancelled)));
        }
        assert_eq!((room.lock.is_locked(), room.lock.waiters()), (false, 0));
    }
}

async fn a_cancelled_writer_lets_readers_in_beside_a_reader<R: Runtime>() {
    let lock = Arc::new(RwLock::new(()));
    let inside = lock.read().await;
    let mut writers = queue_up::<R, _>(
        1,
        || lock.waiters(),
        |_| {
            let lock = Arc::clone(&lock);
            async move { drop(lock.write().await) }
        },
    )
    .await;
    let readers = queue_up::<R, _>(
        TASKS,
        || lock.waiters(),
        |_| {
            let lock = Arc::clone(&lock);
            async move { drop(lock.read().await) }
        },
    )
    .await;
    cancel(writers.remove(0)).await;
    outputs(readers).await;
    drop(inside);
    assert!(!lock.is_locked());
}

async fn owned_guards_move_between_tasks<R: Runtime>() {
    let lock = Arc::new(RwLock::new(0));
    let guards =
        Arc::new(Queue::<OwnedReadGuard<usize>>::with_capacity(2).expect("there is memory for two guards"));
    let leaver = R::default().spawn({
        let guards = Arc::clone(&guards);
        async move {
            let mut last = 0;
            while let Ok(guard) = guards.pop().await {
                assert!(*guard >= last);
                last = *guard;
            }
        }
    });
    for _ in 0..ROUNDS {
        let mut writer = Arc::clone(&lock).write_owned().await;
        *writer += 1;
        let reader = Guard::downgrade_to_upgradable(writer);
        let reader = OwnedUpgradableGuard::downgrade(reader);
        let shared = Guard::share(&reader);
        assert!(guards.push(reader).await.is_ok() && guards.push(shared).await.is_ok(), "the queue is open");
    }
    guards.close();
    leaver.await.expect("the task ends when the queue is closed");
    let lock = Arc::into_inner(lock).expect("no guard keeps the lock alive");
    assert_eq!(lock.into_inner(), ROUNDS);
}

async fn an_upgrade_that_elapses_returns_its_guard<R: Runtime>() {
    let lock = RwLock::new(1);
    let reader = lock.read().await;
    let guard = lock.upgradable_read().await;
    let guard =
        UpgradableGuard::upgrade(guard).within(R::default(), SHORT).await.expect_err("there is a reader").0;
    assert_eq!((*guard, lock.readers(), lock.waiters()), (1, 2, 0));
    drop(reader);
    assert!(UpgradableGuard::upgrade(guard).within(R::default(), LONG).await.is_ok());
}

/// A panic while a writer is inside lets the next ones in.
async fn a_task_that_panics_inside_leaves<R: Runtime>() {
    let lock = Arc::new(RwLock::new(0));
    let inside = lock.write().await;
    let tasks = queue_up::<R, _>(
        3,
        || lock.waiters(),
        |number| {
            let lock = Arc::clone(&lock);
            async move {
                *lock.write().await += 1;
                let reader = lock.read().await;
                assert_ne!(number, 1, "a panic inside");
                drop(ReadGuard::map(reader, |value| value));
            }
        },
    )
    .await;
    drop(WriteGuard::downgrade(inside));
    let mut ends = Vec::new();
    for task in tasks {
        ends.push(task.await.is_ok());
    }
    assert_eq!(ends, [true, false, true]);
    until::<R>(|| !lock.is_locked()).await;
    assert_eq!(*lock.read().await, 3);
}

on_every_runtime! {
    readers_share_and_writers_are_alone,
    all_readers_that_wait_are_inside_at_once,
    a_writer_is_not_starved_by_readers_that_overlap,
    a_reader_is_not_starved_by_writers,
    cancelled_waits_leave_no_trace,
    a_cancelled_writer_lets_readers_in_beside_a_reader,
    owned_guards_move_between_tasks,
    an_upgrade_that_elapses_returns_its_guard,
    a_task_that_panics_inside_leaves,
}
