//! The order in which requests are granted.

use super::*;

#[test]
fn promise_2_permits_go_to_the_longest_waiters() {
    let semaphore = Semaphore::new(0);
    let mut tasks = queue_up(5, || semaphore.acquire());
    semaphore.release(2).unwrap();
    assert_eq!(granted(&mut tasks), [0, 1]);
    semaphore.release(3).unwrap();
    assert_eq!(granted(&mut tasks), [2, 3, 4]);
    assert_eq!(state(&semaphore), (0, 0, false));
}

#[test]
fn promise_2_nobody_overtakes_a_waiter() {
    let semaphore = Semaphore::new(1);
    let mut many = queued(semaphore.acquire_many(2));
    assert_eq!(semaphore.available_permits(), 1);
    assert_eq!(semaphore.try_acquire().unwrap_err(), TryAcquireError::NoPermits);
    let mut one = queued(semaphore.acquire());
    semaphore.release(1).unwrap();
    assert!(many.is_woken() && !one.is_woken());
    drop(many.ready().unwrap());
    assert!(one.is_woken());
    drop(one.ready().unwrap());
    assert!(semaphore.try_acquire().is_ok());
}

#[test]
fn promise_2_a_request_for_many_is_not_starved_by_small_ones() {
    let semaphore = Semaphore::new(3);
    let mut held: Vec<Permit<'_>> = (0..3).map(|_| semaphore.try_acquire().unwrap()).collect();
    let mut many = queued(semaphore.acquire_many(3));
    let mut small = queue_up(3, || semaphore.acquire());
    while let Some(permit) = held.pop() {
        drop(permit);
        assert!(small.iter().all(|task| !task.is_woken()));
        assert_eq!(many.is_woken(), held.is_empty());
    }
    drop(many.ready().unwrap());
    assert_eq!(granted(&mut small), [0, 1, 2]);
}

#[test]
fn promise_2_a_permit_is_handed_over_and_not_seen_in_between() {
    let semaphore = Semaphore::new(1);
    let permit = semaphore.try_acquire().unwrap();
    let mut task = queued(semaphore.acquire());
    drop(permit);
    assert_eq!(semaphore.available_permits(), 0);
    assert_eq!(semaphore.try_acquire().unwrap_err(), TryAcquireError::NoPermits);
    drop(task.ready().unwrap());
    assert_eq!(semaphore.available_permits(), 1);
}

#[test]
fn one_release_grants_as_many_requests_as_it_can() {
    let semaphore = Semaphore::new(0);
    let mut two = queued(semaphore.acquire_many(2));
    let mut one = queued(semaphore.acquire());
    let mut three = queued(semaphore.acquire_many(3));
    semaphore.release(5).unwrap();
    assert!(two.is_woken() && one.is_woken() && !three.is_woken());
    assert_eq!(semaphore.available_permits(), 2);
    drop(one.ready().unwrap());
    assert!(three.is_woken());
    drop((two.ready().unwrap(), three.ready().unwrap()));
    assert_eq!(state(&semaphore), (5, 0, false));
}

#[test]
fn available_permits_go_to_the_next_request_if_a_release_alone_grants_the_first() {
    let semaphore = Semaphore::new(1);
    let two = queued(semaphore.acquire_many(2));
    let one = queued(semaphore.acquire());
    semaphore.release(2).unwrap();
    assert!(two.is_woken() && one.is_woken());
    assert_eq!(state(&semaphore), (0, 0, false));
}

#[test]
fn who_asks_for_too_many_by_now_does_not_wait_behind_a_hand_over() {
    let semaphore = Semaphore::bounded(3);
    let mut held = semaphore.try_acquire_many(3).unwrap();
    let one = queued(semaphore.acquire());
    let mut three = queued(semaphore.acquire_many(3));
    assert_eq!(semaphore.reduce(1), 1);
    drop(held.split(1));
    assert!(!one.is_woken() && !three.is_woken(), "the first permit released pays the debt");
    drop(held.split(1));
    assert!(one.is_woken() && three.is_woken());
    assert_eq!(three.ready().unwrap_err(), AcquireError::TooMany);
}
