//! Levels of requests, and the bound on how often the less urgent ones are overtaken.

use anywake_core::PrioritySemaphore;
use anywake_core::semaphore::{AcquireManyFuture, Priorities};

use super::*;

type Three = PrioritySemaphore<3>;
type Wait<'a> = Task<AcquireManyFuture<'a, Priorities<3>>>;

/// Whoever of these has been served, in their order, lets go; until nobody is served any more. Returns the order.
fn served(waits: Vec<(usize, Wait<'_>)>) -> Vec<usize> {
    let mut waits = waits;
    let mut order = Vec::new();
    while let Some(place) = waits.iter().position(|(_, wait)| wait.is_woken()) {
        let (name, mut wait) = waits.remove(place);
        order.push(name);
        drop(wait.ready().unwrap());
    }
    assert!(waits.is_empty(), "everybody is served");
    order
}

/// Takes the only permit, queues waits of these levels, and returns the levels in the order in which they are served.
fn order_of(limit: u16, levels: &[usize]) -> Vec<usize> {
    let semaphore = Three::with_priorities(1, limit);
    let permit = semaphore.try_acquire().unwrap();
    let waits = levels.iter().map(|level| (*level, queued(semaphore.acquire_at(1, *level)))).collect();
    drop(permit);
    let order = served(waits);
    assert_eq!(state(&semaphore), (1, 0, false));
    order
}

#[test]
fn the_most_urgent_level_is_served_first() {
    assert_eq!(order_of(100, &[2, 1, 0, 2, 0, 1]), [0, 0, 1, 1, 2, 2]);
}

#[test]
fn within_a_level_it_is_first_come_first_served() {
    let semaphore = Three::with_priorities(1, 100);
    let permit = semaphore.try_acquire().unwrap();
    let waits = (0..6).map(|name| (name, queued(semaphore.acquire_at(1, 1 - name % 2)))).collect();
    drop(permit);
    assert_eq!(served(waits), [1, 3, 5, 0, 2, 4]);
}

#[test]
fn a_less_urgent_level_is_overtaken_as_often_as_the_limit_says_and_not_once_more() {
    for limit in [1, 2, 3, 17] {
        let mut levels = vec![1];
        levels.extend(core::iter::repeat_n(0, 40));
        let order = order_of(limit, &levels);
        assert_eq!(order.iter().position(|level| *level == 1), Some(usize::from(limit)));
    }
}

#[test]
fn a_stream_of_urgent_requests_starves_nobody() {
    let semaphore = Three::with_priorities(1, 3);
    let mut permit = semaphore.try_acquire_many(1).unwrap();
    let mut patient = queued(semaphore.acquire_at(1, 2));
    for round in 0.. {
        let mut urgent = queued(semaphore.acquire_at(1, 0));
        drop(permit);
        if patient.is_woken() {
            assert_eq!(round, 3);
            drop(patient.ready().unwrap());
            drop(urgent.ready().unwrap());
            break;
        }
        permit = urgent.ready().unwrap();
    }
    assert_eq!(state(&semaphore), (1, 0, false));
}

#[test]
fn of_several_that_are_due_the_least_urgent_comes_first_and_each_has_its_bound() {
    assert_eq!(order_of(1, &[2, 1, 0, 0, 0]), [0, 2, 1, 0, 0]);
    assert_eq!(order_of(2, &[2, 1, 0, 0, 0, 1]), [0, 0, 2, 1, 0, 1]);
    // Whatever comes: while it is the longest of its level, nobody is overtaken by more than the limit.
    for seed in 0..200_usize {
        let levels: Vec<_> =
            (0..30).map(|place| (seed * 7919 + place * place * 31 + place / 3) % 3).collect();
        for limit in [1, 2, 5] {
            let order = order_of(limit, &levels);
            for level in [1, 2] {
                let mut overtaken = 0;
                let mut left = levels.iter().filter(|other| **other == level).count();
                for served in &order {
                    if *served == level {
                        left -= 1;
                        overtaken = 0;
                    } else if *served < level && left > 0 {
                        overtaken += 1;
                        assert!(overtaken <= limit, "{levels:?} {order:?}");
                    }
                }
            }
        }
    }
}

#[test]
fn the_count_begins_anew_for_the_next_of_the_level() {
    assert_eq!(order_of(2, &[1, 1, 0, 0, 0, 0, 0]), [0, 0, 1, 0, 0, 1, 0]);
}

#[test]
fn requests_without_a_level_are_of_the_least_urgent() {
    let semaphore = Three::with_priorities(1, 8);
    let permit = semaphore.try_acquire().unwrap();
    let mut plain = queued(semaphore.acquire());
    let mut leveled = queued(semaphore.acquire_at(1, 1));
    drop(permit);
    drop(leveled.ready().unwrap());
    drop(plain.ready().unwrap());
}

#[test]
fn an_urgent_request_is_content_with_permits_that_are_collected_for_a_less_urgent_one() {
    let semaphore = Three::with_priorities(2, 8);
    let held = semaphore.try_acquire().unwrap();
    let mut many = queued(semaphore.acquire_at(2, 1));
    assert_eq!(semaphore.try_acquire_at(1, 2).unwrap_err(), TryAcquireError::NoPermits);
    assert_eq!(semaphore.try_acquire_at(1, 1).unwrap_err(), TryAcquireError::NoPermits, "its own level");
    let tried = semaphore.try_acquire_at(1, 0).unwrap();
    assert_eq!(semaphore.try_acquire_at(1, 0).unwrap_err(), TryAcquireError::NoPermits);
    drop(tried);
    drop(Task::new(semaphore.acquire_at(1, 0)).ready().unwrap());
    drop(held);
    assert_eq!(many.ready().unwrap().count(), 2);
}

#[test]
fn a_request_that_is_due_keeps_urgent_ones_out_while_it_collects() {
    let semaphore = Three::with_priorities(2, 1);
    let held = semaphore.try_acquire().unwrap();
    let mut many = queued(semaphore.acquire_at(2, 1));
    drop(semaphore.try_acquire_at(1, 0).unwrap());
    assert_eq!(semaphore.try_acquire_at(1, 0).unwrap_err(), TryAcquireError::NoPermits, "that was the last");
    let mut urgent = queued(semaphore.acquire_at(1, 0));
    drop(held);
    assert!(!urgent.is_woken());
    drop(many.ready().unwrap());
    drop(urgent.ready().unwrap());
    assert_eq!(state(&semaphore), (2, 0, false));
}

/// The permits were not enough for the first waiter; the one that becomes the first by the limit asks for less.
#[test]
fn a_waiter_that_becomes_due_is_served_with_what_is_left() {
    let semaphore = Three::with_priorities(3, 1);
    let held = semaphore.try_acquire().unwrap();
    let mut many = queued(semaphore.acquire_at(3, 1));
    let mut one = queued(semaphore.acquire_at(1, 2));
    let urgent = Task::new(semaphore.acquire_at(1, 0)).ready().unwrap();
    assert!(one.is_woken() && !many.is_woken());
    drop((one.ready().unwrap(), urgent, held));
    drop(many.ready().unwrap());
    assert_eq!(state(&semaphore), (3, 0, false));
}

#[test]
fn a_cancelled_wait_leaves_its_place_and_its_permits_to_the_next() {
    let semaphore = Three::with_priorities(1, 8);
    let permit = semaphore.try_acquire().unwrap();
    let (mut patient, urgent) = (queued(semaphore.acquire_at(1, 2)), queued(semaphore.acquire_at(1, 0)));
    let waiting = queued(semaphore.acquire_at(1, 1));
    drop(waiting);
    assert_eq!(semaphore.waiters(), 2);
    drop(permit);
    assert!(urgent.is_woken() && !patient.is_woken());
    drop(urgent);
    drop(patient.ready().unwrap());
    assert_eq!(state(&semaphore), (1, 0, false));
}

#[test]
fn a_cancelled_request_for_many_lets_the_next_level_in() {
    let semaphore = Three::with_priorities(1, 8);
    let many = queued(semaphore.acquire_at(2, 0));
    let mut one = queued(semaphore.acquire_at(1, 2));
    drop(many);
    drop(one.ready().unwrap());
}

#[test]
fn a_close_refuses_all_levels() {
    let semaphore = Three::with_priorities(0, 2);
    let mut waits = [2, 0, 1, 2].map(|level| queued(semaphore.acquire_at(1, level)));
    assert!(semaphore.close());
    waits.iter_mut().for_each(|wait| assert_eq!(wait.ready().unwrap_err(), AcquireError::Closed));
    assert_eq!(Task::new(semaphore.acquire_at(1, 0)).ready().unwrap_err(), AcquireError::Closed);
    assert_eq!(semaphore.try_acquire_at(0, 0).unwrap_err(), TryAcquireError::Closed);
    assert_eq!(state(&semaphore), (0, 0, true));
}

#[test]
fn a_bound_that_sinks_refuses_a_request_when_it_is_its_turn() {
    let semaphore = Three::bounded_with_priorities(2, 8);
    let held = semaphore.try_acquire_many(2).unwrap();
    let mut two = queued(semaphore.acquire_at(2, 0));
    let mut one = queued(semaphore.acquire_at(1, 2));
    assert_eq!(semaphore.reduce(1), 1);
    assert_eq!(two.ready().unwrap_err(), AcquireError::TooMany);
    drop(held);
    drop(one.ready().unwrap());
    assert_eq!(semaphore.try_acquire_at(2, 0).unwrap_err(), TryAcquireError::TooMany);
    assert!(semaphore.release(1).is_err(), "the bound has sunk");
}

#[test]
fn a_request_for_nothing_waits_for_nobody_and_counts_for_nothing() {
    let semaphore = Three::with_priorities(0, 1);
    let mut patient = queued(semaphore.acquire_at(1, 1));
    for level in [0, 1, 2] {
        assert_eq!(Task::new(semaphore.acquire_at(0, level)).ready().unwrap().count(), 0);
    }
    let mut urgent = queued(semaphore.acquire_at(1, 0));
    semaphore.release(1).unwrap();
    drop(urgent.ready().unwrap());
    drop(patient.ready().unwrap());
}

#[test]
fn permits_may_own_their_semaphore_and_lie_in_statics() {
    let leaked = leak(const { PrioritySemaphore::<1>::with_priorities(1, 1) });
    let mut wait = Task::new(leaked.acquire_at(1, 0));
    drop(wait.ready().unwrap());
    let semaphore = Arc::new(PrioritySemaphore::<16>::with_priorities(1, Semaphore::MAX_BYPASS));
    let permit = Task::new(Arc::clone(&semaphore).acquire_at_owned(1, 15)).ready().unwrap();
    assert!(Arc::clone(&semaphore).try_acquire_at_owned(1, 0).is_err());
    drop(permit);
    assert_eq!(semaphore.available_permits(), 1);
}

/// The permit that comes back between the first look of an urgent request and its last is not enough for who waits.
#[test]
fn an_urgent_arrival_goes_first_by_its_last_look_too() {
    let semaphore: &'static Three = leak(Three::with_priorities(2, 1));
    let permit = std::sync::Mutex::new(semaphore.try_acquire().ok());
    let other = semaphore.try_acquire().unwrap();
    let mut patient = queued(semaphore.acquire_at(2, 1));
    let returning = CountingWaker::reentrant(Call::Clone, move || drop(permit.lock().unwrap().take()));
    let urgent = Task::with_waker(semaphore.acquire_at(1, 0), returning).ready().unwrap();
    drop((urgent, other));
    drop(patient.ready().unwrap());
    assert_eq!((semaphore.available_permits(), semaphore.waiters()), (2, 0));
}

#[test]
fn levels_and_limits_that_make_no_sense_are_refused() {
    let semaphore = Three::with_priorities(1, 1);
    assert!(panic_of(|| semaphore.acquire_at(1, 3)).contains("no such level"));
    assert!(panic_of(|| semaphore.try_acquire_at(1, 3)).contains("no such level"));
    assert!(panic_of(|| Three::with_priorities(1, 0)).contains("at least one"));
    assert!(panic_of(|| Three::with_priorities(1, Semaphore::MAX_BYPASS + 1)).contains("MAX_BYPASS"));
    assert!(
        panic_of(|| Three::bounded_with_priorities(Semaphore::MAX_PERMITS + 1, 1)).contains("MAX_PERMITS")
    );
}

/// Each of many waiters of three levels is served, in batches, by one release.
#[test]
fn one_release_serves_all_levels_in_their_order() {
    let semaphore = Three::with_priorities(0, 1000);
    let log = core::cell::RefCell::new(Vec::new());
    let mut waits: Vec<_> =
        (0..90).map(|place| (place % 3, queued(semaphore.acquire_at(1, place % 3)))).collect();
    semaphore.release(31).unwrap();
    for (level, wait) in &mut waits {
        if wait.is_woken() {
            wait.ready().unwrap().forget();
            log.borrow_mut().push(*level);
        }
    }
    log.borrow_mut().sort_unstable();
    assert_eq!(*log.borrow(), [vec![0; 30], vec![1]].concat());
    assert_eq!(semaphore.waiters(), 59);
}
