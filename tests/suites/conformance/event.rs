//! Events: cohorts, late waits, and rounds.

use core::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Arc;

use anywake::{Event, Runtime};
use anywake_tests::on_every_runtime;
use anywake_tests::runtimes::until;

use crate::{cancel, outputs, queue_up, spawn_all};

/// A number of waiters above one batch.
const COHORT: usize = 40;

/// Spawns `count` tasks that wait for the event.
async fn waiters_of<R: Runtime>(event: &Arc<Event>, count: usize) -> Vec<anywake::Task<()>> {
    let before = event.waiters();
    let tasks = spawn_all::<R, _>(count, |_| {
        let event = Arc::clone(event);
        async move { event.wait().await }
    });
    until::<R>(|| event.waiters() == before + count).await;
    tasks
}

async fn set_wakes_all_who_wait<R: Runtime>() {
    let event = Arc::new(Event::new());
    let tasks = waiters_of::<R>(&event, COHORT).await;
    event.set();
    assert_eq!(event.waiters(), 0, "`set` decides all waits before it returns");
    outputs(tasks).await;
    event.wait().await;
}

async fn set_and_clear_reach_exactly_the_cohort<R: Runtime>() {
    let event = Arc::new(Event::new());
    let cohort = waiters_of::<R>(&event, COHORT).await;
    event.set();
    event.clear();
    let late = waiters_of::<R>(&event, 3).await;
    outputs(cohort).await;
    assert!(!late.iter().any(anywake::Task::is_finished), "the late waits began after the clear");
    assert_eq!(event.waiters(), 3);
    event.set();
    outputs(late).await;
}

async fn tasks_cancelled_while_they_wait_leave_no_trace<R: Runtime>() {
    let event = Arc::new(Event::new());
    let mut tasks = waiters_of::<R>(&event, COHORT).await;
    for task in tasks.split_off(COHORT / 2) {
        cancel(task).await;
    }
    assert_eq!(event.waiters(), COHORT / 2);
    event.set();
    outputs(tasks).await;
}

/// Two tasks take turns by two events. If a wake were lost, both would hang.
async fn a_ball_goes_to_and_fro<R: Runtime>() {
    const THROWS: usize = 200;
    let (ping, pong) = (Arc::new(Event::new()), Arc::new(Event::new()));
    let throws = Arc::new(AtomicUsize::new(0));
    let player = |mine: &Arc<Event>, other: &Arc<Event>, parity: usize| {
        let (mine, other, throws) = (Arc::clone(mine), Arc::clone(other), Arc::clone(&throws));
        R::default().spawn(async move {
            for _ in 0..THROWS {
                mine.wait().await;
                mine.clear();
                assert_eq!(throws.fetch_add(1, Ordering::Relaxed) % 2, parity, "a task runs out of turn");
                other.set();
            }
        })
    };
    let players = vec![player(&ping, &pong, 0), player(&pong, &ping, 1)];
    ping.set();
    outputs(players).await;
    assert_eq!(throws.load(Ordering::Relaxed), 2 * THROWS);
}

/// Tasks wait, set and clear at once. The last set ends all remaining waits.
async fn waits_race_with_sets_and_clears<R: Runtime>() {
    let event = Arc::new(Event::new());
    let waiting = spawn_all::<R, _>(6, |_| {
        let event = Arc::clone(&event);
        async move {
            for _ in 0..50 {
                event.wait().await;
                R::default().yield_now().await;
            }
        }
    });
    let setting = R::default().spawn({
        let event = Arc::clone(&event);
        async move {
            while waiting.iter().any(|task| !task.is_finished()) {
                event.set();
                event.clear();
                R::default().yield_now().await;
            }
            waiting
        }
    });
    outputs(setting.await.expect("the setting task ends after the waits")).await;
    assert_eq!(event.waiters(), 0);
}

/// A write before the set is visible after the wait.
async fn a_set_publishes_earlier_writes<R: Runtime>() {
    for round in 1..50 {
        let (event, value) = (Arc::new(Event::new()), Arc::new(AtomicUsize::new(0)));
        let readers = queue_up::<R, _>(
            2,
            || event.waiters(),
            |_| {
                let (event, value) = (Arc::clone(&event), Arc::clone(&value));
                async move {
                    event.wait().await;
                    value.load(Ordering::Relaxed)
                }
            },
        )
        .await;
        let writer = R::default().spawn(async move {
            value.store(round, Ordering::Relaxed);
            event.set();
        });
        assert_eq!(outputs(readers).await, [round; 2]);
        writer.await.expect("the writer does not wait");
    }
}

on_every_runtime! {
    set_wakes_all_who_wait,
    set_and_clear_reach_exactly_the_cohort,
    tasks_cancelled_while_they_wait_leave_no_trace,
    a_ball_goes_to_and_fro,
    waits_race_with_sets_and_clears,
    a_set_publishes_earlier_writes,
}
