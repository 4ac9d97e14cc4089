//! `Barrier`, with the rules and the test cases of asyncio.

use core::fmt::Write as _;
use core::sync::atomic::{AtomicBool, Ordering};
use std::sync::Arc;

use anywake::test_util::{Probe, Simulated};
use anywake::{Barrier, BrokenBarrier, Runtime, assert_pending, assert_ready, gather};

use crate::support::{Looks, finishes, simulate};

/// Waits at the barrier. Returns the index, as asyncio does.
async fn meet(barrier: &Barrier) -> Result<usize, BrokenBarrier> {
    barrier.wait().await.map(|pass| pass.index())
}

async fn all_meet_and_each_has_its_own_index<R: Runtime>(rt: R) {
    let barrier = Arc::new(Barrier::new(5));
    for _ in 0..10 {
        let tasks = (0..5).map(|_| {
            let barrier = Arc::clone(&barrier);
            rt.spawn(async move { meet(&barrier).await.map(|index| index as u64) })
        });
        let mut indices = gather(tasks).await.unwrap();
        indices.sort_unstable();
        assert_eq!(indices, [0, 1, 2, 3, 4]);
    }
    assert_eq!(barrier.waiters(), 0);
}

async fn rounds_do_not_mix<R: Runtime>(rt: R) {
    let barrier = Arc::new(Barrier::new(3));
    let rounds = Arc::new(std::sync::Mutex::new(vec![0; 20]));
    let tasks = (0..3).map(|_| {
        let (barrier, rounds) = (Arc::clone(&barrier), Arc::clone(&rounds));
        rt.spawn(async move {
            for round in 0..20 {
                rounds.lock().unwrap()[round] += 1;
                meet(&barrier).await.unwrap();
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
    let mut waits = [Probe::new(meet(&barrier)), Probe::new(meet(&barrier)), Probe::new(meet(&barrier))];
    assert_pending!(waits[1].poll());
    assert_pending!(waits[0].poll());
    assert_eq!(barrier.waiters(), 2);
    assert_eq!(assert_ready!(waits[2].poll()), Ok(2));
    assert_eq!((waits[0].wakes(), waits[1].wakes(), barrier.waiters()), (1, 1, 0));
    assert_eq!(assert_ready!(waits[0].poll()), Ok(1));
    assert_eq!(assert_ready!(waits[1].poll()), Ok(0));
}

/// In asyncio two tasks get the index 1 here.
#[test]
fn cancelled_waiter_has_not_arrived_and_the_indices_stay_unique() {
    let barrier = Barrier::new(3);
    let mut first = Probe::new(meet(&barrier));
    let mut second = Probe::new(meet(&barrier));
    assert_pending!(first.poll());
    assert_pending!(second.poll());
    drop(first);
    assert_eq!((barrier.waiters(), barrier.is_broken()), (1, false));
    let mut third = Probe::new(meet(&barrier));
    assert_pending!(third.poll());
    let mut last = Probe::new(meet(&barrier));
    assert_eq!(assert_ready!(last.poll()), Ok(2));
    assert_eq!(assert_ready!(second.poll()), Ok(0));
    assert_eq!(assert_ready!(third.poll()), Ok(1));
}

#[test]
fn waiter_dropped_after_its_round_was_complete_does_not_disturb_the_next() {
    let barrier = Barrier::new(2);
    let mut dropped = Probe::new(meet(&barrier));
    assert_pending!(dropped.poll());
    assert_eq!(assert_ready!(Probe::new(meet(&barrier)).poll()), Ok(1));
    let mut next = Probe::new(meet(&barrier));
    assert_pending!(next.poll());
    drop(dropped);
    assert_eq!(barrier.waiters(), 1);
    assert_eq!(assert_ready!(Probe::new(meet(&barrier)).poll()), Ok(1));
    assert_eq!(assert_ready!(next.poll()), Ok(0));
}

#[test]
fn newcomers_need_not_wait_for_those_who_leave() {
    let barrier = Barrier::new(2);
    let mut slow = Probe::new(meet(&barrier));
    assert_pending!(slow.poll());
    assert_ready!(Probe::new(meet(&barrier)).poll()).unwrap();
    // The next round is complete before the slow one has left its own.
    let mut next = Probe::new(meet(&barrier));
    assert_pending!(next.poll());
    assert_eq!(assert_ready!(Probe::new(meet(&barrier)).poll()), Ok(1));
    assert_eq!(assert_ready!(slow.poll()), Ok(0));
    assert_eq!(assert_ready!(next.poll()), Ok(0));
}

#[test]
fn reset_sends_the_waiters_away_and_the_barrier_goes_on() {
    let barrier = Barrier::new(2);
    let mut waits = Probe::new(meet(&barrier));
    assert_pending!(waits.poll());
    barrier.reset();
    assert_eq!(assert_ready!(waits.poll()), Err(BrokenBarrier));
    assert!(!barrier.is_broken());
    let mut next = Probe::new(meet(&barrier));
    assert_pending!(next.poll());
    assert_eq!(assert_ready!(Probe::new(meet(&barrier)).poll()), Ok(1));
    assert_eq!(assert_ready!(next.poll()), Ok(0));
}

#[test]
fn aborted_barrier_is_broken_until_it_is_reset() {
    let barrier = Barrier::new(2);
    let mut waits = Probe::new(meet(&barrier));
    assert_pending!(waits.poll());
    barrier.abort();
    barrier.abort();
    assert_eq!(assert_ready!(waits.poll()), Err(BrokenBarrier));
    assert!(barrier.is_broken());
    assert_eq!(assert_ready!(Probe::new(meet(&barrier)).poll()), Err(BrokenBarrier));
    barrier.reset();
    assert!(!barrier.is_broken());
    assert_pending!(Probe::new(meet(&barrier)).poll());
}

/// asyncio's rule is the reverse: it sends away who has met and not left, and spares who waits for the next round.
#[test]
fn reset_while_tasks_leave_spares_those_and_breaks_the_next_round() {
    let barrier = Barrier::new(3);
    let mut leaving = [Probe::new(meet(&barrier)), Probe::new(meet(&barrier))];
    leaving.iter_mut().for_each(|wait| assert_pending!(wait.poll()));
    assert_eq!(assert_ready!(Probe::new(meet(&barrier)).poll()), Ok(2));
    let mut next = [Probe::new(meet(&barrier)), Probe::new(meet(&barrier))];
    next.iter_mut().for_each(|wait| assert_pending!(wait.poll()));
    barrier.reset();
    assert_eq!([0, 1].map(|wait| assert_ready!(leaving[wait].poll())), [Ok(0), Ok(1)]);
    assert_eq!([0, 1].map(|wait| assert_ready!(next[wait].poll())), [Err(BrokenBarrier); 2]);
    assert_eq!((barrier.waiters(), barrier.is_broken()), (0, false));
}

#[test]
fn reset_after_all_have_left_breaks_those_who_wait() {
    let barrier = Barrier::new(2);
    let mut met = [Probe::new(meet(&barrier)), Probe::new(meet(&barrier))];
    assert_pending!(met[0].poll());
    assert_ready!(met[1].poll()).unwrap();
    let [leaves, _] = met;
    // Dropped without having run is having left, too.
    drop(leaves);
    let mut waits = Probe::new(meet(&barrier));
    assert_pending!(waits.poll());
    barrier.reset();
    assert_eq!(assert_ready!(waits.poll()), Err(BrokenBarrier));
}

#[test]
fn abort_while_tasks_leave_spares_those_and_breaks_the_next_round() {
    let barrier = Barrier::new(2);
    let [mut leaves, mut last, mut waits] = [(); 3].map(|()| Probe::new(meet(&barrier)));
    assert_pending!(leaves.poll());
    assert_ready!(last.poll()).unwrap();
    assert_pending!(waits.poll());
    barrier.abort();
    assert_eq!(assert_ready!(leaves.poll()), Ok(0));
    assert_eq!(assert_ready!(waits.poll()), Err(BrokenBarrier));
    assert_eq!((barrier.waiters(), barrier.is_broken()), (0, true));
}

/// As CPython's tests have it: the first who leaves resets, while a part of the next round may wait already. Here that part
/// is broken, and comes again.
#[test]
fn barrier_that_is_reset_by_the_first_who_leaves_goes_on() {
    const PARTIES: usize = 5;
    simulate(|| async {
        let (barrier, first) = (Arc::new(Barrier::new(PARTIES)), Arc::new(AtomicBool::new(true)));
        let spawn = |count: usize| {
            let task = || {
                let (barrier, first) = (Arc::clone(&barrier), Arc::clone(&first));
                Simulated.spawn(async move {
                    let met = match meet(&barrier).await {
                        Err(BrokenBarrier) => meet(&barrier).await,
                        met => met,
                    };
                    if first.swap(false, Ordering::Relaxed) {
                        barrier.reset();
                    }
                    met
                })
            };
            (0..count).map(|_| task()).collect::<Vec<_>>()
        };
        let mut tasks = spawn(PARTIES + 2);
        while first.load(Ordering::Relaxed) || barrier.waiters() < 2 {
            Simulated.yield_now().await;
        }
        tasks.extend(spawn(PARTIES - 2));
        let mut met = gather(tasks).await.unwrap();
        met.sort_unstable();
        assert!(met.into_iter().eq((0..2 * PARTIES).map(|place| place / 2)), "two rounds, both complete");
    });
}

#[test]
fn formatter_may_look_at_the_barrier_that_it_is_given() {
    finishes(|| {
        let barrier = Barrier::new(2);
        write!(Looks(|| barrier.waiters() == 0), "{barrier:?}").unwrap();
    });
}

#[test]
#[should_panic(expected = "at least one party")]
fn barrier_for_nobody_is_a_panic() {
    _ = Barrier::new(0);
}
