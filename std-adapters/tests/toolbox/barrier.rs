//! `Barrier`.

use std::sync::Arc;

use anywake::test_util::Probe;
use anywake::{Barrier, BrokenBarrier, Runtime, assert_pending, assert_ready, gather};

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

#[test]
fn those_who_have_met_are_not_sent_away_any_more() {
    let barrier = Barrier::new(2);
    let mut met = Probe::new(barrier.wait());
    assert_pending!(met.poll());
    assert_ready!(Probe::new(barrier.wait()).poll()).unwrap();
    barrier.abort();
    assert_eq!(assert_ready!(met.poll()), Ok(0));
}

#[test]
#[should_panic(expected = "at least one party")]
fn barrier_for_nobody_is_a_panic() {
    _ = Barrier::new(0);
}
