//! `task_group`: children that are told to end, and have time for it. asyncio's clean-up that awaits.

use core::future::pending;
use core::time::Duration;
use std::sync::{Arc, Mutex};

use anywake::test_util::poll;
use anywake::{CancellationToken, Failure, Runtime, TaskGroup, task_group, timeout};

use crate::group::Outcome;
use crate::support::{Live, Log, after, event, message};

/// Never over in a test on a real runtime. In a simulation it is over before the leftovers are looked for.
const LONG: Duration = Duration::from_secs(50);
const SHORT: Duration = Duration::from_millis(5);

/// A child that waits to be told, and then has something to do that awaits.
fn cleans_up<R: Runtime>(
    rt: R,
    token: CancellationToken,
    log: &Log,
) -> impl Future<Output = Result<(), &'static str>> + Send + 'static {
    let log = log.clone();
    async move {
        token.cancelled().await;
        log.add("told");
        for _ in 0..3 {
            rt.yield_now().await;
        }
        rt.sleep(Duration::from_millis(1)).await;
        log.add("clean");
        Ok(())
    }
}

async fn children_clean_up_when_the_group_is_cancelled<R: Runtime>(rt: R) {
    let log = Log::default();
    let begun = rt.now();
    let cancelled: Outcome = task_group(rt, |group| {
        let log = log.clone();
        async move {
            group.set_grace(LONG);
            group.spawn(cleans_up(rt, group.token(), &log));
            rt.yield_now().await;
            group.cancel();
            pending().await
        }
    })
    .await;
    assert!(cancelled.unwrap_err().is_cancelled());
    assert_eq!(log.lines(), ["told", "clean"]);
    assert!(rt.now() - begun < LONG, "the group ends as soon as its children have ended");
}

async fn children_clean_up_when_a_sibling_fails<R: Runtime>(rt: R) {
    let log = Log::default();
    let failed: Outcome = task_group(rt, |group| {
        let log = log.clone();
        async move {
            group.set_grace(LONG);
            group.spawn(cleans_up(rt, group.token(), &log));
            group.spawn(async { Err::<(), _>("sibling") });
            Ok(())
        }
    })
    .await;
    assert!(matches!(failed.unwrap_err().failures(), [Failure::Error("sibling")]));
    assert_eq!(log.lines(), ["told", "clean"]);
}

async fn children_clean_up_when_the_body_fails<R: Runtime>(rt: R) {
    for panics in [false, true] {
        let log = Log::default();
        let failed: Outcome = task_group(rt, |group| {
            let log = log.clone();
            async move {
                group.set_grace(LONG);
                group.spawn(cleans_up(rt, group.token(), &log));
                assert!(!panics, "body");
                Err("body")
            }
        })
        .await;
        assert_eq!(failed.unwrap_err().failures().len(), 1);
        assert_eq!(log.lines(), ["told", "clean"]);
    }
}

async fn a_failure_while_cleaning_up_is_reported<R: Runtime>(rt: R) {
    let failed: Outcome = task_group(rt, |group| async move {
        group.set_grace(LONG);
        let tokens = [(); 2].map(|()| group.token());
        let [first, second] = tokens;
        group.spawn(async move {
            first.cancelled().await;
            rt.yield_now().await;
            Err::<(), _>("while it cleaned up")
        });
        group.spawn::<_, ()>(async move {
            second.cancelled().await;
            rt.sleep(Duration::from_millis(2)).await;
            panic!("so did this one")
        });
        rt.yield_now().await;
        Err::<(), _>("first")
    })
    .await;
    let failures: Vec<_> = failed.unwrap_err().into_iter().collect();
    // The two children fail in any order, and the body is told last.
    let ([Failure::Error(child), Failure::Panicked(panic), body]
    | [Failure::Panicked(panic), Failure::Error(child), body]) = &failures[..]
    else {
        panic!("{failures:?}")
    };
    assert!(matches!(body, Failure::Error("first")));
    assert_eq!((*child, message(panic).as_str()), ("while it cleaned up", "so did this one"));
}

async fn a_value_of_a_child_that_ends_in_time_reaches_its_handle<R: Runtime>(rt: R) {
    let value: Outcome<_> = task_group(rt, |group| async move {
        group.set_grace(LONG);
        let told = group.token();
        let child = group.spawn(async move {
            told.cancelled().await;
            Ok("in time")
        });
        group.cancel();
        Ok(child)
    })
    .await;
    assert_eq!(value.unwrap().await.unwrap(), "in time");
}

async fn children_that_do_not_end_in_time_are_dropped<R: Runtime>(rt: R) {
    let live = Live::default();
    let begun = rt.now();
    let cancelled: Outcome = task_group(rt, |group| {
        let live = live.clone();
        async move {
            group.set_grace(SHORT);
            let (told, forever) = (group.token(), live.forever::<Result<(), _>>());
            group.spawn(async move {
                told.cancelled().await;
                forever.await
            });
            group.spawn(live.forever::<Result<(), _>>());
            rt.yield_now().await;
            group.cancel();
            // More of them changes nothing.
            group.cancel();
            pending().await
        }
    })
    .await;
    assert!(cancelled.unwrap_err().is_cancelled());
    assert_eq!(live.count(), 0);
    assert!(rt.now() - begun >= SHORT, "they had their time");
}

async fn the_body_has_no_grace<R: Runtime>(rt: R) {
    let (live, log) = (Live::default(), Log::default());
    let failed: Outcome = task_group(rt, |group| {
        let (inside, log) = (live.clone(), log.clone());
        let body = live.forever();
        async move {
            group.set_grace(LONG);
            let told = group.token();
            group.spawn(async move {
                told.cancelled().await;
                while inside.count() > 0 {
                    rt.yield_now().await;
                }
                log.add("the body is gone");
                Ok(())
            });
            group.spawn(async { Err::<(), _>("sibling") });
            body.await
        }
    })
    .await;
    assert!(matches!(failed.unwrap_err().failures(), [Failure::Error("sibling")]));
    assert_eq!(log.lines(), ["the body is gone"]);
}

async fn no_child_is_spawned_in_the_grace<R: Runtime>(rt: R) {
    let log = Log::default();
    let cancelled: Outcome = task_group(rt, |group| {
        let log = log.clone();
        async move {
            group.set_grace(LONG);
            let (told, below) = (group.token(), group.clone());
            group.spawn(async move {
                told.cancelled().await;
                let late = below.spawn(async { Ok(()) });
                log.add(late.await.is_err());
                Ok(())
            });
            group.cancel();
            pending().await
        }
    })
    .await;
    assert!(cancelled.unwrap_err().is_cancelled());
    assert_eq!(log.lines(), ["true"]);
}

/// As without tokens: a child is dropped where it waits, before it could learn of the end.
async fn children_without_a_grace_are_dropped_at_once<R: Runtime>(rt: R) {
    let (live, log) = (Live::default(), Log::default());
    let failed: Outcome = task_group(rt, |group| {
        let (live, log) = (live.clone(), log.clone());
        async move {
            let begun = event();
            let (token, told, begins, noted) = (live.token(), group.token(), Arc::clone(&begun), log.clone());
            group.spawn(async move {
                let _token = token;
                begins.set();
                told.cancelled().await;
                noted.add("told");
                Ok(())
            });
            begun.wait().await;
            group.cancel();
            pending().await
        }
    })
    .await;
    assert!(failed.unwrap_err().is_cancelled());
    assert_eq!((live.count(), log.lines().len()), (0, 0));
}

async fn a_token_is_cancelled_when_the_group_is_aborted_or_has_ended<R: Runtime>(rt: R) {
    let tokens: Outcome<_> = task_group(rt, |group| async move { Ok([(); 2].map(|()| group.token())) }).await;
    assert!(tokens.unwrap().iter().all(CancellationToken::is_cancelled));

    let kept = Arc::new(Mutex::new(Vec::new()));
    let failed: Outcome = task_group(rt, |group| {
        let kept = Arc::clone(&kept);
        async move {
            kept.lock().unwrap().push(group.token());
            let (late, go) = (Arc::clone(&kept), event());
            group.cancel();
            assert!(kept.lock().unwrap()[0].is_cancelled());
            // Made after the abort.
            late.lock().unwrap().push(group.token());
            after(&go, Err("never")).await
        }
    })
    .await;
    assert!(failed.unwrap_err().is_cancelled());
    assert!(kept.lock().unwrap().iter().all(CancellationToken::is_cancelled));
}

async fn cancelling_a_token_ends_nothing_else<R: Runtime>(rt: R) {
    let value: Outcome<_> = task_group(rt, |group| async move {
        let (first, second) = (group.token(), group.token());
        first.cancel();
        let child = group.spawn(async { Ok("goes on") });
        let value = child.await.unwrap();
        assert!(!second.is_cancelled());
        Ok(value)
    })
    .await;
    assert_eq!(value.unwrap(), "goes on");
}

async fn a_grace_that_is_set_after_the_abort_changes_nothing<R: Runtime>(rt: R) {
    let live = Live::default();
    let begun = rt.now();
    let cancelled: Outcome = task_group(rt, |group| {
        let live = live.clone();
        async move {
            group.spawn(live.forever::<Result<(), _>>());
            group.cancel();
            group.set_grace(LONG);
            pending().await
        }
    })
    .await;
    assert!(cancelled.unwrap_err().is_cancelled());
    assert_eq!(live.count(), 0);
    assert!(rt.now() - begun < LONG);
}

/// The group that a deadline drops, inside another group: the children clean up, and the outer group waits for them.
async fn children_of_a_dropped_group_clean_up_and_the_scope_around_waits<R: Runtime>(rt: R) {
    let log = Log::default();
    let outer: Outcome<bool> = task_group(rt, |_| {
        let log = log.clone();
        async move {
            let inner = task_group(rt, |group: TaskGroup<R, &'static str>| async move {
                group.set_grace(LONG);
                group.spawn(cleans_up(rt, group.token(), &log));
                pending::<Result<(), _>>().await
            });
            Ok(timeout(rt, SHORT, inner).await.is_err())
        }
    })
    .await;
    assert!(outer.unwrap(), "the deadline came first");
    assert_eq!(log.lines(), ["told", "clean"]);
}

async fn children_of_a_dropped_group_have_no_more_than_their_time<R: Runtime>(rt: R) {
    let live = Live::default();
    let outer: Outcome = task_group(rt, |_| {
        let live = live.clone();
        async move {
            let mut inner = Box::pin(task_group(rt, |group: TaskGroup<R, &'static str>| async move {
                group.set_grace(SHORT);
                group.spawn(live.forever::<Result<(), _>>());
                pending::<Result<(), _>>().await
            }));
            assert!(poll(inner.as_mut()).is_pending());
            rt.yield_now().await;
            drop(inner);
            Ok(())
        }
    })
    .await;
    outer.unwrap();
    assert_eq!(live.count(), 0);
}

/// Nobody waits for them.
async fn children_of_a_dropped_group_that_is_in_no_scope_have_their_time<R: Runtime>(rt: R) {
    let log = Log::default();
    let noted = log.clone();
    let mut group = Box::pin(task_group(rt, |group: TaskGroup<R, &'static str>| async move {
        group.set_grace(LONG);
        group.spawn(cleans_up(rt, group.token(), &noted));
        pending::<Result<(), _>>().await
    }));
    assert!(poll(group.as_mut()).is_pending());
    drop(group);
    // Not by yielding: in a simulation time would stand still.
    while log.lines().len() < 2 {
        rt.sleep(SHORT).await;
    }
    assert_eq!(log.lines(), ["told", "clean"]);
}

/// A group inside a child has its own time, from when the child is dropped.
async fn a_group_inside_a_child_that_is_dropped_has_its_own_time<R: Runtime>(rt: R) {
    let log = Log::default();
    let failed: Outcome = task_group(rt, |group| {
        let log = log.clone();
        async move {
            let begun = event();
            let begins = Arc::clone(&begun);
            group.spawn(async move {
                let inner: Outcome = task_group(rt, |inner| async move {
                    inner.set_grace(LONG);
                    inner.spawn(cleans_up(rt, inner.token(), &log));
                    begins.set();
                    pending().await
                })
                .await;
                inner.map_err(|_| "inner")
            });
            begun.wait().await;
            Err("outer")
        }
    })
    .await;
    assert!(matches!(failed.unwrap_err().failures(), [Failure::Error("outer")]));
    assert_eq!(log.lines(), ["told", "clean"]);
}

on_each_runtime! {
    children_clean_up_when_the_group_is_cancelled
    children_clean_up_when_a_sibling_fails
    children_clean_up_when_the_body_fails
    a_failure_while_cleaning_up_is_reported
    a_value_of_a_child_that_ends_in_time_reaches_its_handle
    children_that_do_not_end_in_time_are_dropped
    the_body_has_no_grace
    no_child_is_spawned_in_the_grace
    children_without_a_grace_are_dropped_at_once
    a_token_is_cancelled_when_the_group_is_aborted_or_has_ended
    cancelling_a_token_ends_nothing_else
    a_grace_that_is_set_after_the_abort_changes_nothing
    children_of_a_dropped_group_clean_up_and_the_scope_around_waits
    children_of_a_dropped_group_have_no_more_than_their_time
    children_of_a_dropped_group_that_is_in_no_scope_have_their_time
    a_group_inside_a_child_that_is_dropped_has_its_own_time
}
