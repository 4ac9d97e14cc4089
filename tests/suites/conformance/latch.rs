//! Latches: tasks that count down, by call and by guard, and tasks that wait.

use core::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Arc;

use anywake::{Latch, Runtime, Wait};
use anywake_tests::on_every_runtime;
use anywake_tests::runtimes::until;

use crate::{SHORT, cancel, outputs, spawn_all};

/// A number of waiters above one batch.
const COHORT: usize = 40;

/// Spawns `count` tasks that wait for the latch.
async fn waiters_of<R: Runtime>(latch: &Arc<Latch>, count: usize) -> Vec<anywake::Task<()>> {
    let before = latch.waiters();
    let tasks = spawn_all::<R, _>(count, |_| Arc::clone(latch).wait_owned());
    until::<R>(|| latch.waiters() == before + count).await;
    tasks
}

async fn the_last_count_wakes_all_who_wait<R: Runtime>() {
    let latch = Arc::new(Latch::new(3));
    let tasks = waiters_of::<R>(&latch, COHORT).await;
    latch.count_down(2).unwrap();
    assert_eq!(latch.waiters(), COHORT);
    latch.count_down(1).unwrap();
    assert_eq!(latch.waiters(), 0, "the last count decides all waits before it returns");
    outputs(tasks).await;
    latch.wait().await;
}

async fn tasks_that_count_down_are_waited_for<R: Runtime>() {
    let (latch, done) = (Arc::new(Latch::new(COHORT)), Arc::new(AtomicUsize::new(0)));
    let waiting = waiters_of::<R>(&latch, 2).await;
    let parts = spawn_all::<R, _>(COHORT, |number| {
        let (latch, done) = (Arc::clone(&latch), Arc::clone(&done));
        async move {
            let guard = (number % 2 == 0).then(|| Arc::clone(&latch).guard_owned().unwrap());
            R::default().yield_now().await;
            // Relaxed: what counts down publishes it.
            done.fetch_add(1, Ordering::Relaxed);
            match guard {
                Some(guard) => drop(guard),
                None => latch.count_down(1).unwrap(),
            }
        }
    });
    latch.wait().await;
    assert_eq!(done.load(Ordering::Relaxed), COHORT);
    outputs(parts).await;
    outputs(waiting).await;
}

async fn a_guard_counts_down_for_a_cancelled_task<R: Runtime>() {
    let latch = Arc::new(Latch::new(1));
    let guard = Arc::clone(&latch).guard_owned().unwrap();
    let task = R::default().spawn(async move {
        let _guard = guard;
        core::future::pending::<()>().await;
    });
    R::default().yield_now().await;
    assert!(latch.wait().within(R::default(), SHORT).await.is_err());
    cancel(task).await;
    latch.wait().await;
}

async fn tasks_cancelled_while_they_wait_leave_no_trace<R: Runtime>() {
    let latch = Arc::new(Latch::new(1));
    let mut tasks = waiters_of::<R>(&latch, COHORT).await;
    for task in tasks.split_off(COHORT / 2) {
        cancel(task).await;
    }
    assert_eq!((latch.waiters(), latch.remaining()), (COHORT / 2, 1));
    latch.count_down(1).unwrap();
    outputs(tasks).await;
}

on_every_runtime! {
    the_last_count_wakes_all_who_wait,
    tasks_that_count_down_are_waited_for,
    a_guard_counts_down_for_a_cancelled_task,
    tasks_cancelled_while_they_wait_leave_no_trace,
}
