//! `task_group`: nothing outlives it, and nothing that fails in it is lost.

use core::future::{Future, pending};
use core::panic::AssertUnwindSafe;
use core::pin::pin;
use core::time::Duration;
use std::sync::{Arc, Mutex};

use anywake::test_util::{Simulated, poll};
use anywake::{Failure, GroupError, Runtime, TaskError, TaskGroup, task_group};
use futures_util::FutureExt as _;

use crate::support::{Live, Log, PanicOnDrop, event, message, simulate};

pub(crate) type Outcome<T = ()> = Result<T, GroupError<&'static str>>;

async fn children_have_ended_when_the_group_returns<R: Runtime>(rt: R) {
    let (live, log) = (Live::default(), Log::default());
    let sum: Outcome<u32> = task_group(rt, |group| {
        let (live, log) = (live.clone(), log.clone());
        async move {
            for n in 0..10 {
                let (token, log) = (live.token(), log.clone());
                // The handle is dropped: that does not detach a child.
                drop(group.spawn(async move {
                    let _token = token;
                    rt.yield_now().await;
                    log.add(n);
                    Ok(())
                }));
            }
            let values = [group.spawn(async { Ok(20) }), group.spawn(async { Ok(22) })];
            let mut sum = 0;
            for value in values {
                sum += value.await.unwrap();
            }
            Ok(sum)
        }
    })
    .await;
    assert_eq!(sum.unwrap(), 42);
    assert_eq!(live.count(), 0);
    assert_eq!(log.lines().len(), 10);
}

async fn first_failure_cancels_the_siblings_and_the_body<R: Runtime>(rt: R) {
    let live = Live::default();
    let failed: Outcome = task_group(rt, |group| {
        let live = live.clone();
        async move {
            for _ in 0..10 {
                group.spawn(live.forever::<Result<(), _>>());
            }
            group.spawn(async { Err::<(), _>("first") });
            live.forever().await
        }
    })
    .await;
    assert_eq!(live.count(), 0, "all are gone when the group returns");
    assert!(matches!(failed.unwrap_err().failures(), [Failure::Error("first")]));
}

/// asyncio's `[ValueError(1), KeyError(2)]`: the second one is raised while the first one's cancel is handled.
async fn failures_while_the_group_ends_are_kept_in_order<R: Runtime>(rt: R) {
    let failed: Outcome = task_group(rt, |group| async move {
        let waits = event();
        let waiting = Arc::clone(&waits);
        group.spawn(async move {
            let _bomb = PanicOnDrop("second");
            waiting.set();
            pending::<Result<(), _>>().await
        });
        waits.wait().await;
        group.spawn(async { Err::<(), _>("first") });
        Ok(())
    })
    .await;
    let failures: Vec<_> = failed.unwrap_err().into_iter().collect();
    let [Failure::Error("first"), Failure::Panicked(panic)] = &failures[..] else { panic!("{failures:?}") };
    assert_eq!(message(panic), "second");
}

async fn panic_of_a_child_is_a_failure<R: Runtime>(rt: R) {
    let failed: Outcome = task_group(rt, |group| async move {
        group.spawn::<_, ()>(async { panic!("boom") });
        pending().await
    })
    .await;
    let error = failed.unwrap_err();
    assert_eq!(error.to_string(), "the task panicked: boom");
    assert!(matches!(error.failures(), [Failure::Panicked(_)]));
}

async fn failure_of_the_body_comes_last<R: Runtime>(rt: R) {
    let alone: Outcome = task_group(rt, |_| async { Err("body") }).await;
    assert!(matches!(alone.unwrap_err().failures(), [Failure::Error("body")]));

    let live = Live::default();
    let failed: Outcome = task_group(rt, |group| {
        let live = live.clone();
        async move {
            let began = event();
            let begins = Arc::clone(&began);
            group.spawn(async move {
                let _bomb = PanicOnDrop("child");
                begins.set();
                pending::<Result<(), _>>().await
            });
            group.spawn(live.forever::<Result<(), _>>());
            began.wait().await;
            Err("body")
        }
    })
    .await;
    assert_eq!(live.count(), 0);
    assert!(matches!(failed.unwrap_err().failures(), [Failure::Panicked(_), Failure::Error("body")]));
}

async fn panic_of_the_body_is_a_failure_after_its_children_have_ended<R: Runtime>(rt: R) {
    let live = Live::default();
    let inner = live.clone();
    let failed: Outcome = task_group(rt, |group| async move {
        group.spawn(inner.forever::<Result<(), _>>());
        panic!("in the body")
    })
    .await;
    assert_eq!(live.count(), 0);
    let failures: Vec<_> = failed.unwrap_err().into_iter().collect();
    assert!(matches!(&failures[..], [Failure::Panicked(panic)] if message(panic) == "in the body"));
}

fn tree<R: Runtime>(rt: R, group: &TaskGroup<R, &'static str>, live: &Live, depth: u32) {
    for _ in 0..2 {
        let (below, live, token) = (group.clone(), live.clone(), live.token());
        group.spawn(async move {
            let _token = token;
            rt.yield_now().await;
            if depth > 0 {
                tree(rt, &below, &live, depth - 1);
            }
            Ok(())
        });
    }
}

async fn children_may_spawn_children<R: Runtime>(rt: R) {
    let live = Live::default();
    let group = Arc::new(Mutex::new(None));
    let outcome: Outcome = task_group(rt, |inside| {
        tree(rt, &inside, &live, 5);
        *group.lock().unwrap() = Some(inside);
        async { Ok(()) }
    })
    .await;
    outcome.unwrap();
    assert_eq!(live.count(), 0);
    let group = group.lock().unwrap().take().unwrap();
    assert!(group.is_empty());
}

async fn nothing_begins_in_a_group_that_has_ended<R: Runtime>(rt: R) {
    let (live, mut smuggled) = (Live::default(), None);
    let outcome: Outcome = task_group(rt, |group| {
        smuggled = Some(group);
        async { Ok(()) }
    })
    .await;
    outcome.unwrap();
    let late = smuggled.unwrap().spawn(live.forever::<Result<(), _>>());
    assert_eq!(live.count(), 0, "dropped at once");
    assert!(matches!(late.await, Err(TaskError::Cancelled)));
}

async fn groups_within_groups<R: Runtime>(rt: R) {
    let live = Live::default();
    let outer: Result<(), GroupError<String>> = task_group(rt, |group| {
        let live = live.clone();
        async move {
            group.spawn(live.forever::<Result<(), _>>());
            group.spawn(async move {
                let inner: Outcome = task_group(rt, |group| async move {
                    group.spawn(live.forever::<Result<(), _>>());
                    group.spawn(async { Err::<(), _>("deep") });
                    Ok(())
                })
                .await;
                inner.map_err(|error| format!("inner: {error}"))
            });
            Ok(())
        }
    })
    .await;
    assert_eq!(live.count(), 0);
    assert_eq!(outer.unwrap_err().to_string(), "inner: deep");
}

on_each_runtime! {
    children_have_ended_when_the_group_returns
    first_failure_cancels_the_siblings_and_the_body
    failures_while_the_group_ends_are_kept_in_order
    panic_of_a_child_is_a_failure
    failure_of_the_body_comes_last
    panic_of_the_body_is_a_failure_after_its_children_have_ended
    children_may_spawn_children
    nothing_begins_in_a_group_that_has_ended
    groups_within_groups
}

/// [`Simulated`], but a task that panics itself does not end the simulation.
#[derive(Clone, Copy, Debug, Default)]
struct Catching;

impl Runtime for Catching {
    fn name(self) -> &'static str {
        "catching"
    }

    fn block_on<F: Future>(self, future: F) -> F::Output {
        Simulated.block_on(future)
    }

    fn spawn_detached<F: Future<Output = ()> + Send + 'static>(self, future: F) {
        Simulated.spawn_detached(async { _ = AssertUnwindSafe(future).catch_unwind().await });
    }

    fn spawn_blocking_detached<F: FnOnce() + Send + 'static>(self, job: F) {
        Simulated.spawn_blocking_detached(job);
    }

    fn sleep(self, duration: Duration) -> impl Future<Output = ()> + Send + 'static {
        Simulated.sleep(duration)
    }

    fn yield_now(self) -> impl Future<Output = ()> + Send + 'static {
        Simulated.yield_now()
    }
}

#[test]
fn unwanted_value_that_panics_while_it_is_dropped_does_not_hold_the_group_up() {
    simulate(|| async {
        let outcome: Outcome = task_group(Catching, |group| async move {
            drop(group.spawn(async { Ok(PanicOnDrop("unwanted")) }));
            Ok(())
        })
        .await;
        outcome.unwrap();
    });
}

#[test]
fn group_is_open_while_its_body_waits_without_children() {
    simulate(|| async {
        let mut group = pin!(task_group(Simulated, |group: TaskGroup<_, ()>| async move {
            Simulated.sleep(Duration::from_secs(1)).await;
            group.spawn(async { Ok(7) }).await.map_err(|_| ())
        }));
        assert!(poll(group.as_mut()).is_pending());
        assert_eq!(group.await.unwrap(), 7);
    });
}
