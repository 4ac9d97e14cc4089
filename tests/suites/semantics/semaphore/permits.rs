//! Permits: `forget`, `split`, `merge`, and owned permits.

use super::*;

#[test]
fn a_forgotten_permit_does_not_come_back() {
    let semaphore = Semaphore::new(3);
    semaphore.try_acquire_many(2).unwrap().forget();
    assert_eq!(semaphore.available_permits(), 1);
    drop(semaphore.try_acquire().unwrap());
    assert_eq!(semaphore.available_permits(), 1);
}

#[test]
fn split_parts_permits() {
    let semaphore = Semaphore::new(5);
    let mut five = semaphore.try_acquire_many(5).unwrap();
    let two = five.split(2).unwrap();
    assert_eq!((five.count(), two.count()), (3, 2));
    drop(two);
    assert_eq!(semaphore.available_permits(), 2);
    drop(five);
    assert_eq!(semaphore.available_permits(), 5);
}

#[test]
fn split_of_more_than_there_are_changes_nothing() {
    let semaphore = Semaphore::new(2);
    let mut two = semaphore.try_acquire_many(2).unwrap();
    assert!(two.split(3).is_none());
    assert_eq!(two.count(), 2);
    let all = two.split(2).unwrap();
    assert_eq!((two.count(), all.count()), (0, 2));
    drop(two);
    assert_eq!(semaphore.available_permits(), 0);
    drop(all);
    assert_eq!(semaphore.available_permits(), 2);
}

#[test]
fn merge_puts_permits_together() {
    let semaphore = Semaphore::new(3);
    let mut sum = semaphore.try_acquire().unwrap();
    sum.merge(semaphore.try_acquire_many(2).unwrap()).unwrap();
    assert_eq!((sum.count(), semaphore.available_permits()), (3, 0));
    drop(sum);
    assert_eq!(semaphore.available_permits(), 3);
}

#[test]
fn merge_gives_a_permit_of_another_semaphore_back() {
    let (one, other) = (Semaphore::new(1), Semaphore::new(2));
    let mut mine = one.try_acquire().unwrap();
    let foreign = mine.merge(other.try_acquire_many(2).unwrap()).unwrap_err().into_inner();
    assert_eq!((mine.count(), foreign.count()), (1, 2));
    assert_eq!((one.available_permits(), other.available_permits()), (0, 0));
    drop((mine, foreign));
    assert_eq!((one.available_permits(), other.available_permits()), (1, 2));
}

#[cfg(not(feature = "local"))]
#[test]
fn owned_permits_keep_the_semaphore_alive_and_change_threads() {
    let semaphore = Arc::new(Semaphore::new(3));
    let weak = Arc::downgrade(&semaphore);
    let one = Task::new(semaphore.clone().acquire_owned()).ready().unwrap();
    let mut two = Task::new(semaphore.acquire_many_owned(2)).ready().unwrap();
    two.merge(one).unwrap();
    let part = two.split(1).unwrap();
    std::thread::spawn(move || drop(two)).join().unwrap();
    assert_eq!(weak.upgrade().map(|semaphore| semaphore.available_permits()), Some(2));
    drop(part);
    assert!(weak.upgrade().is_none());
}

#[test]
fn an_owned_permit_that_is_forgotten_drops_its_arc() {
    let semaphore = Arc::new(Semaphore::bounded(1));
    semaphore.clone().try_acquire_owned().unwrap().forget();
    assert_eq!(Arc::strong_count(&semaphore), 1);
    assert_eq!(semaphore.release(1), Ok(()));
}

#[test]
fn owned_attempts_fail_like_borrowed_ones() {
    let semaphore = Arc::new(Semaphore::bounded(2));
    let one = semaphore.clone().try_acquire_owned().unwrap();
    let many = semaphore.clone().try_acquire_many_owned(2);
    assert_eq!(many.unwrap_err(), TryAcquireError::NoPermits);
    let many = semaphore.clone().try_acquire_many_owned(3);
    assert_eq!(many.unwrap_err(), TryAcquireError::TooMany);
    semaphore.close();
    assert_eq!(semaphore.clone().try_acquire_owned().unwrap_err(), TryAcquireError::Closed);
    drop(one);
    assert_eq!(Arc::strong_count(&semaphore), 1);
}

#[test]
fn owned_and_borrowed_waits_stand_in_one_queue() {
    let semaphore = Arc::new(Semaphore::new(0));
    let mut first = queued(semaphore.clone().acquire_owned());
    let mut second = queued(semaphore.acquire());
    let third = queued(semaphore.clone().acquire_many_owned(2));
    semaphore.release(1).unwrap();
    assert!(first.is_woken() && !second.is_woken());
    drop(first.ready().unwrap());
    second.ready().unwrap().forget();
    third.cancel();
    assert_eq!((semaphore.waiters(), Arc::strong_count(&semaphore)), (0, 1));
}

#[test]
fn available_permits_can_be_forgotten_and_held_ones_stay() {
    let semaphore = Semaphore::bounded(3);
    let held = semaphore.try_acquire().unwrap();
    assert_eq!(semaphore.forget_available(1), 1);
    assert_eq!(semaphore.forget_available(9), 1);
    assert_eq!(semaphore.forget_available(9), 0);
    drop(held);
    assert_eq!(semaphore.available_permits(), 1);
    assert_eq!(semaphore.release(3), Err(ReleaseError));
    assert!(semaphore.release(2).is_ok());
}
