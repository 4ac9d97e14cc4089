//! Cancellation tokens: trees of tasks, and races with the making and dropping of children.

use core::future::pending;
use core::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Arc;

use anywake::{CancellationToken, Runtime, Wait};
use anywake_tests::on_every_runtime;
use anywake_tests::runtimes::until;

use crate::{LONG, SHORT, cancel, outputs, queue_up, spawn_all};

/// A number of tasks above one batch.
const CROWD: usize = 40;

async fn a_cancel_ends_all_tasks_of_a_tree<R: Runtime>() {
    let root = CancellationToken::new();
    let children: Vec<_> = (0..3).map(|_| root.child_token()).collect();
    let tasks = spawn_all::<R, _>(CROWD, |number| {
        let token = children[number % 3].child_token();
        async move { token.cancelled().await }
    });
    drop(children);
    let direct = queue_up::<R, _>(
        3,
        || root.waiters(),
        |_| {
            let root = root.clone();
            async move { root.run_until_cancelled(pending::<()>()).await }
        },
    )
    .await;
    root.cancel();
    assert_eq!(root.waiters(), 0, "`cancel` decides all waits before it returns");
    outputs(tasks).await;
    assert_eq!(outputs(direct).await, [None; 3]);
}

async fn a_cancel_of_a_child_spares_the_rest<R: Runtime>() {
    let root = CancellationToken::new();
    let [first, second] = [(); 2].map(|()| root.child_token());
    let wait = |token: &CancellationToken| {
        let token = token.clone();
        R::default().spawn(async move { token.cancelled().await })
    };
    let (ends, goes_on) = (wait(&first), wait(&second));
    until::<R>(|| first.waiters() + second.waiters() == 2).await;
    first.cancel();
    ends.await.expect("the task completes");
    assert!(second.cancelled().within(R::default(), SHORT).await.is_err());
    root.cancel();
    goes_on.await.expect("the task completes");
}

async fn tasks_cancelled_while_they_wait_leave_no_trace<R: Runtime>() {
    let root = CancellationToken::new();
    let mut tasks = queue_up::<R, _>(
        CROWD,
        || root.waiters(),
        |_| {
            let root = root.clone();
            async move { root.cancelled().await }
        },
    )
    .await;
    for task in tasks.split_off(CROWD / 2) {
        cancel(task).await;
    }
    assert_eq!(root.waiters(), CROWD / 2);
    root.cancel();
    outputs(tasks).await;
}

/// Tasks start others and drop their tokens while the root is being cancelled. None of them misses it.
async fn a_cancel_races_with_tasks_that_start_others<R: Runtime>() {
    for _ in 0..30 {
        let (root, begun) = (CancellationToken::new(), Arc::new(AtomicUsize::new(0)));
        let tasks = spawn_all::<R, _>(4, |_| {
            let (token, begun) = (root.child_token(), Arc::clone(&begun));
            async move {
                begun.fetch_add(1, Ordering::Relaxed);
                while !token.is_cancelled() {
                    let below = token.child_token();
                    let grandchild = below.child_token();
                    drop(below);
                    let waits = R::default().spawn(grandchild.cancelled_owned());
                    R::default().yield_now().await;
                    if !token.is_cancelled() {
                        waits.cancel();
                    }
                    // Cancelled by its handle, or ended by the token.
                    drop(waits.await);
                }
                token.child_token().cancelled().await;
            }
        });
        let canceller = R::default().spawn(async move {
            while begun.load(Ordering::Relaxed) < 4 {
                R::default().yield_now().await;
            }
            root.cancel();
        });
        canceller.await.expect("the task completes");
        outputs(tasks).await;
    }
}

async fn a_guard_ends_the_tasks_of_a_task_that_ends<R: Runtime>() {
    let root = CancellationToken::new();
    let child = root.child_token();
    let started = R::default().spawn({
        let child = child.clone();
        async move {
            let _guard = child.drop_guard();
            R::default().yield_now().await;
        }
    });
    assert!(child.cancelled().within(R::default(), LONG).await.is_ok());
    started.await.expect("the task completes");
    assert!(!root.is_cancelled());
}

/// A write before the cancel is visible after the wait.
async fn a_cancel_publishes_earlier_writes<R: Runtime>() {
    for round in 1..50 {
        let (root, value) = (CancellationToken::new(), Arc::new(AtomicUsize::new(0)));
        let readers = spawn_all::<R, _>(2, |_| {
            let (token, value) = (root.child_token(), Arc::clone(&value));
            async move {
                token.cancelled().await;
                value.load(Ordering::Relaxed)
            }
        });
        let writer = R::default().spawn(async move {
            value.store(round, Ordering::Relaxed);
            root.cancel();
        });
        assert_eq!(outputs(readers).await, [round; 2]);
        writer.await.expect("the writer does not wait");
    }
}

on_every_runtime! {
    a_cancel_ends_all_tasks_of_a_tree,
    a_cancel_of_a_child_spares_the_rest,
    tasks_cancelled_while_they_wait_leave_no_trace,
    a_cancel_races_with_tasks_that_start_others,
    a_guard_ends_the_tasks_of_a_task_that_ends,
    a_cancel_publishes_earlier_writes,
}
