//! A reader-writer lock between two runtimes.

use core::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::Arc;

use anywake::rwlock::{Guard, WriteGuard};
use anywake::{Runtime, RwLock, blocking};

use crate::ROUNDS;

/// One side writes, in halves that are equal whenever it is not inside. The other side reads.
pub(crate) fn rwlock<W: Runtime, O: Runtime>() {
    let lock = Arc::new(RwLock::new((0, 0)));
    let readers = [(); 2].map(|()| {
        let lock = Arc::clone(&lock);
        W::default().spawn(async move {
            let mut seen = 0;
            while seen < ROUNDS {
                let pair = lock.read().await;
                assert_eq!(pair.0, pair.1, "a reader is inside with a writer");
                assert!(pair.0 >= seen);
                seen = pair.0;
                W::default().yield_now().await;
                assert_eq!(pair.0, seen, "nothing is written beside a reader");
            }
        })
    });
    let writer = O::default().spawn({
        let lock = Arc::clone(&lock);
        async move {
            for round in 1..=ROUNDS {
                let mut pair = lock.write().await;
                pair.0 = round;
                O::default().yield_now().await;
                pair.1 = round;
                // Now and then it stays, as a reader.
                if round % 2 == 0 {
                    assert_eq!(*WriteGuard::downgrade(pair), (round, round));
                }
            }
        }
    });
    blocking::wait(writer).expect("the writer is not starved");
    for reader in readers {
        blocking::wait(reader).expect("the readers are not starved");
    }
    assert!(!lock.is_locked() && lock.waiters() == 0);
}

/// Both sides read, and write what follows from it: no write comes between.
pub(crate) fn rwlock_upgraded<W: Runtime, O: Runtime>() {
    async fn side<R: Runtime>(lock: Arc<RwLock<usize>>, inside: Arc<AtomicUsize>) {
        for _ in 0..ROUNDS {
            let guard = Arc::clone(&lock).upgradable_read_owned().await;
            assert_eq!(inside.fetch_add(1, Relaxed), 0, "there is one upgradable reader");
            let before = *guard;
            R::default().yield_now().await;
            let mut guard = Guard::upgrade(guard).await;
            assert_eq!(*guard, before, "nothing is written between");
            *guard += 1;
            inside.fetch_sub(1, Relaxed);
            drop(guard);
            drop(lock.read().await);
        }
    }

    let (lock, inside) = (Arc::new(RwLock::new(0)), Arc::new(AtomicUsize::new(0)));
    let tasks = [
        W::default().spawn(side::<W>(Arc::clone(&lock), Arc::clone(&inside))),
        O::default().spawn(side::<O>(Arc::clone(&lock), Arc::clone(&inside))),
    ];
    for task in tasks {
        blocking::wait(task).expect("the task completes");
    }
    assert_eq!(*lock.try_read().expect("nobody is inside"), 2 * ROUNDS);
}
