//! `close`, which is final.

use super::*;

#[test]
fn a_wait_granted_before_close_is_ready_after_it() {
    let semaphore = Semaphore::new(0);
    let mut task = queued(semaphore.acquire());
    semaphore.release(1).unwrap();
    semaphore.close();
    assert_eq!(task.ready().unwrap().count(), 1);
}

#[test]
fn close_refuses_queued_and_new_requests() {
    let semaphore = Semaphore::new(1);
    let mut many = queued(semaphore.acquire_many(2));
    let mut one = queued(semaphore.acquire());
    semaphore.close();
    assert_eq!(many.ready().unwrap_err(), AcquireError::Closed);
    assert_eq!(one.ready().unwrap_err(), Closed);
    assert_eq!(Task::new(semaphore.acquire()).ready().unwrap_err(), Closed);
    assert_eq!(Task::new(semaphore.acquire_many(1)).ready().unwrap_err(), AcquireError::Closed);
    assert_eq!(semaphore.try_acquire().unwrap_err(), TryAcquireError::Closed);
    assert_eq!(semaphore.try_acquire_many(0).unwrap_err(), TryAcquireError::Closed);
    assert_eq!(state(&semaphore), (1, 0, true));
}

#[test]
fn close_is_idempotent_and_final() {
    let semaphore = Semaphore::new(1);
    assert!(!semaphore.is_closed());
    assert!(semaphore.close());
    assert!(!semaphore.close(), "it was closed by the other call");
    semaphore.release(1).unwrap();
    assert_eq!(semaphore.reduce(1), 1);
    assert_eq!(state(&semaphore), (1, 0, true));
    assert_eq!(semaphore.try_acquire().unwrap_err(), TryAcquireError::Closed);
}

#[test]
fn held_permits_outlive_close() {
    let semaphore = Semaphore::new(3);
    let mut held = semaphore.try_acquire_many(3).unwrap();
    semaphore.close();
    let part = held.split(1).unwrap();
    held.merge(part).unwrap();
    assert_eq!(held.count(), 3);
    drop(held);
    assert_eq!(state(&semaphore), (3, 0, true));
}

#[test]
fn a_permit_that_was_granted_before_close_is_good() {
    let semaphore = Semaphore::new(0);
    let mut granted = queued(semaphore.acquire());
    let mut refused = queued(semaphore.acquire());
    semaphore.release(1).unwrap();
    semaphore.close();
    assert_eq!(granted.ready().unwrap().count(), 1);
    assert_eq!(refused.ready().unwrap_err(), Closed);
}

#[cfg(not(feature = "local"))]
#[test]
fn of_many_threads_that_close_a_semaphore_one_has_closed_it() {
    finishes(|| {
        let semaphore = Semaphore::new(0);
        std::thread::scope(|scope| {
            let threads = [(); 4].map(|()| scope.spawn(|| semaphore.close()));
            let closed = threads.map(|thread| thread.join().unwrap());
            assert_eq!(closed.into_iter().filter(|&closed| closed).count(), 1);
        });
    });
}
