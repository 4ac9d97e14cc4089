//! Barriers: rounds, cancelled arrivals, and broken rounds.

use core::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Arc;

use anywake::{Barrier, BrokenBarrier, Runtime};
use anywake_tests::on_every_runtime;
use anywake_tests::runtimes::until;

use crate::{cancel, outputs, queue_up, spawn_all};

/// A number of parties above two batches.
const PARTIES: usize = 40;

/// Waits, and returns the index.
async fn meet(barrier: Arc<Barrier>) -> Result<usize, BrokenBarrier> {
    barrier.wait().await.map(|pass| pass.index())
}

async fn all_meet_round_after_round<R: Runtime>() {
    let barrier = Arc::new(Barrier::new(PARTIES));
    let arrivals = Arc::new(AtomicUsize::new(0));
    let tasks = spawn_all::<R, _>(PARTIES, |_| {
        let (barrier, arrivals) = (Arc::clone(&barrier), Arc::clone(&arrivals));
        async move {
            let mut led = 0;
            for round in 1..=20 {
                arrivals.fetch_add(1, Ordering::Relaxed);
                led += usize::from(barrier.wait().await.expect("nobody breaks it").is_leader());
                assert!(
                    arrivals.load(Ordering::Relaxed) >= round * PARTIES,
                    "all were there before any went on"
                );
            }
            led
        }
    });
    assert_eq!(outputs(tasks).await.into_iter().sum::<usize>(), 20, "each round has one leader");
    assert_eq!(barrier.waiters(), 0);
}

async fn indices_are_in_the_order_of_arrival<R: Runtime>() {
    let barrier = Arc::new(Barrier::new(PARTIES));
    let tasks = queue_up::<R, _>(PARTIES - 1, || barrier.waiters(), |_| meet(Arc::clone(&barrier))).await;
    assert_eq!(meet(barrier).await, Ok(PARTIES - 1));
    assert!(outputs(tasks).await.into_iter().eq((0..PARTIES - 1).map(Ok)));
}

async fn tasks_cancelled_while_they_wait_have_not_arrived<R: Runtime>() {
    let barrier = Arc::new(Barrier::new(PARTIES));
    let mut tasks = queue_up::<R, _>(PARTIES - 1, || barrier.waiters(), |_| meet(Arc::clone(&barrier))).await;
    for task in tasks.split_off(PARTIES / 2) {
        cancel(task).await;
    }
    assert_eq!((barrier.waiters(), barrier.is_broken()), (PARTIES / 2, false));
    let missing = PARTIES / 2 - 1;
    tasks.extend(queue_up::<R, _>(missing, || barrier.waiters(), |_| meet(Arc::clone(&barrier))).await);
    assert_eq!(meet(barrier).await, Ok(PARTIES - 1));
    assert!(outputs(tasks).await.into_iter().eq((0..PARTIES - 1).map(Ok)));
}

async fn abort_and_reset_refuse_those_who_wait<R: Runtime>() {
    let barrier = Arc::new(Barrier::new(PARTIES));
    for break_it in [Barrier::reset, Barrier::abort] {
        let tasks = spawn_all::<R, _>(PARTIES - 1, |_| meet(Arc::clone(&barrier)));
        until::<R>(|| barrier.waiters() == PARTIES - 1).await;
        break_it(&barrier);
        assert_eq!(outputs(tasks).await, [Err(BrokenBarrier); PARTIES - 1]);
    }
    assert_eq!(meet(Arc::clone(&barrier)).await, Err(BrokenBarrier));
    barrier.reset();
    let tasks = spawn_all::<R, _>(PARTIES, |_| meet(Arc::clone(&barrier)));
    let mut indices = outputs(tasks).await;
    indices.sort_unstable_by_key(|index| index.expect("the barrier is whole again"));
    assert!(indices.into_iter().eq((0..PARTIES).map(Ok)));
}

/// Rounds race with resets and with tasks that give up. A round that is complete is so for all of its tasks.
async fn a_round_is_complete_for_all_or_for_none<R: Runtime>() {
    const ALL: usize = 6;
    let barrier = Arc::new(Barrier::new(ALL));
    let tasks = spawn_all::<R, _>(ALL, |number| {
        let barrier = Arc::clone(&barrier);
        async move {
            let (mut sum, mut rounds) = (0, 0);
            while rounds < 50 {
                if number == 0 && rounds % 5 == 4 {
                    barrier.reset();
                }
                if let Ok(pass) = barrier.wait().await {
                    (sum, rounds) = (sum + pass.index(), rounds + 1);
                }
            }
            sum
        }
    });
    let sum: usize = outputs(tasks).await.into_iter().sum();
    assert_eq!(sum, 50 * (0..ALL).sum::<usize>(), "each complete round has each index once");
}

/// A write before an arrival is visible after the pass.
async fn arrivals_publish_earlier_writes<R: Runtime>() {
    let shared = Arc::new((Barrier::new(3), [const { AtomicUsize::new(0) }; 3]));
    let tasks = spawn_all::<R, _>(3, |number| {
        let shared = Arc::clone(&shared);
        async move {
            let (barrier, values) = &*shared;
            for round in 1..50 {
                values[number].store(round, Ordering::Relaxed);
                barrier.wait().await.expect("nobody breaks it");
                assert!(values.iter().all(|value| value.load(Ordering::Relaxed) == round));
                barrier.wait().await.expect("nobody breaks it");
            }
        }
    });
    outputs(tasks).await;
}

on_every_runtime! {
    all_meet_round_after_round,
    indices_are_in_the_order_of_arrival,
    tasks_cancelled_while_they_wait_have_not_arrived,
    abort_and_reset_refuse_those_who_wait,
    a_round_is_complete_for_all_or_for_none,
    arrivals_publish_earlier_writes,
}
