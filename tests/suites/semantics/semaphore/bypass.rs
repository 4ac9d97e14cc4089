//! Bounded and unbounded overtaking, by the rule that locks have.

use anywake_core::semaphore::{AcquireManyFuture, Bypass, OwnedAcquireFuture, OwnedAcquireManyFuture};
use anywake_core::{ArcPart, Event};
use futures_util::future::{Either, select};

use super::*;

/// A permit, and the waits queued for it.
type Contended<'a> = (Permit<'a, Bypass>, Vec<Task<AcquireFuture<'a, Bypass>>>);

/// Takes the only permit of a semaphore and queues `waiters` waits for it.
fn contended(semaphore: &Semaphore<Bypass>, waiters: usize) -> Contended<'_> {
    let permit = semaphore.try_acquire().expect("the permit is there");
    assert_eq!(semaphore.available_permits(), 0);
    (permit, queue_up(waiters, || semaphore.acquire()))
}

/// Returns how often `overtake` succeeds before the permit is handed over to a waiter that is not polled.
fn overtakes(limit: u16, mut overtake: impl FnMut(&Semaphore<Bypass>) -> bool) -> usize {
    let semaphore = Semaphore::with_bypass(1, limit);
    let (permit, mut tasks) = contended(&semaphore, 1);
    drop(permit);
    let count = (0..).take_while(|_| overtake(&semaphore)).count();
    assert_eq!(state(&semaphore), (0, 0, false), "the permit is handed over");
    drop(tasks[0].ready().unwrap());
    assert_eq!(state(&semaphore), (1, 0, false));
    count
}

#[test]
fn bypass_lets_exactly_limit_try_acquires_overtake() {
    for limit in [0, 1, 2, 3, 17, 100] {
        assert_eq!(overtakes(limit, |semaphore| semaphore.try_acquire().is_ok()), usize::from(limit));
    }
}

#[test]
fn bypass_lets_exactly_limit_acquires_overtake() {
    for limit in [0, 1, 2, 3, 17, 100] {
        let count = overtakes(limit, |semaphore| Task::new(semaphore.acquire()).poll().is_ready());
        assert_eq!(count, usize::from(limit));
    }
}

#[test]
fn bypass_at_the_highest_limit_still_hands_over() {
    let limit = Semaphore::MAX_BYPASS;
    assert_eq!(overtakes(limit, |semaphore| semaphore.try_acquire().is_ok()), usize::from(limit));
}

#[test]
fn bypass_above_its_limit_is_refused() {
    let limit = Semaphore::MAX_BYPASS + 1;
    assert!(panic_of(|| Semaphore::with_bypass(1, limit)).contains("MAX_BYPASS"));
    assert!(panic_of(|| Semaphore::bounded_with_bypass(1, limit)).contains("MAX_BYPASS"));
    let too_many = Semaphore::MAX_PERMITS + 1;
    assert!(panic_of(|| Semaphore::with_bypass(too_many, 1)).contains("MAX_PERMITS"));
    assert!(panic_of(|| Semaphore::with_unbounded_bypass(too_many)).contains("MAX_PERMITS"));
}

#[test]
fn bypass_of_zero_is_a_fair_semaphore() {
    let semaphore = Semaphore::with_bypass(1, 0);
    let (permit, mut tasks) = contended(&semaphore, 1);
    drop(permit);
    assert_eq!(semaphore.try_acquire().unwrap_err(), TryAcquireError::NoPermits);
    assert!(tasks[0].future().is_decided());
    drop(tasks[0].ready().unwrap());
}

/// The program of Oxide's RFD 609, with a semaphore: a task begins to wait for a permit, turns to something else while it
/// keeps the wait, and then waits for a permit again.
async fn futurelock<M: Mode>(semaphore: &Semaphore<M>, something_else: &Event) {
    let mut aside = pin!(semaphore.acquire());
    match select(aside.as_mut(), pin!(something_else.wait())).await {
        Either::Left(_) => unreachable!("the permit is held elsewhere"),
        Either::Right(_) => drop(semaphore.acquire().await.unwrap()),
    }
}

/// Runs the program until another task has returned the permit, and returns whether it ends.
fn futurelock_ends<M: Mode>(semaphore: &Semaphore<M>) -> bool {
    let event = Event::new();
    let held = semaphore.try_acquire().unwrap();
    let mut task = queued(futurelock(semaphore, &event));
    event.set();
    assert!(task.is_woken());
    assert_pending!(task.poll());
    assert_eq!(semaphore.waiters(), 2);
    drop(held);
    assert!(task.is_woken(), "the wait that is kept aside wakes its task");
    let mut ends = task.poll().is_ready();
    // With the feature `diagnose` the task is woken for a few turns more, to make sure.
    while !ends && task.is_woken() {
        ends = task.poll().is_ready();
    }
    // Nobody wakes it any more.
    if !ends {
        assert_eq!(state(semaphore), (0, 1, false), "the wait that is kept aside holds the permit");
    }
    ends
}

#[test]
fn a_futurelock_hangs_first_come_first_served() {
    assert!(!futurelock_ends(&Semaphore::new(1)));
    assert!(!futurelock_ends(&Semaphore::bounded(1)));
    assert!(!futurelock_ends(&Semaphore::with_bypass(1, 0)));
}

#[test]
fn an_unbounded_bypass_is_a_way_out_of_a_futurelock() {
    let semaphore = Semaphore::with_unbounded_bypass(1);
    assert!(futurelock_ends(&semaphore));
    assert_eq!(state(&semaphore), (1, 0, false));
    assert!(futurelock_ends(&Semaphore::bounded_with_unbounded_bypass(1)));
}

#[test]
fn a_bounded_bypass_is_a_way_out_of_a_futurelock_that_asks_for_less() {
    assert!(futurelock_ends(&Semaphore::with_bypass(1, 1)));
}

#[test]
fn an_unbounded_bypass_lets_any_number_past_a_waiter_that_is_not_polled() {
    let semaphore = Semaphore::with_unbounded_bypass(1);
    let (permit, mut tasks) = contended(&semaphore, 1);
    drop(permit);
    // More times than the counter of a bounded bypass can count.
    for _ in 0..3 * u32::from(Semaphore::MAX_BYPASS) {
        drop(semaphore.try_acquire().expect("the permit is free"));
    }
    drop(Task::new(semaphore.acquire()).ready().unwrap());
    assert_eq!(state(&semaphore), (1, 1, false));
    drop(tasks[0].ready().unwrap());
}

#[test]
fn bypass_leaves_the_permit_free_and_wakes_the_first_waiter_once() {
    let semaphore = Semaphore::with_bypass(1, 5);
    let (permit, tasks) = contended(&semaphore, 2);
    drop(permit);
    assert_eq!(semaphore.available_permits(), 1);
    assert!(!tasks[0].future().is_decided());
    assert_eq!((tasks[0].wakes(), tasks[1].wakes()), (1, 0));
    for _ in 0..3 {
        drop(semaphore.try_acquire().expect("the permit is free"));
    }
    assert_eq!((tasks[0].wakes(), tasks[1].wakes()), (1, 0), "the first waiter was woken already");
}

#[test]
fn bypass_wakes_as_many_waiters_as_the_free_permits_are_enough_for() {
    let semaphore = Semaphore::with_unbounded_bypass(0);
    let mut one = queued(semaphore.acquire());
    let mut two = queued(semaphore.acquire_many(2));
    let mut three = queued(semaphore.acquire_many(3));
    let mut last = queued(semaphore.acquire());
    let woken = |one: &Task<_>, two: &Task<_>, three: &Task<_>, last: &Task<_>| {
        [one.wakes(), two.wakes(), three.wakes(), last.wakes()]
    };
    semaphore.release(1).unwrap();
    assert_eq!(woken(&one, &two, &three, &last), [1, 0, 0, 0]);
    semaphore.release(1).unwrap();
    assert_eq!(woken(&one, &two, &three, &last), [1, 0, 0, 0], "two permits are not enough for both");
    semaphore.release(3).unwrap();
    assert_eq!(
        woken(&one, &two, &three, &last),
        [1, 1, 0, 0],
        "nobody is woken past a request that is not met"
    );
    semaphore.release(1).unwrap();
    assert_eq!(woken(&one, &two, &three, &last), [1, 1, 1, 0]);
    // The first one is not polled, and does not hold up the others.
    two.ready().unwrap().forget();
    three.ready().unwrap().forget();
    one.ready().unwrap().forget();
    semaphore.release(1).unwrap();
    last.ready().unwrap().forget();
    assert_eq!(state(&semaphore), (0, 0, false));
}

#[test]
fn bypass_wakes_more_waiters_than_a_batch_holds() {
    const CROWD: usize = 100;
    let semaphore = Semaphore::with_bypass(0, 1);
    let mut tasks = queue_up(CROWD, || semaphore.acquire());
    semaphore.release(CROWD).unwrap();
    assert!(tasks.iter().all(|task| task.wakes() == 1));
    // Whoever is polled takes a permit, and each may overtake the first waiter, until it is handed its own.
    for task in tasks.iter_mut().rev() {
        task.ready().unwrap().forget();
    }
    assert_eq!(state(&semaphore), (0, 0, false));
}

#[test]
fn bypass_the_first_waiter_takes_a_free_permit_when_it_runs() {
    let semaphore = Semaphore::with_bypass(1, 5);
    let (permit, mut tasks) = contended(&semaphore, 1);
    drop(permit);
    let permit = tasks[0].ready().unwrap();
    assert_eq!(state(&semaphore), (0, 0, false));
    drop(permit);
    assert_eq!(state(&semaphore), (1, 0, false));
    assert!(semaphore.try_acquire().is_ok(), "nobody waits any more");
}

#[test]
fn bypass_an_overtaken_waiter_is_woken_again() {
    let semaphore = Semaphore::with_bypass(1, 5);
    let (permit, mut tasks) = contended(&semaphore, 1);
    drop(permit);
    for wakes in 1..4 {
        let overtaking = semaphore.try_acquire().unwrap();
        assert_eq!(tasks[0].wakes(), wakes);
        assert_pending!(tasks[0].poll());
        drop(overtaking);
        assert_eq!(tasks[0].wakes(), wakes + 1);
    }
    drop(tasks[0].ready().unwrap());
}

#[test]
fn bypass_counts_on_while_the_first_waiter_looks_in_vain() {
    let semaphore = Semaphore::with_bypass(1, 3);
    let (permit, mut tasks) = contended(&semaphore, 1);
    drop(permit);
    for _ in 0..3 {
        let overtaking = semaphore.try_acquire().expect("below the limit");
        assert_pending!(tasks[0].poll());
        drop(overtaking);
    }
    assert_eq!(semaphore.available_permits(), 0, "the permit is handed over after three");
    drop(tasks[0].ready().unwrap());
}

#[test]
fn bypass_a_queued_waiter_that_is_polled_takes_a_free_permit_wherever_it_stands() {
    let semaphore = Semaphore::with_bypass(1, 1);
    let (permit, mut tasks) = contended(&semaphore, 3);
    drop(permit);
    let permit = tasks[2].ready().unwrap();
    assert_eq!(semaphore.waiters(), 2);
    drop(permit);
    assert!(tasks[0].future().is_decided(), "one waiter may overtake: the first one owns the permit now");
    assert_pending!(tasks[1].poll());
    drop(tasks[0].ready().unwrap());
    drop(tasks[1].ready().unwrap());
    assert_eq!(state(&semaphore), (1, 0, false));
}

#[test]
fn bypass_does_not_let_a_request_for_many_starve_beyond_the_limit() {
    let semaphore = Semaphore::with_bypass(3, 2);
    let mut held = semaphore.try_acquire_many(3).unwrap();
    let mut many = queued(semaphore.acquire_many(3));
    for _ in 0..2 {
        drop(held.split(1));
        held.merge(semaphore.try_acquire().expect("below the limit")).unwrap();
    }
    // From now on the permits are kept for it.
    let mut small = queued(semaphore.acquire());
    for collected in 1..3 {
        drop(held.split(1));
        assert_eq!(semaphore.available_permits(), collected);
        assert_eq!(semaphore.try_acquire().unwrap_err(), TryAcquireError::NoPermits);
        assert_pending!(small.poll());
        assert!(!many.is_woken());
    }
    drop(held);
    assert!(many.future().is_decided() && many.is_woken());
    drop(many.ready().unwrap());
    drop(small.ready().unwrap());
    assert_eq!(state(&semaphore), (3, 0, false));
}

#[test]
fn an_unbounded_bypass_lets_small_requests_past_a_request_for_many() {
    let semaphore = Semaphore::with_unbounded_bypass(2);
    let held = semaphore.try_acquire().unwrap();
    let mut many = queued(semaphore.acquire_many(2));
    for _ in 0..10 {
        drop(semaphore.try_acquire().unwrap());
        drop(Task::new(semaphore.acquire()).ready().unwrap());
    }
    assert!(!many.is_woken());
    drop(held);
    drop(many.ready().unwrap());
}

#[test]
fn bypass_by_many_permits_counts_once() {
    let semaphore = Semaphore::with_bypass(4, 2);
    let held = semaphore.try_acquire_many(4).unwrap();
    let first = queued(semaphore.acquire());
    drop(held);
    drop(semaphore.try_acquire_many(4).expect("the first time"));
    drop(Task::new(semaphore.acquire_many(3)).ready().expect("the second time"));
    assert!(semaphore.try_acquire_many(4).is_err());
    assert!(first.future().is_decided());
}

#[test]
fn the_last_one_to_overtake_leaves_the_first_waiter_what_it_asked_for() {
    let semaphore = Semaphore::with_bypass(2, 1);
    let held = semaphore.try_acquire_many(2).unwrap();
    let mut tasks = queue_up(2, || semaphore.acquire());
    drop(held);
    let overtaking = semaphore.try_acquire().expect("below the limit");
    assert!(tasks[0].future().is_decided(), "one permit is left, and nobody may take it any more");
    assert_eq!((tasks[0].wakes(), tasks[1].wakes()), (1, 1));
    assert_pending!(tasks[1].poll());
    drop(tasks[0].ready().unwrap());
    assert!(tasks[1].is_woken());
    drop(overtaking);
    drop(tasks[1].ready().unwrap());
    assert_eq!(state(&semaphore), (2, 0, false));
}

#[test]
fn a_request_for_nothing_is_granted_at_once_and_overtakes_nobody() {
    let semaphore = Semaphore::with_bypass(1, 1);
    let (permit, _tasks) = contended(&semaphore, 1);
    drop(permit);
    for _ in 0..3 {
        drop(semaphore.try_acquire_many(0).unwrap());
        drop(Task::new(semaphore.acquire_many(0)).ready().unwrap());
    }
    assert!(semaphore.try_acquire().is_ok());
}

#[test]
fn bypass_does_not_count_what_happens_while_nobody_waits() {
    let semaphore = Semaphore::with_bypass(1, 2);
    for _ in 0..10 {
        drop(semaphore.try_acquire().unwrap());
        drop(Task::new(semaphore.acquire()).ready().unwrap());
    }
    let (permit, mut tasks) = contended(&semaphore, 1);
    drop(permit);
    for _ in 0..2 {
        drop(semaphore.try_acquire().expect("two overtake: earlier ones do not count"));
    }
    assert!(semaphore.try_acquire().is_err());
    drop(tasks[0].ready().unwrap());
}

#[test]
fn bypass_each_first_waiter_is_counted_afresh() {
    let semaphore = Semaphore::with_bypass(1, 2);
    let (mut permit, mut tasks) = contended(&semaphore, 3);
    while !tasks.is_empty() {
        drop(permit);
        for _ in 0..2 {
            drop(semaphore.try_acquire().expect("two overtake each first waiter"));
        }
        assert!(semaphore.try_acquire().is_err());
        permit = tasks.remove(0).ready().unwrap();
    }
}

#[test]
fn bypass_the_first_waiter_stays_counted_when_one_behind_it_is_dropped() {
    for looks_in_vain in [false, true] {
        let semaphore = Semaphore::with_bypass(1, 2);
        let (permit, mut tasks) = contended(&semaphore, 2);
        drop(permit);
        let overtaking = semaphore.try_acquire().expect("below the limit");
        if looks_in_vain {
            assert_pending!(tasks[0].poll());
        }
        tasks.remove(1).cancel();
        drop(overtaking);
        drop(semaphore.try_acquire().expect("below the limit"));
        assert!(semaphore.try_acquire().is_err(), "the permit is handed over after two");
        drop(tasks[0].ready().unwrap());
    }
}

#[test]
fn bypass_an_arrival_overtakes_by_its_last_look_too() {
    let semaphore: &'static Semaphore<Bypass> = leak(Semaphore::with_bypass(1, 1));
    let permit = std::sync::Mutex::new(semaphore.try_acquire().ok());
    let mut first = queued(semaphore.acquire());
    let returning = CountingWaker::reentrant(Call::Clone, move || drop(permit.lock().unwrap().take()));
    let overtaking = Task::with_waker(semaphore.acquire(), returning).ready().unwrap();
    assert!(first.is_woken() && semaphore.available_permits() == 0);
    drop(overtaking);
    assert!(first.future().is_decided(), "the permit is handed over after one");
    drop(first.ready().unwrap());
}

#[test]
fn bypass_a_woken_waiter_that_is_dropped_wakes_the_next() {
    let semaphore = Semaphore::with_bypass(1, 5);
    let (permit, mut tasks) = contended(&semaphore, 3);
    drop(permit);
    for _ in 0..2 {
        let head = tasks.remove(0);
        assert!(head.is_woken() && !tasks[0].is_woken());
        head.cancel();
    }
    assert!(tasks[0].is_woken());
    drop(tasks[0].ready().unwrap());
}

#[test]
fn bypass_a_request_for_many_that_is_dropped_wakes_those_that_the_permits_are_enough_for() {
    let semaphore = Semaphore::with_bypass(2, 5);
    let many = queued(semaphore.acquire_many(3));
    // They do not look at the permits, which are free for whoever is polled.
    let mut behind = [queued(semaphore.acquire_many(3)), queued(semaphore.acquire_many(4))];
    many.cancel();
    assert!(!behind[0].is_woken());
    semaphore.release(1).unwrap();
    assert!(behind[0].is_woken() && !behind[1].is_woken());
    semaphore.release(1).unwrap();
    let [first, second] = &mut behind;
    assert!(!second.is_woken());
    drop(first.ready().unwrap());
    assert!(second.is_woken(), "all four permits have come back");
    drop(second.ready().unwrap());
}

#[test]
fn bypass_a_woken_waiter_that_was_the_only_one_leaves_no_mark_when_it_is_dropped() {
    let semaphore = Semaphore::with_bypass(1, 5);
    let (permit, mut tasks) = contended(&semaphore, 1);
    drop(permit);
    tasks.remove(0).cancel();
    let (permit, mut tasks) = contended(&semaphore, 1);
    drop(permit);
    assert!(tasks[0].is_woken(), "the earlier wake was for the cancelled waiter");
    drop(tasks[0].ready().unwrap());
}

#[test]
fn bypass_a_woken_waiter_that_is_dropped_while_it_is_overtaken_costs_no_wake() {
    let semaphore = Semaphore::with_bypass(1, 5);
    let (permit, mut tasks) = contended(&semaphore, 2);
    drop(permit);
    let overtaking = semaphore.try_acquire().unwrap();
    tasks.remove(0).cancel();
    assert!(!tasks[0].is_woken());
    assert!(semaphore.try_acquire().is_err());
    drop(overtaking);
    assert!(tasks[0].is_woken());
    drop(tasks[0].ready().unwrap());
    assert_eq!(state(&semaphore), (1, 0, false));
}

#[test]
fn bypass_a_permit_that_was_handed_over_and_is_not_taken_goes_on() {
    let semaphore = Semaphore::with_bypass(1, 1);
    let (permit, mut tasks) = contended(&semaphore, 2);
    drop(permit);
    drop(semaphore.try_acquire().expect("one may overtake"));
    assert!(tasks[0].future().is_decided(), "the permit is handed over");
    tasks.remove(0).cancel();
    assert!(tasks[0].is_woken());
    drop(tasks[0].ready().unwrap());
    assert_eq!(state(&semaphore), (1, 0, false));
}

#[test]
fn bypass_a_close_refuses_all_waiters_woken_or_not() {
    let semaphore = Semaphore::with_unbounded_bypass(1);
    let (permit, mut tasks) = contended(&semaphore, 3);
    drop(permit);
    assert!(tasks[0].is_woken());
    semaphore.close();
    assert_eq!(state(&semaphore), (1, 0, true));
    for task in &mut tasks {
        assert_eq!(task.wakes(), 1);
        assert_eq!(task.ready().unwrap_err(), Closed);
    }
    assert_eq!(semaphore.try_acquire().unwrap_err(), TryAcquireError::Closed);
}

#[test]
fn bypass_a_reduction_takes_free_permits_and_refuses_what_is_too_much() {
    let semaphore = Semaphore::bounded_with_bypass(3, 5);
    let held = semaphore.try_acquire_many(3).unwrap();
    let mut many = queued(semaphore.acquire_many(3));
    let mut few = queued(semaphore.acquire_many(2));
    let mut one = queued(semaphore.acquire());
    drop(held);
    assert!(many.is_woken() && !few.is_woken());
    assert_eq!(semaphore.reduce(1), 1);
    assert_eq!(many.ready().unwrap_err(), AcquireError::TooMany);
    assert!(few.is_woken() && !one.is_woken());
    drop(few.ready().unwrap());
    assert!(one.is_woken());
    assert_eq!(semaphore.reduce(5), 2);
    assert_pending!(one.poll());
    assert!(semaphore.release(1).is_err(), "the bound has sunk to zero");
}

/// A wait for one permit, which was woken, and one behind it for more than there will ever be.
fn first_and_too_much(
    semaphore: &'static Semaphore<Bypass>,
) -> (Task<AcquireFuture<'static, Bypass>>, Task<AcquireManyFuture<'static, Bypass>>) {
    let held = semaphore.try_acquire_many(3).unwrap();
    let first = queued(semaphore.acquire());
    let too_much = queued(semaphore.acquire_many(3));
    assert_eq!(semaphore.reduce(1), 1);
    drop(held);
    assert!(first.is_woken() && !too_much.is_woken());
    (first, too_much)
}

/// With a bypass, waiters leave the line in more ways than in the loop that serves it.
#[test]
fn bypass_whoever_becomes_the_first_is_refused_if_it_asks_for_too_much() {
    let refused = |mut too_much: Task<AcquireManyFuture<'static, Bypass>>| {
        assert!(too_much.is_woken(), "nothing else will wake it");
        assert_eq!(too_much.ready().unwrap_err(), AcquireError::TooMany);
    };

    let semaphore = leak(Semaphore::bounded_with_bypass(3, 1));
    let (mut first, too_much) = first_and_too_much(semaphore);
    let taken = first.ready().unwrap();
    refused(too_much);
    drop(taken);
    assert_eq!(state(semaphore), (2, 0, false));

    let semaphore = leak(Semaphore::bounded_with_bypass(3, 1));
    let (mut first, too_much) = first_and_too_much(semaphore);
    let overtaking = semaphore.try_acquire().expect("below the limit");
    refused(too_much);
    drop((overtaking, first.ready().unwrap()));
    assert_eq!(state(semaphore), (2, 0, false));

    // The permits are not there for the arrival's first look, and come back before its last.
    let semaphore = leak(Semaphore::bounded_with_bypass(3, 2));
    let (mut first, too_much) = first_and_too_much(semaphore);
    let both = std::sync::Mutex::new(semaphore.try_acquire_many(2).ok());
    let returning = CountingWaker::reentrant(Call::Clone, move || drop(both.lock().unwrap().take()));
    let overtaking = Task::with_waker(semaphore.acquire(), returning).ready().unwrap();
    refused(too_much);
    drop((overtaking, first.ready().unwrap()));
    assert_eq!(state(semaphore), (2, 0, false));
}

#[test]
fn bypass_a_waker_that_panics_when_it_is_refused_costs_nobody_a_permit() {
    let semaphore = leak(Semaphore::bounded_with_bypass(3, 1));
    let held = semaphore.try_acquire_many(3).unwrap();
    let mut first = queued(semaphore.acquire());
    let mut too_much = Task::with_waker(semaphore.acquire_many(3), CountingWaker::panicking(Call::Wake));
    assert_pending!(too_much.poll());
    semaphore.reduce(1);
    drop(held);
    drop(first.ready().unwrap());
    assert_eq!(too_much.ready().unwrap_err(), AcquireError::TooMany);
    assert_eq!(state(semaphore), (2, 0, false));
}

#[test]
fn bypass_a_debt_is_paid_before_anybody_is_woken() {
    let semaphore = Semaphore::with_unbounded_bypass(2);
    let mut held = semaphore.try_acquire_many(2).unwrap();
    let mut task = queued(semaphore.acquire());
    assert_eq!(semaphore.reduce(1), 1);
    drop(held.split(1));
    assert!(!task.is_woken() && semaphore.try_acquire().is_err());
    drop(held);
    drop(task.ready().unwrap());
}

#[test]
fn a_bounded_semaphore_with_bypass_keeps_its_bound() {
    for semaphore in [Semaphore::bounded_with_bypass(2, 1), Semaphore::bounded_with_unbounded_bypass(2)] {
        assert_eq!(semaphore.release(1).unwrap_err(), ReleaseError);
        assert_eq!(semaphore.try_acquire_many(3).unwrap_err(), TryAcquireError::TooMany);
        assert_eq!(Task::new(semaphore.acquire_many(3)).ready().unwrap_err(), AcquireError::TooMany);
        semaphore.try_acquire().unwrap().forget();
        assert!(semaphore.release(1).is_ok() && semaphore.release(1).is_err());
    }
    assert!(Semaphore::with_bypass(2, 1).release(1).is_ok());
}

#[test]
fn owned_permits_overtake_and_are_overtaken_alike() {
    let semaphore = Arc::new(Semaphore::with_bypass(1, 2));
    let permit = semaphore.clone().try_acquire_owned().unwrap();
    let mut one: Task<OwnedAcquireFuture<Bypass>> = queued(semaphore.clone().acquire_owned());
    let mut many: Task<OwnedAcquireManyFuture<Bypass>> = queued(semaphore.clone().acquire_many_owned(1));
    let mut part = queued(ArcPart::new(semaphore.clone(), |whole| whole).acquire(1));
    drop(permit);
    drop(semaphore.clone().try_acquire_many_owned(1).expect("below the limit"));
    drop(part.ready().expect("below the limit"));
    assert!(semaphore.clone().try_acquire_owned().is_err());
    drop(one.ready().unwrap());
    drop(many.ready().unwrap());
    assert_eq!(semaphore.available_permits(), 1);
}

#[test]
fn an_enabled_wait_with_bypass_takes_its_permit_at_its_poll() {
    let semaphore = Semaphore::with_bypass(1, 1);
    let permit = semaphore.try_acquire().unwrap();
    let mut wait = Task::new(semaphore.acquire());
    assert!(!wait.pinned().enable());
    drop(permit);
    assert!(!wait.pinned().enable() && !wait.future().is_decided());
    drop(wait.ready().unwrap());
    assert_eq!(state(&semaphore), (1, 0, false));
}
