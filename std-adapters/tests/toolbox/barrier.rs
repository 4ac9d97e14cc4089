//! `Barrier`.

use core::fmt::Write as _;
use core::future::Future;
use core::sync::atomic::{AtomicBool, Ordering};
use std::sync::Arc;

use anywake::test_util::{Probe, Simulated};
use anywake::{Barrier, BrokenBarrier, Runtime, assert_pending, assert_ready, gather};

use crate::support::{Looks, finishes, simulate};

async fn all_meet_and_each_has_its_own_index<R: Runtime>(rt: R) {
    let barrier = Arc::new(Barrier::new(5));
    for _ in 0..10 {
        let tasks = (0..5).map(|_| {
            let barrier = Arc::clone(&barrier);
            rt.spawn(async move { barrier.wait().await.map(|index| index as u64) })
        });
        let mut indices = gather(tasks).await.unwrap();
        indices.sort_unstable();
        assert_eq!(indices, [0, 1, 2, 3, 4]);
    }
    assert_eq!(barrier.waiting(), 0);
}

async fn rounds_do_not_mix<R: Runtime>(rt: R) {
    let barrier = Arc::new(Barrier::new(3));
    let rounds = Arc::new(std::sync::Mutex::new(vec![0; 20]));
    let tasks = (0..3).map(|_| {
        let (barrier, rounds) = (Arc::clone(&barrier), Arc::clone(&rounds));
        rt.spawn(async move {
            for round in 0..20 {
                rounds.lock().unwrap()[round] += 1;
                barrier.wait().await.unwrap();
                assert_eq!(rounds.lock().unwrap()[round], 3, "all were there before any went on");
            }
        })
    });
    gather(tasks).await.unwrap();
}

on_each_runtime! {
    all_meet_and_each_has_its_own_index
    rounds_do_not_mix
}

#[test]
fn indices_are_in_the_order_of_arrival_and_the_last_does_not_wait() {
    let barrier = Barrier::new(3);
    let mut waits = [Probe::new(barrier.wait()), Probe::new(barrier.wait()), Probe::new(barrier.wait())];
    assert_pending!(waits[1].poll());
    assert_pending!(waits[0].poll());
    assert_eq!(barrier.waiting(), 2);
    assert_eq!(assert_ready!(waits[2].poll()), Ok(2));
    assert_eq!((waits[0].wakes(), waits[1].wakes(), barrier.waiting()), (1, 1, 0));
    assert_eq!(assert_ready!(waits[0].poll()), Ok(1));
    assert_eq!(assert_ready!(waits[1].poll()), Ok(0));
}

/// In asyncio two tasks get the index 1 here.
#[test]
fn cancelled_waiter_has_not_arrived_and_the_indices_stay_unique() {
    let barrier = Barrier::new(3);
    let mut first = Probe::new(barrier.wait());
    let mut second = Probe::new(barrier.wait());
    assert_pending!(first.poll());
    assert_pending!(second.poll());
    drop(first);
    assert_eq!((barrier.waiting(), barrier.is_broken()), (1, false));
    let mut third = Probe::new(barrier.wait());
    assert_pending!(third.poll());
    let mut last = Probe::new(barrier.wait());
    assert_eq!(assert_ready!(last.poll()), Ok(2));
    assert_eq!(assert_ready!(second.poll()), Ok(0));
    assert_eq!(assert_ready!(third.poll()), Ok(1));
}

#[test]
fn waiter_dropped_after_its_round_was_complete_does_not_disturb_the_next() {
    let barrier = Barrier::new(2);
    let mut dropped = Probe::new(barrier.wait());
    assert_pending!(dropped.poll());
    assert_eq!(assert_ready!(Probe::new(barrier.wait()).poll()), Ok(1));
    let mut next = Probe::new(barrier.wait());
    assert_pending!(next.poll());
    drop(dropped);
    assert_eq!(barrier.waiting(), 1);
    assert_eq!(assert_ready!(Probe::new(barrier.wait()).poll()), Ok(1));
    assert_eq!(assert_ready!(next.poll()), Ok(0));
}

#[test]
fn newcomers_need_not_wait_for_those_who_leave() {
    let barrier = Barrier::new(2);
    let mut slow = Probe::new(barrier.wait());
    assert_pending!(slow.poll());
    assert_ready!(Probe::new(barrier.wait()).poll()).unwrap();
    // The next round is complete before the slow one has left its own.
    let mut next = Probe::new(barrier.wait());
    assert_pending!(next.poll());
    assert_eq!(assert_ready!(Probe::new(barrier.wait()).poll()), Ok(1));
    assert_eq!(assert_ready!(slow.poll()), Ok(0));
    assert_eq!(assert_ready!(next.poll()), Ok(0));
}

#[test]
fn reset_sends_the_waiters_away_and_the_barrier_goes_on() {
    let barrier = Barrier::new(2);
    let mut waits = Probe::new(barrier.wait());
    assert_pending!(waits.poll());
    barrier.reset();
    assert_eq!(assert_ready!(waits.poll()), Err(BrokenBarrier));
    assert!(!barrier.is_broken());
    let mut next = Probe::new(barrier.wait());
    assert_pending!(next.poll());
    assert_eq!(assert_ready!(Probe::new(barrier.wait()).poll()), Ok(1));
    assert_eq!(assert_ready!(next.poll()), Ok(0));
}

#[test]
fn aborted_barrier_is_broken_until_it_is_reset() {
    let barrier = Barrier::new(2);
    let mut waits = Probe::new(barrier.wait());
    assert_pending!(waits.poll());
    barrier.abort();
    barrier.abort();
    assert_eq!(assert_ready!(waits.poll()), Err(BrokenBarrier));
    assert!(barrier.is_broken());
    assert_eq!(assert_ready!(Probe::new(barrier.wait()).poll()), Err(BrokenBarrier));
    barrier.reset();
    assert!(!barrier.is_broken());
    assert_pending!(Probe::new(barrier.wait()).poll());
}

/// asyncio's rule: who has met and not left is sent away, who waits for the next round waits on.
#[test]
fn reset_while_tasks_leave_breaks_those_and_spares_the_next_round() {
    let barrier = Barrier::new(3);
    let mut leaving = [Probe::new(barrier.wait()), Probe::new(barrier.wait())];
    leaving.iter_mut().for_each(|wait| assert_pending!(wait.poll()));
    assert_eq!(assert_ready!(Probe::new(barrier.wait()).poll()), Ok(2));
    let mut next = [Probe::new(barrier.wait()), Probe::new(barrier.wait())];
    next.iter_mut().for_each(|wait| assert_pending!(wait.poll()));
    let [mut first, mut second] = leaving;
    assert_eq!(assert_ready!(first.poll()), Ok(0), "it left before");
    barrier.reset();
    assert_eq!(assert_ready!(second.poll()), Err(BrokenBarrier));
    assert_eq!((next[0].wakes(), barrier.waiting(), barrier.is_broken()), (0, 2, false));
    assert_eq!(assert_ready!(Probe::new(barrier.wait()).poll()), Ok(2));
    assert_eq!([0, 1].map(|wait| assert_ready!(next[wait].poll())), [Ok(0), Ok(1)]);
}

#[test]
fn reset_after_all_have_left_breaks_those_who_wait() {
    let barrier = Barrier::new(2);
    let mut met = [Probe::new(barrier.wait()), Probe::new(barrier.wait())];
    assert_pending!(met[0].poll());
    assert_ready!(met[1].poll()).unwrap();
    let [leaves, _] = met;
    // Dropped without having run is having left, too.
    drop(leaves);
    let mut waits = Probe::new(barrier.wait());
    assert_pending!(waits.poll());
    barrier.reset();
    assert_eq!(assert_ready!(waits.poll()), Err(BrokenBarrier));
}

fn one_leaves_and_one_waits(
    barrier: &Barrier,
) -> [Probe<impl Future<Output = Result<usize, BrokenBarrier>> + '_>; 2] {
    let [mut leaves, mut last, mut waits] = [(); 3].map(|()| Probe::new(barrier.wait()));
    assert_pending!(leaves.poll());
    assert_ready!(last.poll()).unwrap();
    assert_pending!(waits.poll());
    [leaves, waits]
}

#[test]
fn second_reset_while_tasks_leave_breaks_the_next_round() {
    let barrier = Barrier::new(2);
    let [mut leaves, mut waits] = one_leaves_and_one_waits(&barrier);
    barrier.reset();
    assert_pending!(waits.poll());
    barrier.reset();
    assert_eq!(assert_ready!(waits.poll()), Err(BrokenBarrier));
    assert_eq!(assert_ready!(leaves.poll()), Err(BrokenBarrier));
}

#[test]
fn abort_while_tasks_leave_breaks_those_who_leave_and_those_who_wait() {
    let barrier = Barrier::new(2);
    let [mut leaves, mut waits] = one_leaves_and_one_waits(&barrier);
    barrier.abort();
    assert_eq!(assert_ready!(leaves.poll()), Err(BrokenBarrier));
    assert_eq!(assert_ready!(waits.poll()), Err(BrokenBarrier));
    assert_eq!((barrier.waiting(), barrier.is_broken()), (0, true));
}

/// As CPython's tests have it: the first who leaves resets, while a part of the next round may wait already.
#[test]
fn barrier_that_is_reset_by_the_first_who_leaves_goes_on() {
    const PARTIES: usize = 5;
    simulate(|| async {
        let (barrier, first) = (Arc::new(Barrier::new(PARTIES)), Arc::new(AtomicBool::new(true)));
        let spawn = |count: usize| {
            let task = || {
                let (barrier, first) = (Arc::clone(&barrier), Arc::clone(&first));
                Simulated.spawn(async move {
                    let met = barrier.wait().await;
                    if first.swap(false, Ordering::Relaxed) {
                        barrier.reset();
                    }
                    Ok::<_, BrokenBarrier>(met.ok())
                })
            };
            (0..count).map(|_| task()).collect::<Vec<_>>()
        };
        let mut tasks = spawn(PARTIES + 2);
        while first.load(Ordering::Relaxed) || barrier.waiting() < 2 {
            Simulated.yield_now().await;
        }
        tasks.extend(spawn(PARTIES - 2));
        let mut met = gather(tasks).await.unwrap();
        met.sort_unstable();
        let all = (0..PARTIES).chain([PARTIES - 1]).map(Some);
        let mut expected: Vec<_> = [None; PARTIES - 1].into_iter().chain(all).collect();
        expected.sort_unstable();
        assert_eq!(met, expected);
    });
}

#[test]
fn formatter_may_look_at_the_barrier_that_it_is_given() {
    finishes(|| {
        let barrier = Barrier::new(2);
        write!(Looks(|| barrier.waiting() == 0), "{barrier:?}").unwrap();
    });
}

#[test]
#[should_panic(expected = "at least one party")]
fn barrier_for_nobody_is_a_panic() {
    _ = Barrier::new(0);
}
