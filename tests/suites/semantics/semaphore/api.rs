//! The behaviour of each method, without contention.

use super::*;

#[test]
fn permits_are_acquired_and_released_when_dropped() {
    let semaphore = Semaphore::new(2);
    let one = Task::new(semaphore.acquire()).ready().unwrap();
    assert_eq!((one.count(), semaphore.available_permits()), (1, 1));
    let two = semaphore.try_acquire().unwrap();
    assert_eq!(semaphore.available_permits(), 0);
    assert_eq!(semaphore.try_acquire().unwrap_err(), TryAcquireError::NoPermits);
    drop(one);
    assert_eq!(semaphore.available_permits(), 1);
    drop(two);
    assert_eq!(state(&semaphore), (2, 0, false));
}

#[test]
fn an_uncontended_acquire_does_not_touch_the_waker() {
    let semaphore = Semaphore::new(1);
    let waker = CountingWaker::new();
    let _permit = Task::with_waker(semaphore.acquire(), waker.clone()).ready().unwrap();
    assert_eq!(waker.count(Call::Clone), 0);
}

#[test]
fn many_permits_are_taken_together() {
    let semaphore = Semaphore::new(5);
    let three = Task::new(semaphore.acquire_many(3)).ready().unwrap();
    assert_eq!((three.count(), semaphore.available_permits()), (3, 2));
    assert_eq!(semaphore.try_acquire_many(3).unwrap_err(), TryAcquireError::NoPermits);
    let two = semaphore.try_acquire_many(2).unwrap();
    drop(three);
    assert_eq!((two.count(), semaphore.available_permits()), (2, 3));
}

#[test]
fn zero_permits_can_be_acquired_at_any_time() {
    let semaphore = Semaphore::new(0);
    let zero = semaphore.try_acquire_many(0).unwrap();
    assert_eq!(zero.count(), 0);
    drop(zero);
    assert_eq!(Task::new(semaphore.acquire_many(0)).ready().unwrap().count(), 0);
    assert_eq!(semaphore.available_permits(), 0);
}

#[test]
fn zero_permits_are_acquired_at_once_although_others_wait() {
    let semaphore = Semaphore::new(0);
    let waiting = queued(semaphore.acquire());
    assert!(semaphore.try_acquire_many(0).is_ok());
    drop(Task::new(semaphore.acquire_many(0)).ready().unwrap());
    assert_eq!(semaphore.waiters(), 1);
    semaphore.close();
    assert_eq!(semaphore.try_acquire_many(0).unwrap_err(), TryAcquireError::Closed);
    assert_eq!(Task::new(semaphore.acquire_many(0)).ready().unwrap_err(), AcquireError::Closed);
    drop(waiting);
}

#[cfg(not(feature = "local"))]
#[test]
fn semaphores_live_in_statics() {
    static FREE: Semaphore = Semaphore::new(2);
    static BOUNDED: Semaphore = Semaphore::bounded(1);
    static FULL: Semaphore = Semaphore::new(Semaphore::MAX_PERMITS);
    assert_eq!((FREE.available_permits(), BOUNDED.available_permits()), (2, 1));
    assert_eq!(FULL.available_permits(), Semaphore::MAX_PERMITS);
}

#[test]
fn waiters_counts_requests_and_not_permits() {
    let semaphore = Semaphore::new(0);
    let many = queued(semaphore.acquire_many(7));
    let one = queued(semaphore.acquire());
    assert_eq!(semaphore.waiters(), 2);
    many.cancel();
    assert_eq!(semaphore.waiters(), 1);
    one.cancel();
    assert_eq!(semaphore.waiters(), 0);
}

#[test]
fn a_future_takes_its_place_when_it_is_first_polled() {
    let semaphore = Semaphore::new(0);
    let mut made_first = Task::new(semaphore.acquire());
    let mut polled_first = queued(semaphore.acquire());
    assert_pending!(made_first.poll());
    semaphore.release(1).unwrap();
    assert!(polled_first.is_woken() && !made_first.is_woken());
    polled_first.ready().unwrap().forget();
}

#[test]
fn permits_that_come_while_the_waker_is_cloned_are_taken_and_leave_no_mark() {
    let semaphore: &'static Semaphore = leak(Semaphore::new(0));
    let waker = CountingWaker::reentrant(Call::Clone, || semaphore.release(3).unwrap());
    let two = Task::with_waker(semaphore.acquire_many(2), waker).ready().unwrap();
    assert_eq!(state(semaphore), (1, 0, false));
    assert!(semaphore.try_acquire().is_ok());
    drop(two);
    assert_eq!(state(semaphore), (3, 0, false));
}

#[test]
fn a_close_while_the_waker_is_cloned_is_seen() {
    let semaphore: &'static Semaphore = leak(Semaphore::new(1));
    let waker = CountingWaker::reentrant(Call::Clone, || _ = semaphore.close());
    let mut task = Task::with_waker(semaphore.acquire_many(2), waker);
    assert_eq!(task.ready().unwrap_err(), AcquireError::Closed);
    assert_eq!(state(semaphore), (1, 0, true));
}

#[test]
fn a_future_knows_when_it_is_terminated() {
    let semaphore = Semaphore::new(0);
    let mut task = Task::new(semaphore.acquire_many(2));
    assert!(!task.future().is_terminated());
    assert_pending!(task.poll());
    semaphore.release(2).unwrap();
    assert!(!task.future().is_terminated());
    task.ready().unwrap().forget();
    assert!(task.future().is_terminated());
    assert!(panic_of(|| task.poll()).contains("polled after it had completed"));
    assert_eq!(semaphore.available_permits(), 0);
}
