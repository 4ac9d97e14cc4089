//! `task_group`: nothing outlives it, and nothing that fails in it is lost.

use core::future::{Future as _, pending};
use core::pin::pin;
use core::task::{Context, Waker};
use core::time::Duration;
use std::sync::{Arc, Mutex};
use std::task::Wake;

use anywake::test_util::{Simulated, Simulation, poll};
use anywake::{Failure, GroupError, Runtime, Task, TaskError, TaskGroup, task_group};

use crate::support::{Live, Log, PanicOnDrop, after, event, message, simulate};

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

async fn body_whose_destructor_panics_does_not_escape_from_the_group<R: Runtime>(rt: R) {
    let live = Live::default();
    let failed: Outcome = task_group(rt, |group| {
        let live = live.clone();
        async move {
            let _bomb = PanicOnDrop("body");
            group.spawn(live.forever::<Result<(), _>>());
            group.spawn(async { Err::<(), _>("child") });
            pending().await
        }
    })
    .await;
    assert_eq!(live.count(), 0);
    let failures: Vec<_> = failed.unwrap_err().into_iter().collect();
    let [Failure::Error("child"), Failure::Panicked(panic)] = &failures[..] else { panic!("{failures:?}") };
    assert_eq!(message(panic), "body");
}

async fn value_of_the_body_that_panics_in_its_drop_hides_no_failure<R: Runtime>(rt: R) {
    let failed: Outcome<PanicOnDrop> = task_group(rt, |group| async move {
        group.spawn(async { Err::<(), _>("child") });
        Ok(PanicOnDrop("value"))
    })
    .await;
    let failures: Vec<_> = failed.err().unwrap().into_iter().collect();
    let [Failure::Error("child"), Failure::Panicked(panic)] = &failures[..] else { panic!("{failures:?}") };
    assert_eq!(message(panic), "value");
}

/// All failures of an aborted body are kept: what was cancelled may fail too, many times.
async fn every_failure_of_an_aborted_group_is_kept<R: Runtime>(rt: R) {
    let failed: Outcome = task_group(rt, |group| async move {
        let begun = [(); 3].map(|()| {
            let begins = event();
            let begun = Arc::clone(&begins);
            group.spawn(async move {
                let _bomb = PanicOnDrop("child");
                begins.set();
                pending::<Result<(), _>>().await
            });
            begun
        });
        for begun in begun {
            begun.wait().await;
        }
        let _bomb = PanicOnDrop("body");
        Err("error")
    })
    .await;
    let failures: Vec<_> = failed.unwrap_err().into_iter().map(|failure| failure.to_string()).collect();
    assert_eq!(failures.len(), 4, "{failures:?}");
    assert!(failures[3].contains("body"), "{failures:?}");
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
    body_whose_destructor_panics_does_not_escape_from_the_group
    value_of_the_body_that_panics_in_its_drop_hides_no_failure
    every_failure_of_an_aborted_group_is_kept
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

#[test]
fn unwanted_value_that_panics_while_it_is_dropped_does_not_hold_the_group_up() {
    simulate(|| async {
        let outcome: Outcome = task_group(Simulated, |group| async move {
            drop(group.spawn(async { Ok(PanicOnDrop("unwanted")) }));
            Ok(())
        })
        .await;
        outcome.unwrap();
    });
}

/// It reports in its drop, so the child's value is in its handle when the group's future is woken, not only when that
/// is polled.
#[test]
fn group_is_told_after_the_value_of_its_child_is_in_its_handle() {
    let handle = Arc::new(Mutex::new(None));
    let told = Arc::new(Told { handle: Arc::clone(&handle), finished: Mutex::new(Vec::new()) });
    Simulation::new().run(async {
        let go = event();
        let mut group = pin!(task_group(Simulated, |group: TaskGroup<_, ()>| {
            *handle.lock().unwrap() = Some(group.spawn(after(&go, Ok(()))));
            async { Ok(()) }
        }));
        let waker = Waker::from(Arc::clone(&told));
        assert!(group.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
        go.set();
        Simulated.sleep(Duration::from_secs(1)).await;
        assert!(poll(group).is_ready());
    });
    assert_eq!(*told.finished.lock().unwrap(), [true]);
}

/// Notes whether the task had ended when it was woken.
struct Told {
    handle: Arc<Mutex<Option<Task<()>>>>,
    finished: Mutex<Vec<bool>>,
}

impl Wake for Told {
    fn wake(self: Arc<Self>) {
        let finished = self.handle.lock().unwrap().as_ref().unwrap().is_finished();
        self.finished.lock().unwrap().push(finished);
    }
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
