//! `TaskGroup::start` and `TaskGroup::spawn_blocking`; `gather_outputs`.

use core::future::pending;
use core::sync::atomic::{AtomicBool, Ordering};
use core::time::Duration;
use std::sync::{Arc, mpsc};

use anywake::scope::NotStarted;
use anywake::test_util::poll;
use anywake::{Event, Failure, Runtime, TaskError, gather_outputs, task_group, timeout};

use crate::support::{Live, event};

async fn child_that_is_ready_goes_on_beside_the_body<R: Runtime>(rt: R) {
    let (go, gone) = (event(), event());
    let (goes, ends) = (Arc::clone(&go), Arc::clone(&gone));
    let sum = task_group(rt, |group| async move {
        let (port, server) = group
            .start(|started| async move {
                started.ready(80);
                goes.wait().await;
                ends.set();
                Ok::<_, ()>(8)
            })
            .await
            .unwrap();
        assert!(!gone.is_set());
        go.set();
        Ok(port + server.await.unwrap())
    });
    assert_eq!(sum.await.unwrap(), 88);
}

async fn child_that_ends_or_fails_unready_has_not_started<R: Runtime>(rt: R) {
    let fine = task_group(rt, |group| async move {
        let ended = group.start::<(), _, _>(|started| async move {
            drop(started);
            Ok::<_, ()>(())
        });
        assert_eq!(ended.await.unwrap_err(), NotStarted);
        Ok(())
    });
    fine.await.unwrap();
    let failed = task_group(rt, |group| async move {
        drop(group.start::<(), _, ()>(|_started| async { Err("no port") }).await);
        pending::<Result<(), _>>().await
    });
    assert!(matches!(failed.await.unwrap_err().failures(), [Failure::Error("no port")]));
}

async fn start_that_is_given_up_cancels_its_child<R: Runtime>(rt: R) {
    let live = Live::default();
    let forever = live.forever::<Result<(), ()>>();
    let group = task_group(rt, |group| async move {
        let start = group.start::<(), _, _>(|started| async move {
            let _started = started;
            forever.await
        });
        assert!(timeout(rt, Duration::from_millis(1), start).await.is_err());
        Ok::<_, ()>(())
    });
    group.await.unwrap();
    assert_eq!(live.count(), 0, "the group has waited for it, and would have for ever");
}

async fn outputs_of_any_type_come_in_order<R: Runtime>(rt: R) {
    struct Any(usize);
    let tasks = (0..3).map(|n| {
        rt.spawn(async move {
            for _ in n..3 {
                rt.yield_now().await;
            }
            Any(n)
        })
    });
    let outputs = gather_outputs(tasks).await.unwrap();
    assert!(outputs.iter().map(|any| any.0).eq(0..3));

    let live = Live::default();
    let cancelled = rt.spawn(live.forever::<()>());
    cancelled.cancel();
    let go = event();
    let goes = Arc::clone(&go);
    let other = rt.spawn(async move { goes.wait().await });
    assert!(matches!(gather_outputs([other, cancelled]).await, Err(TaskError::Cancelled)));
    go.set();
    let mut running = Box::pin(gather_outputs([rt.spawn(live.forever::<()>())]));
    assert!(poll(running.as_mut()).is_pending());
    drop(running);
    live.gone(rt).await;
}

on_each_runtime! {
    child_that_is_ready_goes_on_beside_the_body
    child_that_ends_or_fails_unready_has_not_started
    start_that_is_given_up_cancels_its_child
    outputs_of_any_type_come_in_order
}

/// Real threads, so on the real runtimes.
#[allow(dead_code, reason = "there may be no adapter")]
fn aborted_group_waits_for_its_blocking_functions<R: Runtime>(rt: R) {
    let begun = Arc::new(Event::new());
    let ended = Arc::new(AtomicBool::new(false));
    let (go, gate) = mpsc::channel::<()>();
    rt.block_on(async {
        let failed = task_group(rt, |group| {
            let (begun, ended) = (Arc::clone(&begun), Arc::clone(&ended));
            async move {
                let stop = group.token();
                let begins = Arc::clone(&begun);
                group.spawn_blocking(move || {
                    begins.set();
                    gate.recv().unwrap();
                    assert!(stop.is_cancelled());
                    ended.store(true, Ordering::Release);
                    Ok(())
                });
                let sum = group.spawn_blocking(|| Ok(1 + 1));
                assert_eq!(sum.await.unwrap(), 2);
                begun.wait().await;
                let token = group.token();
                rt.spawn(async move {
                    token.cancelled().await;
                    go.send(()).unwrap();
                });
                Err::<(), _>("over")
            }
        });
        assert!(matches!(failed.await.unwrap_err().failures(), [Failure::Error("over")]));
        assert!(ended.load(Ordering::Acquire), "the group has waited for the function");

        let panicked = task_group(rt, |group| async move {
            group.spawn_blocking(|| -> Result<(), ()> { panic!("blocked") });
            pending::<Result<(), ()>>().await
        });
        assert!(matches!(panicked.await.unwrap_err().failures(), [Failure::Panicked(_)]));
    });
}

#[cfg(feature = "tokio")]
#[test]
fn aborted_group_waits_for_its_blocking_functions_on_tokio() {
    aborted_group_waits_for_its_blocking_functions(anywake::Tokio);
}

#[cfg(feature = "smol")]
#[test]
fn aborted_group_waits_for_its_blocking_functions_on_smol() {
    aborted_group_waits_for_its_blocking_functions(anywake::Smol);
}
