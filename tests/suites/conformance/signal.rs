//! Signals: the newest value, in the order of the waits.

use core::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use anywake::{Runtime, Signal, Wait};
use anywake_tests::on_every_runtime;
use anywake_tests::runtimes::until;

use crate::{SHORT, cancel, outputs, queue_up};

/// Spawns `count` tasks that wait for a value, each when the previous one waits.
async fn waiters_of<R: Runtime>(signal: &Arc<Signal<usize>>, count: usize) -> Vec<anywake::Task<usize>> {
    queue_up::<R, _>(
        count,
        || signal.waiters(),
        |_| {
            let signal = Arc::clone(signal);
            async move { signal.wait().await }
        },
    )
    .await
}

async fn values_go_to_the_tasks_in_their_order<R: Runtime>() {
    let (signal, taken) = (Arc::new(Signal::new()), Arc::new(Mutex::new(Vec::new())));
    let tasks = queue_up::<R, _>(
        5,
        || signal.waiters(),
        |number| {
            let (signal, taken) = (Arc::clone(&signal), Arc::clone(&taken));
            async move {
                let value = signal.wait().await;
                taken.lock().unwrap().push((number, value));
            }
        },
    )
    .await;
    for value in 0..5 {
        assert_eq!(signal.signal(value), None);
        until::<R>(|| taken.lock().unwrap().len() == value + 1).await;
    }
    outputs(tasks).await;
    assert_eq!(*taken.lock().unwrap(), Vec::from_iter((0..5).map(|number| (number, number))));
}

async fn only_the_newest_value_is_taken<R: Runtime>() {
    let signal = Arc::new(Signal::new());
    for value in 0..10 {
        signal.signal(value);
    }
    assert_eq!(R::default().spawn(async move { signal.wait().await }).await.ok(), Some(9));
}

async fn a_cancelled_task_passes_its_value_on<R: Runtime>() {
    let signal = Arc::new(Signal::new());
    let mut tasks = waiters_of::<R>(&signal, 10).await;
    for task in tasks.split_off(2) {
        cancel(task).await;
    }
    assert_eq!(signal.waiters(), 2);
    signal.signal(7);
    // It has taken the value, or the next one has it.
    tasks[0].cancel();
    let (first, second) = (tasks.remove(0).await, tasks.remove(0));
    if first.is_err() {
        assert_eq!(second.await.ok(), Some(7));
    } else {
        cancel(second).await;
    }
    assert_eq!((signal.waiters(), signal.try_take()), (0, None));
}

/// A sensor that is faster than its reader: the reader sees a growing number, and the last one.
async fn a_reader_sees_the_last_value<R: Runtime>() {
    const LAST: usize = 500;
    let signal = Arc::new(Signal::new());
    let displaced = Arc::new(AtomicUsize::new(0));
    let sensor = {
        let (signal, displaced) = (Arc::clone(&signal), Arc::clone(&displaced));
        R::default().spawn(async move {
            for value in 1..=LAST {
                if signal.signal(value).is_some() {
                    displaced.fetch_add(1, Ordering::Relaxed);
                }
                if value % 7 == 0 {
                    R::default().yield_now().await;
                }
            }
        })
    };
    let reader = R::default().spawn(async move {
        let (mut last, mut count) = (0, 0);
        while last < LAST {
            let value = signal.wait().await;
            assert!(last < value, "{value} after {last}");
            (last, count) = (value, count + 1);
        }
        count
    });
    sensor.await.expect("the task completes");
    let count = reader.await.expect("the reader sees the last value");
    assert_eq!(count + displaced.load(Ordering::Relaxed), LAST, "each value was taken or displaced");
}

async fn a_wait_with_a_deadline_loses_no_value<R: Runtime>() {
    let signal = Signal::new();
    assert!(signal.wait().within(R::default(), SHORT).await.is_err());
    signal.signal(1);
    assert_eq!(signal.wait().within(R::default(), SHORT).await, Ok(1));
}

on_every_runtime! {
    values_go_to_the_tasks_in_their_order,
    only_the_newest_value_is_taken,
    a_cancelled_task_passes_its_value_on,
    a_reader_sees_the_last_value,
    a_wait_with_a_deadline_loses_no_value,
}
