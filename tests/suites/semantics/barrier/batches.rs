//! Rounds of more tasks than one critical section lets go: what happens between two batches.

use anywake_tests::{Arc, Portable};
use core::future::Future;
use core::pin::Pin;
use core::task::Context;
use std::sync::{Mutex, OnceLock};

use anywake_core::Barrier;
use anywake_core::barrier::BarrierFuture;
use anywake_core::{BarrierPass, BrokenBarrier};
use anywake_tests::{Call, CountingWaker, Task, assert_pending, finishes, leak, panic_of, queue_up, queued};

use super::{Waits, arrive, indices, passes};

/// The number of waiters that one critical section lets go.
const BATCH: usize = if cfg!(feature = "critical-section") { 8 } else { 16 };
/// A number of waiters above two batches.
const CROWD: usize = 40;

/// A barrier at which all but one of its parties wait.
struct Crowd {
    barrier: &'static Barrier,
    waits: Waits<'static>,
}

impl Crowd {
    /// The waker of the first one runs `hook`: after the first batch is let go, and before the second.
    fn new(hook: impl Fn(&'static Barrier) + Portable + 'static) -> Self {
        let barrier: &'static Barrier = leak(Barrier::new(CROWD + 1));
        let waker = CountingWaker::reentrant(Call::Wake, move || hook(barrier));
        let mut waits = vec![Task::with_waker(barrier.wait(), waker)];
        assert_pending!(waits[0].poll());
        waits.extend(queue_up(CROWD - 1, || barrier.wait()));
        Self { barrier, waits }
    }

    fn passes(&mut self) -> Vec<Result<BarrierPass, BrokenBarrier>> {
        passes(&mut self.waits)
    }
}

/// The place for waits that a hook begins.
type Late = Arc<Mutex<Waits<'static>>>;

/// Makes such a place, and a hook that begins `count` waits and then does `what`.
fn late_comers(
    count: usize,
    what: impl Fn(&'static Barrier) + Portable + 'static,
) -> (Late, impl Fn(&'static Barrier) + Portable + 'static) {
    let place = Late::default();
    let waits = place.clone();
    let hook = move |barrier: &'static Barrier| {
        waits.lock().unwrap().extend(queue_up(count, || barrier.wait()));
        what(barrier);
    };
    (place, hook)
}

#[test]
fn promise_6_a_round_takes_no_late_comer_along() {
    let (late, hook) = late_comers(3, |_| {});
    let mut crowd = Crowd::new(hook);
    assert_eq!(arrive(crowd.barrier).index(), CROWD);
    assert_eq!(indices(crowd.passes()), Vec::from_iter(0..CROWD));
    let late = late.lock().unwrap();
    assert!(late.iter().all(|wait| !wait.is_woken()));
    assert_eq!(crowd.barrier.waiters(), 3);
}

#[test]
fn promise_8_one_critical_section_lets_one_batch_go_at_most() {
    finishes(|| {
        let all: &'static OnceLock<Vec<Pin<Box<BarrierFuture<'static>>>>> = leak(OnceLock::new());
        let decided = || all.get().unwrap().iter().filter(|wait| wait.is_decided()).count();
        let barrier: &'static Barrier = leak(Barrier::new(CROWD + 1));
        let seen = Arc::new(Mutex::new(Vec::new()));
        let waits = (0..CROWD).map(|_| {
            let seen = seen.clone();
            let waker =
                CountingWaker::reentrant(Call::Wake, move || seen.lock().unwrap().push(decided())).waker();
            let mut wait = Box::pin(barrier.wait());
            assert_pending!(wait.as_mut().poll(&mut Context::from_waker(&waker)));
            wait
        });
        all.set(waits.collect()).expect("they are set once");
        arrive(barrier);
        let expected: Vec<_> = (0..CROWD).map(|place| CROWD.min(place / BATCH * BATCH + BATCH)).collect();
        assert_eq!(*seen.lock().unwrap(), expected);
    });
}

/// The inner round is complete while the outer one is served, and stands behind it.
#[test]
fn a_round_inside_a_round_has_its_own_indices() {
    let (inner, hook) = late_comers(CROWD, |barrier| assert_eq!(arrive(barrier).index(), CROWD));
    let mut crowd = Crowd::new(hook);
    assert_eq!(arrive(crowd.barrier).index(), CROWD);
    assert_eq!(indices(crowd.passes()), Vec::from_iter(0..CROWD));
    assert_eq!(indices(passes(&mut inner.lock().unwrap())), Vec::from_iter(0..CROWD));
    assert_eq!(crowd.barrier.waiters(), 0);
}

#[test]
fn one_who_leaves_and_is_cancelled_between_batches_is_not_taken_off_the_next_round() {
    let doomed = Late::default();
    let (late, hook) = late_comers(3, {
        let doomed = doomed.clone();
        move |barrier| {
            drop(doomed.lock().unwrap().pop());
            assert_eq!(barrier.waiters(), 3);
        }
    });
    let mut crowd = Crowd::new(hook);
    doomed.lock().unwrap().push(crowd.waits.remove(30));
    assert_eq!(arrive(crowd.barrier).index(), CROWD);
    // The last but one index is not used.
    assert_eq!(indices(crowd.passes()), Vec::from_iter(0..CROWD - 1));
    late.lock().unwrap().extend(queue_up(CROWD - 3, || crowd.barrier.wait()));
    assert_eq!(arrive(crowd.barrier).index(), CROWD);
    assert_eq!(indices(passes(&mut late.lock().unwrap())), Vec::from_iter(0..CROWD));
}

#[test]
fn an_arrival_of_the_next_round_that_is_cancelled_between_batches_takes_itself_back() {
    let mut crowd = Crowd::new(|barrier| {
        let [_first, second] = [queued(barrier.wait()), queued(barrier.wait())];
        second.cancel();
        assert_eq!(barrier.waiters(), 1);
    });
    arrive(crowd.barrier);
    assert_eq!(indices(crowd.passes()), Vec::from_iter(0..CROWD));
    assert_eq!(crowd.barrier.waiters(), 0);
}

#[test]
fn abort_or_reset_between_batches_tears_no_round() {
    for break_it in [Barrier::abort, Barrier::reset] {
        let (late, hook) = late_comers(3, break_it);
        let mut crowd = Crowd::new(hook);
        assert_eq!(arrive(crowd.barrier).index(), CROWD);
        assert_eq!(indices(crowd.passes()), Vec::from_iter(0..CROWD));
        assert_eq!(passes(&mut late.lock().unwrap()), [Err(BrokenBarrier); 3]);
        assert_eq!(crowd.barrier.waiters(), 0);
    }
}

/// The waker of the first one that is refused completes a round, behind the others that are refused.
#[test]
fn a_round_that_is_complete_while_another_is_refused_is_not_refused() {
    let (inner, hook) = late_comers(CROWD, |barrier| _ = arrive(barrier));
    let mut crowd = Crowd::new(hook);
    crowd.barrier.reset();
    assert_eq!(crowd.passes(), [Err(BrokenBarrier); CROWD]);
    assert_eq!(indices(passes(&mut inner.lock().unwrap())), Vec::from_iter(0..CROWD));
}

/// As before, and then a second reset breaks the round after that.
#[test]
fn a_reset_inside_a_reset_spares_the_complete_round_between_them() {
    let last = Late::default();
    let (inner, hook) = late_comers(CROWD, {
        let last = last.clone();
        move |barrier| {
            arrive(barrier);
            last.lock().unwrap().extend(queue_up(CROWD, || barrier.wait()));
            barrier.reset();
        }
    });
    let mut crowd = Crowd::new(hook);
    crowd.barrier.reset();
    assert_eq!(crowd.passes(), [Err(BrokenBarrier); CROWD]);
    assert_eq!(indices(passes(&mut inner.lock().unwrap())), Vec::from_iter(0..CROWD));
    assert_eq!(passes(&mut last.lock().unwrap()), [Err(BrokenBarrier); CROWD]);
}

#[test]
fn an_arrival_while_an_abort_lets_others_go_first_is_refused_and_completes_nothing() {
    let late = Late::default();
    let barrier: &'static Barrier = leak(Barrier::new(CROWD + 1));
    let during = CountingWaker::reentrant(Call::Wake, || {
        assert_eq!(Task::new(barrier.wait()).ready(), Err(BrokenBarrier));
    });
    let begin = {
        let late = late.clone();
        // One is missing in the next round when it is aborted.
        move || {
            late.lock().unwrap().extend(queue_up(CROWD, || barrier.wait()));
            barrier.abort();
        }
    };
    let mut waits = vec![Task::with_waker(barrier.wait(), CountingWaker::reentrant(Call::Wake, begin))];
    waits.extend((1..CROWD).map(|place| {
        let waker = if place == BATCH { during.clone() } else { CountingWaker::new() };
        Task::with_waker(barrier.wait(), waker)
    }));
    waits.iter_mut().for_each(|wait| assert_pending!(wait.poll()));
    arrive(barrier);
    assert_eq!(during.wakes(), 1);
    assert_eq!(indices(passes(&mut waits)), Vec::from_iter(0..CROWD));
    assert_eq!(passes(&mut late.lock().unwrap()), [Err(BrokenBarrier); CROWD]);
}

#[test]
fn a_reset_that_comes_too_late_for_a_round_refuses_nobody() {
    // The waker that runs while the reset lets others go completes the round that the reset is about.
    let late = Late::default();
    let barrier: &'static Barrier = leak(Barrier::new(CROWD + 1));
    let completes = CountingWaker::reentrant(Call::Wake, || assert_eq!(arrive(barrier).index(), CROWD));
    let resets = {
        let late = late.clone();
        move || {
            late.lock().unwrap().extend(queue_up(CROWD, || barrier.wait()));
            barrier.reset();
        }
    };
    let mut waits = vec![Task::with_waker(barrier.wait(), CountingWaker::reentrant(Call::Wake, resets))];
    waits.extend((1..CROWD).map(|place| {
        let waker = if place == BATCH { completes.clone() } else { CountingWaker::new() };
        Task::with_waker(barrier.wait(), waker)
    }));
    waits.iter_mut().for_each(|wait| assert_pending!(wait.poll()));
    arrive(barrier);
    assert_eq!(indices(passes(&mut waits)), Vec::from_iter(0..CROWD));
    assert_eq!(indices(passes(&mut late.lock().unwrap())), Vec::from_iter(0..CROWD));
}

#[test]
fn promise_11_a_panicking_waker_loses_nobody_of_any_batch() {
    for place in [0, BATCH - 1, BATCH, CROWD - 1] {
        for complete in [true, false] {
            let barrier: &'static Barrier = leak(Barrier::new(CROWD + 1));
            let mut waits: Waits<'_> = (0..CROWD)
                .map(|name| {
                    let waker = if name == place {
                        CountingWaker::panicking(Call::Wake)
                    } else {
                        CountingWaker::new()
                    };
                    Task::with_waker(barrier.wait(), waker)
                })
                .collect();
            waits.iter_mut().for_each(|wait| assert_pending!(wait.poll()));
            let end = || if complete { _ = arrive(barrier) } else { barrier.reset() };
            assert!(panic_of(end).contains("panics"));
            assert!(waits.iter().all(|wait| wait.wakes() == 1));
            if complete {
                assert_eq!(indices(passes(&mut waits)), Vec::from_iter(0..CROWD));
            } else {
                assert_eq!(passes(&mut waits), [Err(BrokenBarrier); CROWD]);
            }
            assert_eq!(barrier.waiters(), 0);
        }
    }
}

/// The waker that panics is one of those that an abort lets go before it breaks its round.
#[test]
fn a_panicking_waker_of_a_complete_round_does_not_keep_an_abort_from_those_who_wait() {
    let late = Late::default();
    let barrier: &'static Barrier = leak(Barrier::new(CROWD + 1));
    let begin = {
        let late = late.clone();
        move || {
            late.lock().unwrap().extend(queue_up(CROWD, || barrier.wait()));
            panic_of(|| barrier.abort());
        }
    };
    let mut waits = vec![Task::with_waker(barrier.wait(), CountingWaker::reentrant(Call::Wake, begin))];
    waits.extend((1..CROWD).map(|place| {
        let waker = if place == BATCH { CountingWaker::panicking(Call::Wake) } else { CountingWaker::new() };
        Task::with_waker(barrier.wait(), waker)
    }));
    waits.iter_mut().for_each(|wait| assert_pending!(wait.poll()));
    arrive(barrier);
    assert_eq!(indices(passes(&mut waits)), Vec::from_iter(0..CROWD));
    assert_eq!(passes(&mut late.lock().unwrap()), [Err(BrokenBarrier); CROWD]);
}
