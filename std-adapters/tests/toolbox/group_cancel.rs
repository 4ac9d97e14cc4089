//! `task_group`: cancelled, aborted and dropped.

use core::future::pending;
use std::sync::{Arc, Mutex};

use anywake::test_util::poll;
use anywake::{Failure, Runtime, TaskError, TaskGroup, task_group};

use crate::group::Outcome;
use crate::support::{Live, after, event};

async fn child_that_is_cancelled_is_not_a_failure<R: Runtime>(rt: R) {
    let value: Outcome<&str> = task_group(rt, |group| async move {
        let cancelled = group.spawn(pending::<Result<(), _>>());
        cancelled.cancel();
        assert!(matches!(cancelled.await, Err(TaskError::Cancelled)));
        Ok("body")
    })
    .await;
    assert_eq!(value.unwrap(), "body");
}

async fn handle_of_a_failed_child_says_cancelled<R: Runtime>(rt: R) {
    let go = event();
    let (failed, seen) = (after(&go, Err::<(), _>("child")), Arc::new(Mutex::new(None)));
    let noted = Arc::clone(&seen);
    let outcome: Outcome = task_group(rt, |group| async move {
        let child = group.spawn(failed);
        let observer = rt.spawn(async move { *noted.lock().unwrap() = Some(child.await) });
        go.set();
        // The body is dropped here.
        observer.await.unwrap();
        pending().await
    })
    .await;
    assert!(matches!(outcome.unwrap_err().failures(), [Failure::Error("child")]));
    while seen.lock().unwrap().is_none() {
        rt.yield_now().await;
    }
    assert!(matches!(seen.lock().unwrap().take(), Some(Err(TaskError::Cancelled))));
}

async fn cancel_ends_children_and_body<R: Runtime>(rt: R) {
    let live = Live::default();
    let cancelled: Outcome = task_group(rt, |group| {
        let live = live.clone();
        async move {
            let inside = group.clone();
            group.spawn(async move {
                inside.cancel();
                inside.cancel();
                assert!(matches!(inside.spawn(async { Ok(()) }).await, Err(TaskError::Cancelled)));
                Ok(())
            });
            group.spawn(live.forever::<Result<(), _>>());
            live.forever().await
        }
    })
    .await;
    assert_eq!(live.count(), 0);
    let error = cancelled.unwrap_err();
    assert!(error.is_cancelled());
    assert_eq!(error.to_string(), "the group was cancelled");
}

async fn body_that_cancels_and_returns_has_its_value<R: Runtime>(rt: R) {
    let live = Live::default();
    let value: Outcome<u8> = task_group(rt, |group| {
        let live = live.clone();
        async move {
            group.spawn(live.forever::<Result<(), _>>());
            group.cancel();
            Ok(5)
        }
    })
    .await;
    assert_eq!(value.unwrap(), 5);
    assert_eq!(live.count(), 0);
}

async fn dropped_group_cancels_its_children<R: Runtime>(rt: R) {
    let live = Live::default();
    for polls in 0..3 {
        let mut group = Box::pin(task_group(rt, |group: TaskGroup<R, ()>| {
            let live = live.clone();
            async move {
                for _ in 0..4 {
                    let (token, below, deep) = (live.token(), group.clone(), live.forever());
                    group.spawn(async move {
                        let _token = token;
                        below.spawn::<_, ()>(deep);
                        pending::<Result<(), ()>>().await
                    });
                }
                live.forever::<Result<(), ()>>().await
            }
        }));
        for _ in 0..polls {
            assert!(poll(group.as_mut()).is_pending());
            rt.yield_now().await;
        }
        drop(group);
        live.gone(rt).await;
    }
}

async fn group_that_is_aborted_while_children_spawn_leaves_none<R: Runtime>(rt: R) {
    for _ in 0..20 {
        let live = Live::default();
        let failed: Outcome = task_group(rt, |group| {
            let live = live.clone();
            async move {
                for _ in 0..4 {
                    let (below, live) = (group.clone(), live.clone());
                    group.spawn::<_, ()>(async move {
                        loop {
                            below.spawn(live.forever::<Result<(), _>>());
                            rt.yield_now().await;
                        }
                    });
                }
                rt.yield_now().await;
                group.spawn(async { Err::<(), _>("enough") });
                Ok(())
            }
        })
        .await;
        assert_eq!(live.count(), 0);
        assert!(matches!(failed.unwrap_err().failures(), [Failure::Error("enough")]));
    }
}

on_each_runtime! {
    child_that_is_cancelled_is_not_a_failure
    handle_of_a_failed_child_says_cancelled
    cancel_ends_children_and_body
    body_that_cancels_and_returns_has_its_value
    dropped_group_cancels_its_children
    group_that_is_aborted_while_children_spawn_leaves_none
}
