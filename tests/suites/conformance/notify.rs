//! Notifies: one task at a time, cohorts, and turns.

use core::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use anywake::{Notify, Runtime};
use anywake_tests::on_every_runtime;
use anywake_tests::runtimes::until;

use crate::{cancel, outputs, queue_up};

/// A number of waiters above one batch.
const COHORT: usize = 40;

/// Spawns `count` tasks that wait for a notification, each when the previous one waits.
async fn waiters_of<R: Runtime>(notify: &Arc<Notify>, count: usize) -> Vec<anywake::Task<()>> {
    queue_up::<R, _>(
        count,
        || notify.waiters(),
        |_| {
            let notify = Arc::clone(notify);
            async move { notify.notified().await }
        },
    )
    .await
}

async fn notify_one_wakes_the_tasks_in_their_order<R: Runtime>() {
    let (notify, order) = (Arc::new(Notify::new()), Arc::new(Mutex::new(Vec::new())));
    let tasks = queue_up::<R, _>(
        5,
        || notify.waiters(),
        |number| {
            let (notify, order) = (Arc::clone(&notify), Arc::clone(&order));
            async move {
                notify.notified().await;
                order.lock().unwrap().push(number);
            }
        },
    )
    .await;
    for done in 1..=5 {
        notify.notify_one();
        until::<R>(|| order.lock().unwrap().len() == done).await;
    }
    outputs(tasks).await;
    assert_eq!(*order.lock().unwrap(), Vec::from_iter(0..5));
}

async fn a_stored_notification_ends_one_wait<R: Runtime>() {
    let notify = Arc::new(Notify::new());
    notify.notify_one();
    notify.notify_one();
    notify.notified().await;
    let tasks = waiters_of::<R>(&notify, 1).await;
    notify.notify_one();
    outputs(tasks).await;
}

async fn notify_waiters_reaches_exactly_the_cohort<R: Runtime>() {
    let notify = Arc::new(Notify::new());
    let cohort = waiters_of::<R>(&notify, COHORT).await;
    notify.notify_waiters();
    assert_eq!(notify.waiters(), 0, "`notify_waiters` decides all waits before it returns");
    let late = waiters_of::<R>(&notify, 3).await;
    outputs(cohort).await;
    assert!(!late.iter().any(anywake::Task::is_finished), "the late waits began after the broadcast");
    assert_eq!(notify.waiters(), 3);
    notify.notify_waiters();
    outputs(late).await;
}

async fn a_cancelled_task_passes_its_notification_on<R: Runtime>() {
    let notify = Arc::new(Notify::new());
    let mut tasks = waiters_of::<R>(&notify, COHORT).await;
    for task in tasks.split_off(COHORT / 2) {
        cancel(task).await;
    }
    assert_eq!(notify.waiters(), COHORT / 2);
    for _ in 0..COHORT / 2 {
        notify.notify_one();
    }
    // Notified or already finished: what a cancelled one had goes on, or is stored.
    tasks[0].cancel();
    let first = tasks.remove(0).await;
    outputs(tasks).await;
    if first.is_err() {
        notify.notified().await;
    }
    assert_eq!(notify.waiters(), 0);
}

/// Two tasks take turns by two notifies. If a notification were lost, both would hang.
async fn a_ball_goes_to_and_fro<R: Runtime>() {
    const THROWS: usize = 200;
    let (ping, pong) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let throws = Arc::new(AtomicUsize::new(0));
    let player = |mine: &Arc<Notify>, other: &Arc<Notify>, parity: usize| {
        let (mine, other, throws) = (Arc::clone(mine), Arc::clone(other), Arc::clone(&throws));
        R::default().spawn(async move {
            for _ in 0..THROWS {
                mine.notified().await;
                assert_eq!(throws.fetch_add(1, Ordering::Relaxed) % 2, parity, "a task runs out of turn");
                other.notify_one();
            }
        })
    };
    let players = vec![player(&ping, &pong, 0), player(&pong, &ping, 1)];
    ping.notify_one();
    outputs(players).await;
    assert_eq!(throws.load(Ordering::Relaxed), 2 * THROWS);
}

/// Producers add work and notify; a consumer takes all work that is there. No work stays behind.
async fn no_work_is_forgotten<R: Runtime>() {
    const WORK: usize = 300;
    let (changed, work) = (Arc::new(Notify::new()), Arc::new(AtomicUsize::new(0)));
    let consumer = R::default().spawn({
        let (changed, work) = (Arc::clone(&changed), Arc::clone(&work));
        async move {
            let mut done = 0;
            while done < 3 * WORK {
                changed.notified().await;
                done += work.swap(0, Ordering::Relaxed);
            }
        }
    });
    let producers = (0..3).map(|_| {
        let (changed, work) = (Arc::clone(&changed), Arc::clone(&work));
        R::default().spawn(async move {
            for round in 0..WORK {
                work.fetch_add(1, Ordering::Relaxed);
                changed.notify_one();
                if round % 16 == 0 {
                    R::default().yield_now().await;
                }
            }
        })
    });
    outputs(producers.collect()).await;
    consumer.await.expect("the consumer ends when all work is done");
}

on_every_runtime! {
    notify_one_wakes_the_tasks_in_their_order,
    a_stored_notification_ends_one_wait,
    notify_waiters_reaches_exactly_the_cohort,
    a_cancelled_task_passes_its_notification_on,
    a_ball_goes_to_and_fro,
    no_work_is_forgotten,
}
