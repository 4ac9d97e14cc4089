//! [`Semaphore`] and its permits.

use core::pin::pin;
use std::sync::Arc;

use anywake_core::{
    AcquireError, Closed, Permit, ReleaseError, Semaphore, TooManyPermits, TryAcquireError,
    semaphore::AcquireFuture,
};
use anywake_tests::{
    Call, CountingWaker, Task, assert_pending, assert_ready, leak, panic_of, poll_once, queue_up, queued,
    run_woken,
};
use futures_util::future::FusedFuture;

use crate::cost;

/// What can be seen of a semaphore, to show that something changed nothing.
fn state(semaphore: &Semaphore) -> (usize, usize, bool) {
    (semaphore.available_permits(), semaphore.waiters(), semaphore.is_closed())
}

/// The order in which tasks that were woken get their permits, keeping them.
fn granted(tasks: &mut [Task<AcquireFuture<'_>>]) -> Vec<usize> {
    let woken = tasks.iter_mut().enumerate().filter(|(_, task)| task.is_woken());
    woken.map(|(name, task)| (name, task.ready().unwrap().forget()).0).collect()
}

#[test]
fn permits_are_taken_and_come_back_when_dropped() {
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
fn no_permits_can_be_had_at_any_time() {
    let semaphore = Semaphore::new(0);
    let none = semaphore.try_acquire_many(0).unwrap();
    assert_eq!(none.count(), 0);
    drop(none);
    assert_eq!(Task::new(semaphore.acquire_many(0)).ready().unwrap().count(), 0);
    assert_eq!(semaphore.available_permits(), 0);
}

#[test]
fn no_permits_are_had_at_once_whoever_waits() {
    let semaphore = Semaphore::new(0);
    let waits = queued(semaphore.acquire());
    assert!(semaphore.try_acquire_many(0).is_ok());
    drop(Task::new(semaphore.acquire_many(0)).ready().unwrap());
    assert_eq!(semaphore.waiters(), 1);
    semaphore.close();
    assert_eq!(semaphore.try_acquire_many(0).unwrap_err(), TryAcquireError::Closed);
    assert_eq!(Task::new(semaphore.acquire_many(0)).ready().unwrap_err(), AcquireError::Closed);
    drop(waits);
}

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
    let waker = CountingWaker::reentrant(Call::Clone, || semaphore.close());
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

// Fairness.

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
fn one_release_serves_as_many_as_it_can() {
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
fn what_a_waiter_had_collected_goes_to_the_next_if_it_gets_all_at_once() {
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
    assert!(!one.is_woken() && !three.is_woken(), "that paid the debt");
    drop(held.split(1));
    assert!(one.is_woken() && three.is_woken());
    assert_eq!(three.ready().unwrap_err(), AcquireError::TooMany);
}

// Cancelling.

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
fn promise_1_a_head_that_wanted_more_lets_those_behind_it_in_when_it_goes() {
    let semaphore = Semaphore::new(2);
    let many = queued(semaphore.acquire_many(3));
    let mut small = queue_up(3, || semaphore.acquire());
    many.cancel();
    assert_eq!(granted(&mut small), [0, 1]);
}

#[test]
fn promise_1_cancelling_before_the_grant_leaves_the_others_their_places() {
    for gone in 0..4 {
        let semaphore = Semaphore::new(0);
        let mut tasks = queue_up(4, || semaphore.acquire());
        tasks.remove(gone).cancel();
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
    assert_eq!(semaphore.available_permits(), 0, "the permit outlives the future that gave it");
    drop(permit);
    assert_eq!(semaphore.available_permits(), 1);
}

#[test]
fn promise_7_a_leaked_permit_stays_out() {
    let semaphore = Semaphore::bounded(2);
    core::mem::forget(semaphore.try_acquire().unwrap());
    assert_eq!(semaphore.available_permits(), 1);
    assert_eq!(semaphore.release(1), Err(ReleaseError), "unlike one that was given up by `forget`");
    assert!(semaphore.try_acquire().is_ok());
}

#[test]
fn promise_11_a_panic_gives_permits_back() {
    let semaphore = Semaphore::new(1);
    let mut task = Task::new(semaphore.acquire());
    panic_of(|| {
        let _permit = semaphore.try_acquire().unwrap();
        assert_pending!(task.poll());
        panic!("with a permit");
    });
    drop(task.ready().unwrap());
    assert_eq!(semaphore.available_permits(), 1);
}

// Permits.

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
fn an_owned_permit_that_is_forgotten_lets_go_of_the_semaphore() {
    let semaphore = Arc::new(Semaphore::bounded(1));
    semaphore.clone().try_acquire_owned().unwrap().forget();
    assert_eq!(Arc::strong_count(&semaphore), 1);
    assert_eq!(semaphore.release(1), Ok(()));
}

#[test]
fn owned_tries_fail_as_the_others_do() {
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

// Numbers that cannot be.

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
    assert_eq!(semaphore.release(1), Err(ReleaseError), "those that are out count");
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
    assert_eq!(semaphore.release(1), Err(ReleaseError), "the held one comes back by itself");
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
    assert_pending!(patient.poll(), "as in asyncio");
}

#[test]
fn what_was_granted_before_a_close_is_good_after_it() {
    let semaphore = Semaphore::new(0);
    let mut task = queued(semaphore.acquire());
    semaphore.release(1).unwrap();
    semaphore.close();
    assert_eq!(task.ready().unwrap().count(), 1);
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

// Closing.

#[test]
fn close_refuses_all_who_wait_and_all_who_come() {
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
fn close_is_idempotent_and_for_good() {
    let semaphore = Semaphore::new(1);
    assert!(!semaphore.is_closed());
    semaphore.close();
    semaphore.close();
    semaphore.release(1).unwrap();
    assert_eq!(semaphore.reduce(1), 1);
    assert_eq!(state(&semaphore), (1, 0, true));
    assert_eq!(semaphore.try_acquire().unwrap_err(), TryAcquireError::Closed);
}

#[test]
fn permits_that_are_out_outlive_close() {
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

// Taking permits out of circulation.

#[test]
fn reduce_takes_available_permits_away() {
    let semaphore = Semaphore::new(5);
    assert_eq!(semaphore.reduce(2), 2);
    assert_eq!(semaphore.available_permits(), 3);
    assert_eq!(semaphore.reduce(9), 3, "no more than there are");
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
fn reduce_refuses_those_who_wait_for_more_than_is_left_and_serves_those_behind() {
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
fn what_is_granted_comes_back_once() {
    let semaphore = Semaphore::new(1);
    let permit = semaphore.try_acquire().unwrap();
    let mut tasks = queue_up(10, || semaphore.acquire());
    drop(permit);
    let mut served = 0;
    run_woken(&mut tasks, |permit| {
        assert_eq!(permit.unwrap().count(), 1);
        served += 1;
    });
    assert_eq!(served, 10);
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
