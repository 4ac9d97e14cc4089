//! Locks that tasks of two runtimes share.

use core::sync::atomic::{AtomicBool, Ordering};
use std::sync::Arc;

use anywake::{Lock, Runtime, blocking};

use crate::ROUNDS;

/// Both sides increment a counter behind a lock.
pub(crate) fn lock<W: Runtime, O: Runtime>() {
    async fn side<R: Runtime>(shared: Arc<(Lock<usize>, AtomicBool)>) {
        let (lock, occupied) = &*shared;
        for _ in 0..ROUNDS {
            let mut count = lock.lock().await;
            assert!(!occupied.swap(true, Ordering::Relaxed), "two tasks own the lock");
            let before = *count;
            R::default().yield_now().await;
            *count = before + 1;
            occupied.store(false, Ordering::Relaxed);
        }
    }

    let shared = Arc::new((Lock::new(0), AtomicBool::new(false)));
    let tasks = [
        W::default().spawn(side::<W>(Arc::clone(&shared))),
        O::default().spawn(side::<O>(Arc::clone(&shared))),
    ];
    for task in tasks {
        blocking::wait(task).expect("the task completes");
    }
    assert_eq!(*shared.0.try_lock().expect("both tasks have unlocked"), 2 * ROUNDS);
}

/// Each time, the lock is held until the task of the other runtime waits for it.
pub(crate) fn lock_handed_over<W: Runtime, O: Runtime>() {
    let lock = Arc::new(Lock::new(0));
    for round in 0..ROUNDS {
        let guard = blocking::wait(Arc::clone(&lock).lock_owned());
        let waiter = W::default().spawn({
            let lock = Arc::clone(&lock);
            async move { *lock.lock().await += 1 }
        });
        let owner = O::default().spawn({
            let lock = Arc::clone(&lock);
            async move {
                while lock.waiters() == 0 {
                    O::default().yield_now().await;
                }
                assert_eq!(*guard, round);
                drop(guard);
            }
        });
        blocking::wait(owner).expect("the waiter queues");
        blocking::wait(waiter).expect("the waiter gets the lock");
    }
}
