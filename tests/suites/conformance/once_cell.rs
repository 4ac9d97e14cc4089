//! Cells: one initialiser, failures that hand the role on, and a lazy value that outlives its tasks.

use core::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Arc;

use anywake::once_cell::BoxedInit;
use anywake::{Event, Lazy, OnceCell, Runtime, Semaphore, TaskError};
use anywake_tests::on_every_runtime;
use anywake_tests::runtimes::until;

use crate::{cancel, outputs, spawn_all};

/// A number of waiters above one batch.
const CROWD: usize = 40;

async fn one_task_initialises_and_all_have_its_value<R: Runtime>() {
    let (cell, runs) = (Arc::new(OnceCell::new()), Arc::new(AtomicUsize::new(0)));
    let tasks = spawn_all::<R, _>(CROWD, |number| {
        let (cell, runs) = (Arc::clone(&cell), Arc::clone(&runs));
        async move {
            let init = async || {
                runs.fetch_add(1, Ordering::Relaxed);
                R::default().yield_now().await;
                number
            };
            *cell.get_or_init(init).await
        }
    });
    let values = outputs(tasks).await;
    assert_eq!(runs.load(Ordering::Relaxed), 1);
    assert!(values.iter().all(|value| Some(value) == cell.get()));
}

async fn readers_wait_for_a_value_that_another_task_sets<R: Runtime>() {
    let cell = Arc::new(OnceCell::new());
    let readers = spawn_all::<R, _>(CROWD, |_| Arc::clone(&cell).wait_owned());
    until::<R>(|| cell.waiters() == CROWD).await;
    cell.set(7).unwrap();
    assert_eq!(cell.waiters(), 0, "`set` decides all waits before it returns");
    assert!(outputs(readers).await.iter().all(|value| **value == 7));
}

/// Each of these initialisers fails but the last one that asks.
async fn failures_hand_the_role_through_the_line<R: Runtime>() {
    let (cell, tries) = (Arc::new(OnceCell::new()), Arc::new(AtomicUsize::new(0)));
    let tasks = spawn_all::<R, _>(CROWD, |_| {
        let (cell, tries) = (Arc::clone(&cell), Arc::clone(&tries));
        async move {
            let init = async || {
                let number = tries.fetch_add(1, Ordering::Relaxed);
                R::default().yield_now().await;
                if number + 1 == CROWD { Ok(number) } else { Err(number) }
            };
            cell.get_or_try_init(init).await.copied()
        }
    });
    let results = outputs(tasks).await;
    let mut failed: Vec<_> = results.iter().filter_map(|result| result.err()).collect();
    failed.sort_unstable();
    assert!(failed.into_iter().eq(0..CROWD - 1), "every task ran its own initialiser, one at a time");
    assert_eq!(cell.get(), Some(&(CROWD - 1)));
}

async fn an_initialiser_that_is_cancelled_or_panics_hands_the_role_on<R: Runtime>() {
    let cell = Arc::new(OnceCell::<u32>::new());
    let (begun, never) = (Arc::new(Event::new()), Event::new());
    let first = R::default().spawn({
        let (cell, begun) = (Arc::clone(&cell), Arc::clone(&begun));
        let init = async move || {
            begun.set();
            never.wait().await;
            1
        };
        async move { *cell.get_or_init(init).await }
    });
    begun.wait().await;
    let second = R::default().spawn({
        let cell = Arc::clone(&cell);
        async move { *cell.get_or_init(async || std::panic::resume_unwind(Box::new("on purpose"))).await }
    });
    until::<R>(|| cell.waiters() == 1).await;
    let third = R::default().spawn({
        let cell = Arc::clone(&cell);
        async move { *cell.get_or_init(async || 3).await }
    });
    until::<R>(|| cell.waiters() == 2).await;
    cancel(first).await;
    assert!(matches!(second.await, Err(TaskError::Panicked(_))));
    assert_eq!(third.await.expect("the third task initialises"), 3);
}

async fn tasks_cancelled_while_they_wait_leave_no_trace<R: Runtime>() {
    let cell = Arc::new(OnceCell::new());
    let mut readers = spawn_all::<R, _>(CROWD, |_| Arc::clone(&cell).wait_owned());
    until::<R>(|| cell.waiters() == CROWD).await;
    for task in readers.split_off(CROWD / 2) {
        cancel(task).await;
    }
    assert_eq!(cell.waiters(), CROWD / 2);
    cell.set(1).unwrap();
    outputs(readers).await;
}

/// Each task but the last is cancelled in the middle. The steps that the tasks have made are kept.
async fn a_lazy_value_outlives_the_tasks_that_compute_it<R: Runtime>() {
    const STEPS: usize = 5;
    let (gate, runs) = (Arc::new(Semaphore::new(0)), Arc::new(AtomicUsize::new(0)));
    let lazy = Arc::new(Lazy::new({
        let (gate, runs) = (Arc::clone(&gate), Arc::clone(&runs));
        move || -> BoxedInit<usize> {
            runs.fetch_add(1, Ordering::Relaxed);
            let gate = Arc::clone(&gate);
            Box::pin(async move {
                for _ in 0..STEPS {
                    gate.acquire().await.expect("the gate is not closed").forget();
                }
                7
            })
        }
    }));
    let force = || {
        let lazy = Arc::clone(&lazy);
        R::default().spawn(async move { *lazy.force().await })
    };
    for _ in 0..STEPS {
        let task = force();
        until::<R>(|| gate.waiters() == 1).await;
        cancel(task).await;
        assert_eq!(gate.waiters(), 1, "the future of the value waits on, though its task is gone");
        gate.release(1).expect("the gate has no bound");
    }
    assert_eq!(force().await.expect("the last task completes"), 7);
    assert_eq!(runs.load(Ordering::Relaxed), 1);
}

on_every_runtime! {
    one_task_initialises_and_all_have_its_value,
    readers_wait_for_a_value_that_another_task_sets,
    failures_hand_the_role_through_the_line,
    an_initialiser_that_is_cancelled_or_panics_hands_the_role_on,
    tasks_cancelled_while_they_wait_leave_no_trace,
    a_lazy_value_outlives_the_tasks_that_compute_it,
}
