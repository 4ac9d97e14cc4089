//! `shield`: the work is completed, whatever becomes of the caller.

use core::future::pending;
use core::time::Duration;
use std::sync::Arc;

use anywake::{Failure, GroupError, Runtime, TaskError, shield, task_group, timeout};

use crate::support::{Live, after, event, message};

async fn result_comes_through<R: Runtime>(rt: R) {
    assert_eq!(shield(rt, async { 5 }).await.unwrap(), 5);
    let panics = shield(rt, async { panic!("inner") });
    assert!(matches!(panics.await, Err::<(), _>(TaskError::Panicked(panic)) if message(&panic) == "inner"));
}

async fn dropped_shield_lets_the_work_run<R: Runtime>(rt: R) {
    let (go, done, live) = (event(), event(), Live::default());
    let work = || {
        let (goes, ends, token) = (after(&go, ()), Arc::clone(&done), live.token());
        async move {
            let _token = token;
            goes.await;
            ends.set();
        }
    };
    // Never polled; given up at a deadline; in a task that is cancelled.
    drop(shield(rt, work()));
    assert!(timeout(rt, Duration::ZERO, shield(rt, work())).await.is_err());
    let caller = rt.spawn(shield(rt, work()));
    caller.cancel();
    assert!(matches!(caller.await, Err(TaskError::Cancelled)));
    assert_eq!(live.count(), 3);
    go.set();
    done.wait().await;
    live.gone(rt).await;
}

async fn shielded_work_outlives_an_aborted_group<R: Runtime>(rt: R) {
    let (go, done) = (event(), event());
    let failed: Result<(), GroupError<&str>> = task_group(rt, |group| {
        let (begun, goes, ends) = (event(), after(&go, ()), Arc::clone(&done));
        async move {
            let begins = Arc::clone(&begun);
            group.spawn(async move {
                let saved = shield(rt, async move {
                    goes.await;
                    ends.set();
                });
                begins.set();
                saved.await.map_err(|_| "lost")
            });
            begun.wait().await;
            group.spawn(async { Err::<(), _>("fails") });
            pending().await
        }
    })
    .await;
    assert!(matches!(failed.unwrap_err().failures(), [Failure::Error("fails")]));
    assert!(!done.is_set());
    go.set();
    done.wait().await;
}

on_each_runtime! {
    result_comes_through
    dropped_shield_lets_the_work_run
    shielded_work_outlives_an_aborted_group
}
