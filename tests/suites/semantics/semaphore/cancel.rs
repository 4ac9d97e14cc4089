//! Dropped waits, leaked permits, and panics.

use super::*;

#[test]
fn promise_1_a_grant_goes_on_when_its_waiter_is_dropped() {
    let semaphore = Semaphore::new(0);
    let mut tasks = queue_up(3, || semaphore.acquire());
    semaphore.release(1).unwrap();
    for _ in 0..2 {
        let head = tasks.remove(0);
        assert!(head.is_woken() && !tasks[0].is_woken());
        head.cancel();
    }
    assert!(tasks[0].is_woken());
    drop(tasks[0].ready().unwrap());
    assert_eq!(semaphore.available_permits(), 1);
}

#[test]
fn promise_1_a_grant_that_nobody_is_left_to_take_is_available_again() {
    let semaphore = Semaphore::new(0);
    let task = queued(semaphore.acquire_many(4));
    semaphore.release(4).unwrap();
    assert_eq!(semaphore.available_permits(), 0);
    task.cancel();
    assert_eq!(state(&semaphore), (4, 0, false));
}

#[test]
fn promise_1_a_grant_of_many_goes_on_to_several() {
    let semaphore = Semaphore::new(0);
    let many = queued(semaphore.acquire_many(5));
    let mut small = queue_up(6, || semaphore.acquire());
    semaphore.release(5).unwrap();
    assert!(many.is_woken());
    many.cancel();
    assert_eq!(granted(&mut small), [0, 1, 2, 3, 4]);
}

#[test]
fn promise_1_a_dropped_head_that_asked_for_more_lets_the_requests_behind_it_in() {
    let semaphore = Semaphore::new(2);
    let many = queued(semaphore.acquire_many(3));
    let mut small = queue_up(3, || semaphore.acquire());
    many.cancel();
    assert_eq!(granted(&mut small), [0, 1]);
}

#[test]
fn promise_1_cancelling_before_the_grant_leaves_the_others_their_places() {
    for dropped in 0..4 {
        let semaphore = Semaphore::new(0);
        let mut tasks = queue_up(4, || semaphore.acquire());
        tasks.remove(dropped).cancel();
        for next in 0..3 {
            semaphore.release(1).unwrap();
            assert_eq!(granted(&mut tasks), [next]);
        }
    }
}

#[test]
fn promise_4_cancelling_takes_the_same_time_however_many_wait() {
    cost::cancelling_is_constant(|| {
        let semaphore: &'static Semaphore = leak(Semaphore::new(0));
        move || semaphore.acquire()
    });
}

#[test]
fn promise_7_a_future_may_be_dropped_in_any_state() {
    let semaphore = Semaphore::new(0);
    drop(semaphore.acquire());
    queued(semaphore.acquire()).cancel();
    let granted = queued(semaphore.acquire());
    semaphore.release(1).unwrap();
    granted.cancel();
    let mut done = Task::new(semaphore.acquire());
    let permit = done.ready().unwrap();
    done.cancel();
    assert_eq!(semaphore.available_permits(), 0, "the permit outlives the future that returned it");
    drop(permit);
    assert_eq!(semaphore.available_permits(), 1);
}

#[test]
fn promise_7_a_leaked_permit_stays_out() {
    let semaphore = Semaphore::bounded(2);
    core::mem::forget(semaphore.try_acquire().unwrap());
    assert_eq!(semaphore.available_permits(), 1);
    assert_eq!(
        semaphore.release(1),
        Err(ReleaseError),
        "a leaked permit counts, unlike a permit given up by `forget`"
    );
    assert!(semaphore.try_acquire().is_ok());
}

#[test]
fn promise_11_a_panic_gives_permits_back() {
    let semaphore = Semaphore::new(1);
    let mut task = Task::new(semaphore.acquire());
    panic_of(|| {
        let _permit = semaphore.try_acquire().unwrap();
        assert_pending!(task.poll());
        panic!("a panic while a permit is held");
    });
    drop(task.ready().unwrap());
    assert_eq!(semaphore.available_permits(), 1);
}
