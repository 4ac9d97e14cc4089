//! `release`, `reduce`, and the limits on the number of permits.

use super::*;

#[test]
fn release_adds_permits_to_a_semaphore_without_a_bound() {
    let semaphore = Semaphore::new(1);
    assert_eq!(semaphore.release(2), Ok(()));
    assert_eq!(semaphore.available_permits(), 3);
    assert_eq!(semaphore.release(0), Ok(()));
    assert_eq!(semaphore.available_permits(), 3);
}

#[test]
fn more_permits_than_can_be_counted_are_refused() {
    let semaphore = Semaphore::new(2);
    for n in [Semaphore::MAX_PERMITS - 1, Semaphore::MAX_PERMITS, usize::MAX] {
        assert_eq!(semaphore.release(n), Err(ReleaseError));
        assert_eq!(state(&semaphore), (2, 0, false));
    }
    semaphore.release(Semaphore::MAX_PERMITS - 2).unwrap();
    assert_eq!(semaphore.available_permits(), Semaphore::MAX_PERMITS);
    let held = semaphore.try_acquire_many(Semaphore::MAX_PERMITS).unwrap();
    assert_eq!(semaphore.release(1), Err(ReleaseError), "held permits count");
    drop(held);
    assert_eq!(semaphore.available_permits(), Semaphore::MAX_PERMITS);
}

#[test]
fn a_semaphore_of_more_permits_than_can_be_counted_is_not_made() {
    let too_many = Semaphore::MAX_PERMITS + 1;
    assert_eq!(Semaphore::try_new(too_many).unwrap_err(), TooManyPermits);
    assert_eq!(Semaphore::try_bounded(too_many).unwrap_err(), TooManyPermits);
    assert!(panic_of(|| Semaphore::new(too_many)).contains("MAX_PERMITS"));
    assert!(panic_of(|| Semaphore::bounded(usize::MAX)).contains("MAX_PERMITS"));
    assert_eq!(Semaphore::try_new(3).unwrap().available_permits(), 3);
    assert_eq!(Semaphore::try_bounded(3).unwrap().release(1), Err(ReleaseError));
}

#[test]
fn an_over_release_of_a_bounded_semaphore_changes_nothing() {
    let semaphore = Semaphore::bounded(2);
    assert_eq!(semaphore.release(1), Err(ReleaseError));
    let held = semaphore.try_acquire().unwrap();
    assert_eq!(semaphore.release(1), Err(ReleaseError), "the held permit is still to be released");
    assert_eq!(state(&semaphore), (1, 0, false));
    drop(held);
    assert_eq!(state(&semaphore), (2, 0, false));
}

#[test]
fn a_bounded_semaphore_takes_back_what_was_forgotten_and_no_more() {
    let semaphore = Semaphore::bounded(3);
    semaphore.try_acquire_many(2).unwrap().forget();
    assert_eq!(semaphore.release(3), Err(ReleaseError));
    assert_eq!(semaphore.available_permits(), 1);
    assert_eq!(semaphore.release(2), Ok(()));
    assert_eq!(semaphore.release(1), Err(ReleaseError));
    assert_eq!(semaphore.available_permits(), 3);
}

#[test]
fn a_request_for_more_than_there_can_ever_be_fails_at_once() {
    let semaphore = Semaphore::bounded(2);
    assert_eq!(Task::new(semaphore.acquire_many(3)).ready().unwrap_err(), AcquireError::TooMany);
    assert_eq!(semaphore.try_acquire_many(3).unwrap_err(), TryAcquireError::TooMany);
    assert_eq!(state(&semaphore), (2, 0, false));
    assert_eq!(Task::new(semaphore.acquire_many(2)).ready().unwrap().count(), 2);

    let unbounded = Semaphore::new(2);
    let mut task = Task::new(unbounded.acquire_many(Semaphore::MAX_PERMITS + 1));
    assert_eq!(task.ready().unwrap_err(), AcquireError::TooMany);
    queued(unbounded.acquire_many(Semaphore::MAX_PERMITS)).cancel();
    assert_eq!(state(&unbounded), (2, 0, false));
}

#[test]
fn a_request_for_too_many_does_not_queue_behind_others() {
    let semaphore = Semaphore::bounded(2);
    let _held = semaphore.try_acquire_many(2).unwrap();
    let _waiting = queued(semaphore.acquire());
    assert_eq!(Task::new(semaphore.acquire_many(3)).ready().unwrap_err(), AcquireError::TooMany);
    assert_eq!(semaphore.waiters(), 1);
}

#[test]
fn a_semaphore_bounded_by_zero_lets_nobody_in_and_takes_nothing_back() {
    let semaphore = Semaphore::bounded(0);
    assert_eq!(semaphore.release(1), Err(ReleaseError));
    assert_eq!(semaphore.try_acquire().unwrap_err(), TryAcquireError::TooMany);
    let mut task = queued(semaphore.acquire());
    semaphore.close();
    assert_eq!(task.ready().unwrap_err(), Closed);
}

#[test]
fn one_permit_of_many_is_refused_where_there_can_never_be_one() {
    let semaphore = Semaphore::bounded(0);
    assert_eq!(semaphore.try_acquire_many(1).unwrap_err(), TryAcquireError::TooMany);
    assert_eq!(Task::new(semaphore.acquire_many(1)).ready().unwrap_err(), AcquireError::TooMany);

    let semaphore = Semaphore::bounded(1);
    let held = semaphore.try_acquire().unwrap();
    let mut one = queued(semaphore.acquire_many(1));
    let mut patient = queued(semaphore.acquire());
    assert_eq!(semaphore.reduce(1), 1);
    assert!(one.is_woken() && !patient.is_woken());
    assert_eq!(one.ready().unwrap_err(), AcquireError::TooMany);
    drop(held);
    assert_pending!(patient.poll(), "the semaphore is bounded by zero, and `acquire` waits as in asyncio");
}

#[test]
fn reduce_takes_available_permits_away() {
    let semaphore = Semaphore::new(5);
    assert_eq!(semaphore.reduce(2), 2);
    assert_eq!(semaphore.available_permits(), 3);
    assert_eq!(semaphore.reduce(9), 3, "there are three permits");
    assert_eq!(semaphore.available_permits(), 0);
    semaphore.release(1).unwrap();
    assert_eq!(semaphore.available_permits(), 1);
}

#[test]
fn reduce_takes_held_permits_away_as_they_come_back() {
    let semaphore = Semaphore::new(3);
    let mut held = semaphore.try_acquire_many(3).unwrap();
    assert_eq!(semaphore.reduce(2), 2);
    let one = held.split(1).unwrap();
    drop(one);
    assert_eq!(semaphore.available_permits(), 0);
    assert_eq!(semaphore.try_acquire().unwrap_err(), TryAcquireError::NoPermits);
    drop(held);
    assert_eq!(semaphore.available_permits(), 1);
}

#[test]
fn a_waiter_waits_until_the_debt_is_paid() {
    let semaphore = Semaphore::new(2);
    let mut held = semaphore.try_acquire_many(2).unwrap();
    let mut task = queued(semaphore.acquire());
    semaphore.reduce(1);
    drop(held.split(1));
    assert!(!task.is_woken());
    drop(held);
    assert!(task.is_woken());
    drop(task.ready().unwrap());
    assert_eq!(semaphore.available_permits(), 1);
}

#[test]
fn reduce_of_a_bounded_semaphore_lowers_its_bound() {
    let semaphore = Semaphore::bounded(4);
    assert_eq!(semaphore.reduce(1), 1);
    assert_eq!(semaphore.available_permits(), 3);
    assert_eq!(semaphore.release(1), Err(ReleaseError));
    assert_eq!(semaphore.try_acquire_many(4).unwrap_err(), TryAcquireError::TooMany);
    assert_eq!(semaphore.try_acquire_many(3).unwrap().count(), 3);
    assert_eq!(semaphore.reduce(9), 3);
    assert_eq!(semaphore.reduce(1), 0);
}

#[test]
fn reduce_refuses_requests_above_the_new_bound_and_grants_those_behind() {
    let semaphore = Semaphore::bounded(3);
    let held = semaphore.try_acquire_many(2).unwrap();
    let mut too_many = queued(semaphore.acquire_many(3));
    let mut two = queued(semaphore.acquire_many(2));
    semaphore.reduce(1);
    assert_eq!(too_many.ready().unwrap_err(), AcquireError::TooMany);
    assert!(!two.is_woken());
    drop(held);
    assert_eq!(two.ready().unwrap().count(), 2);
}

#[test]
fn a_granted_permit_is_released_once() {
    let semaphore = Semaphore::new(1);
    let permit = semaphore.try_acquire().unwrap();
    let mut tasks = queue_up(10, || semaphore.acquire());
    drop(permit);
    let mut granted = 0;
    run_woken(&mut tasks, |permit| {
        assert_eq!(permit.unwrap().count(), 1);
        granted += 1;
    });
    assert_eq!(granted, 10);
    assert_eq!(state(&semaphore), (1, 0, false));
}

#[test]
fn an_enabled_request_for_nothing_waits_for_nobody() {
    let semaphore = Semaphore::new(0);
    let _waiting = queued(semaphore.acquire());
    let mut nothing = pin!(semaphore.acquire_many(0));
    assert!(nothing.as_mut().enable());
    assert_eq!(assert_ready!(poll_once(nothing)).unwrap().count(), 0);
    assert_eq!(semaphore.waiters(), 1);
}
