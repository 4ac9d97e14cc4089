//! Scopes within scopes: what a dropped scope leaves behind does not outlive the scope around it.

use core::future::{Future, pending};
use core::time::Duration;
use std::sync::{Arc, Mutex};

use anywake::scope::Exit;
use anywake::test_util::{Simulated, Simulation, poll};
use anywake::{
    ContextVar, ExitStack, Failure, GroupError, Runtime, TaskGroup, exit_stack, gather, gather_settled, race,
    stream, task_group, timeout,
};
use futures_util::{StreamExt as _, stream as streams};

use crate::group::Outcome;
use crate::support::{Live, Log, PanicOnDrop, after, event, message};

/// Waits in a group of its own, which never ends by itself; `begun` is set when its child runs.
fn inner_group<R: Runtime>(
    rt: R,
    live: &Live,
    begun: &Arc<anywake::Event>,
) -> impl Future<Output = Result<(), &'static str>> + Send + 'static {
    let (live, begun) = (live.clone(), Arc::clone(begun));
    async move {
        let inner: Outcome = task_group(rt, |group| async move {
            let forever = live.forever();
            group.spawn::<_, ()>(async move {
                begun.set();
                forever.await
            });
            pending().await
        })
        .await;
        inner.map_err(|_| "inner")
    }
}

/// A stack with a clean-up that waits for a while, notes that it ran, and fails.
fn stack_that_fails<R: Runtime, E: Send + 'static>(
    rt: R,
    log: &Log,
    begun: &Arc<anywake::Event>,
    error: E,
) -> impl Future<Output = Result<(), &'static str>> + Send + 'static {
    let (log, begun) = (log.clone(), Arc::clone(begun));
    async move {
        let stacked: Result<(), GroupError<E>> = exit_stack(rt, |stack| async move {
            stack.push_exit(move |exit| async move {
                for _ in 0..5 {
                    rt.yield_now().await;
                }
                log.add(format!("{exit:?}"));
                Err(error)
            });
            begun.set();
            pending().await
        })
        .await;
        stacked.map_err(|_| "stacked")
    }
}

async fn children_of_a_group_in_a_cancelled_child_have_ended_when_the_outer_group_returns<R: Runtime>(rt: R) {
    let (live, begun) = (Live::default(), event());
    let inner = inner_group(rt, &live, &begun);
    let failed: Outcome = task_group(rt, |group| async move {
        group.spawn(inner);
        begun.wait().await;
        Err("outer")
    })
    .await;
    assert_eq!(live.count(), 0);
    assert!(matches!(failed.unwrap_err().failures(), [Failure::Error("outer")]));
}

async fn children_of_a_group_in_a_cancelled_body_have_ended_when_the_outer_group_returns<R: Runtime>(rt: R) {
    let (live, begun) = (Live::default(), event());
    let inner = inner_group(rt, &live, &begun);
    let failed: Outcome = task_group(rt, |group| async move {
        group.spawn(async move {
            begun.wait().await;
            Err::<(), _>("outer")
        });
        inner.await
    })
    .await;
    assert_eq!(live.count(), 0);
    assert!(matches!(failed.unwrap_err().failures(), [Failure::Error("outer")]));
}

async fn groups_at_every_depth_have_ended_when_the_outermost_returns<R: Runtime>(rt: R) {
    let (live, begun) = (Live::default(), event());
    let inner = inner_group(rt, &live, &begun);
    let middle = async move {
        // In a body, in a child, and with a stack in between.
        let middle: Outcome = task_group(rt, |group| async move {
            group.spawn(async move {
                let stacked: Outcome = exit_stack(rt, |_| inner).await;
                stacked.map_err(|_| "stacked")
            });
            pending().await
        })
        .await;
        middle.map_err(|_| "middle")
    };
    let failed: Outcome = task_group(rt, |group| async move {
        group.spawn(middle);
        begun.wait().await;
        Err("outer")
    })
    .await;
    assert_eq!(live.count(), 0);
    assert!(matches!(failed.unwrap_err().failures(), [Failure::Error("outer")]));
}

async fn clean_ups_of_a_stack_in_a_cancelled_child_run_and_tell_the_group<R: Runtime>(rt: R) {
    let log = Log::default();
    let begun = [event(), event()];
    let same = stack_that_fails(rt, &log, &begun[0], "clean-up");
    let foreign = stack_that_fails(rt, &log, &begun[1], 17);
    let failed: Outcome = task_group(rt, |group| async move {
        group.spawn(same);
        group.spawn(foreign);
        for begun in begun {
            begun.wait().await;
        }
        Err("outer")
    })
    .await;
    assert_eq!(log.lines(), ["Cancelled", "Cancelled"], "before the group returns");
    let mut failures: Vec<_> = failed.unwrap_err().into_iter().collect();
    assert!(matches!(failures.pop(), Some(Failure::Error("outer"))));
    let foreign = failures.iter().position(|failure| matches!(failure, Failure::Foreign(_))).unwrap();
    let Failure::Foreign(error) = failures.remove(foreign) else { unreachable!() };
    assert_eq!(error.downcast::<&str>().unwrap_err().downcast::<i32>().unwrap(), 17);
    assert!(matches!(failures[..], [Failure::Error("clean-up")]));
}

async fn clean_ups_that_have_begun_when_their_child_is_cancelled_end_before_the_group<R: Runtime>(rt: R) {
    let (log, begun, go) = (Log::default(), event(), event());
    let (noted, begins, goes) = (log.clone(), Arc::clone(&begun), after(&go, ()));
    let child = async move {
        let stack = ExitStack::new(rt);
        stack.push(async move {
            begins.set();
            goes.await;
            noted.add("cleaned up");
            Err("clean-up")
        });
        stack.close().await.map_err(|_| "closed")
    };
    let failed: Outcome = task_group(rt, |group| async move {
        group.spawn(child);
        begun.wait().await;
        go.set();
        Err("outer")
    })
    .await;
    assert_eq!(log.lines(), ["cleaned up"]);
    let failures: Vec<_> = failed.unwrap_err().into_iter().map(|failure| failure.to_string()).collect();
    // The child may have come to its end before it was cancelled.
    assert!(failures == ["clean-up", "outer"] || failures == ["closed", "outer"], "{failures:?}");
}

async fn stack_that_a_cancelled_child_owns_is_cleaned_up_before_the_group_returns<R: Runtime>(rt: R) {
    let (log, begun) = (Log::default(), event());
    let (noted, begins) = (log.clone(), Arc::clone(&begun));
    let failed: Outcome = task_group(rt, |group| async move {
        group.spawn::<_, ()>(async move {
            let stack = ExitStack::new(rt);
            stack.push_exit(move |exit| async move {
                rt.yield_now().await;
                noted.add(format!("{exit:?}"));
                Err("clean-up")
            });
            begins.set();
            pending().await
        });
        begun.wait().await;
        Err("outer")
    })
    .await;
    assert_eq!(log.lines(), ["Cancelled"]);
    assert_eq!(failed.unwrap_err().failures().len(), 2);
}

async fn failures_of_a_dropped_group_are_those_of_the_group_around<R: Runtime>(rt: R) {
    let begun = event();
    let begins = Arc::clone(&begun);
    let inner = async move {
        let inner: Result<(), GroupError<u8>> = task_group(rt, |group| async move {
            group.spawn::<_, ()>(async move {
                let _bomb = PanicOnDrop("cancelled");
                begins.set();
                pending().await
            });
            pending().await
        })
        .await;
        inner.map_err(|_| "inner")
    };
    let failed: Outcome = task_group(rt, |group| async move {
        group.spawn(inner);
        begun.wait().await;
        Err("outer")
    })
    .await;
    let failures: Vec<_> = failed.unwrap_err().into_iter().collect();
    let [Failure::Panicked(panic), Failure::Error("outer")] = &failures[..] else { panic!("{failures:?}") };
    assert_eq!(message(panic), "cancelled");
}

async fn group_that_a_timeout_drops_has_ended_when_the_group_around_returns<R: Runtime>(rt: R) {
    let (live, begun) = (Live::default(), event());
    let inner = inner_group(rt, &live, &begun);
    let outcome: Outcome = task_group(rt, |_| async move {
        assert!(timeout(rt, Duration::from_millis(1), inner).await.is_err());
        Ok(())
    })
    .await;
    outcome.unwrap();
    assert_eq!(live.count(), 0);
}

/// It is a child's failure, as if the clean-up had run in the child itself.
async fn failed_clean_up_of_a_scope_that_a_timeout_drops_aborts_the_group<R: Runtime>(rt: R) {
    let (live, log, begun) = (Live::default(), Log::default(), event());
    let scope = stack_that_fails(rt, &log, &begun, "clean-up");
    let forever = live.forever();
    let failed: Outcome = task_group(rt, |group| async move {
        group.spawn(async move {
            assert!(timeout(rt, Duration::from_millis(1), scope).await.is_err());
            Ok(())
        });
        forever.await
    })
    .await;
    assert_eq!(live.count(), 0);
    assert!(matches!(failed.unwrap_err().failures(), [Failure::Error("clean-up")]));
}

async fn clean_ups_begin_when_a_group_that_was_dropped_in_the_body_has_ended<R: Runtime>(rt: R) {
    for given_up in [false, true] {
        let (live, begun, done) = (Live::default(), event(), event());
        let (watch, ends) = (live.clone(), Arc::clone(&done));
        let inner = inner_group(rt, &live, &begun);
        let scope = exit_stack(rt, |stack| async move {
            stack.push(async move {
                assert_eq!(watch.count(), 0, "the resource is still in use");
                ends.set();
                Ok(())
            });
            if given_up {
                return inner.await;
            }
            assert!(timeout(rt, Duration::from_millis(1), inner).await.is_err());
            Ok(())
        });
        let ended = timeout(rt, Duration::from_millis(if given_up { 1 } else { 10_000 }), scope).await;
        assert_eq!(ended.is_err(), given_up);
        done.wait().await;
    }
}

async fn tasks_that_a_dropped_tool_cancels_have_ended_when_the_group_returns<R: Runtime>(rt: R) {
    let (live, begun) = (Live::default(), event());
    let tasks = [(); 3].map(|()| {
        let (forever, begun) = (live.forever::<()>(), Arc::clone(&begun));
        rt.spawn(async move {
            begun.set();
            forever.await
        })
    });
    let [gathered, raced, settled] = tasks;
    let token = live.token();
    let endless = streams::repeat_with(move || Arc::clone(&token));
    let failed: Outcome = task_group(rt, |group| async move {
        let (gathered, raced) = (gather([gathered]), race([raced]));
        group.spawn(async move { gathered.await.map(drop).map_err(|_| "gather") });
        group.spawn(async move {
            _ = raced.await;
            Ok(())
        });
        let mut buffered = stream::buffered(rt, 1, endless).unwrap();
        buffered.next().await;
        begun.wait().await;
        group.spawn(async { Err::<(), _>("outer") });
        gather_settled([settled]).await;
        drop(buffered);
        Ok(())
    })
    .await;
    assert_eq!(live.count(), 0);
    assert!(matches!(failed.unwrap_err().failures(), [Failure::Error("outer")]));
}

async fn task_whose_cancelling_handle_is_dropped_in_a_group_has_ended_when_that_returns<R: Runtime>(rt: R) {
    let (live, begun) = (Live::default(), event());
    let (forever, begins) = (live.forever::<()>(), Arc::clone(&begun));
    let task = rt.spawn(async move {
        begins.set();
        forever.await
    });
    let outcome: Outcome = task_group(rt, |_| async move {
        begun.wait().await;
        drop(task.cancel_on_drop());
        Ok(())
    })
    .await;
    outcome.unwrap();
    assert_eq!(live.count(), 0);
}

async fn task_that_was_spawned_by_itself_belongs_to_no_group<R: Runtime>(rt: R) {
    let (live, begun, go) = (Live::default(), event(), event());
    let (begins, goes) = (Arc::clone(&begun), after(&go, ()));
    let token = live.token();
    let task = Mutex::new(None);
    let outcome: Outcome = task_group(rt, |_| {
        *task.lock().unwrap() = Some(rt.spawn(async move {
            let stack = ExitStack::<R, ()>::new(rt);
            stack.push(async move {
                goes.await;
                drop(token);
                Ok(())
            });
            begins.set();
            pending::<()>().await
        }));
        async {
            begun.wait().await;
            task.lock().unwrap().take().unwrap().cancel();
            Ok(())
        }
    })
    .await;
    outcome.unwrap();
    assert_eq!(live.count(), 1, "its clean-up holds up nobody");
    go.set();
    live.gone(rt).await;
}

async fn stack_that_leaves_its_group_holds_up_nobody<R: Runtime>(rt: R) {
    let log = Log::default();
    let stack: Outcome<ExitStack<R, &'static str>> = task_group(rt, |_| async {
        let stack = ExitStack::new(rt);
        let log = log.clone();
        stack.push(async move {
            log.add("cleaned up");
            Err("nobody hears this")
        });
        Ok(stack)
    })
    .await;
    drop(stack.unwrap());
    while log.lines().is_empty() {
        rt.yield_now().await;
    }
}

on_each_runtime! {
    children_of_a_group_in_a_cancelled_child_have_ended_when_the_outer_group_returns
    children_of_a_group_in_a_cancelled_body_have_ended_when_the_outer_group_returns
    groups_at_every_depth_have_ended_when_the_outermost_returns
    clean_ups_of_a_stack_in_a_cancelled_child_run_and_tell_the_group
    clean_ups_that_have_begun_when_their_child_is_cancelled_end_before_the_group
    stack_that_a_cancelled_child_owns_is_cleaned_up_before_the_group_returns
    failures_of_a_dropped_group_are_those_of_the_group_around
    group_that_a_timeout_drops_has_ended_when_the_group_around_returns
    failed_clean_up_of_a_scope_that_a_timeout_drops_aborts_the_group
    clean_ups_begin_when_a_group_that_was_dropped_in_the_body_has_ended
    tasks_that_a_dropped_tool_cancels_have_ended_when_the_group_returns
    task_whose_cancelling_handle_is_dropped_in_a_group_has_ended_when_that_returns
    task_that_was_spawned_by_itself_belongs_to_no_group
    stack_that_leaves_its_group_holds_up_nobody
}

#[test]
fn clean_ups_that_do_not_wait_are_done_at_the_end_of_the_runtime() {
    static NAME: ContextVar<&str> = ContextVar::new();
    let log = Log::default();
    Simulation::new().run(async {
        for begins in [false, true] {
            let note = |name: &'static str| {
                let log = log.clone();
                move |exit: Exit| async move {
                    log.add(format!("{name} {exit:?} {}", NAME.get().unwrap_or("nobody")));
                    Ok(())
                }
            };
            let scope = NAME.scope(
                if begins { "begun" } else { "not begun" },
                exit_stack(Simulated, |stack: ExitStack<_, ()>| async move {
                    stack.push_exit(note("first"));
                    stack.push(pending());
                    stack.push_exit(note("last"));
                    pending::<Result<(), ()>>().await
                }),
            );
            let mut scope = Box::pin(scope);
            assert!(poll(scope.as_mut()).is_pending());
            drop(scope);
            if begins {
                Simulated.sleep(Duration::from_secs(1)).await;
            }
        }
    });
    let lines = log.lines();
    assert_eq!(
        lines,
        [
            "last Cancelled not begun",
            "last Cancelled begun",
            "first Cancelled not begun",
            "first Cancelled begun"
        ]
    );
}

#[test]
fn clean_ups_that_are_cut_short_are_failures_for_those_who_still_hear_of_it() {
    let failures = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&failures);
    let mut group = None;
    Simulation::new().run(async {
        let mut outer = Box::pin(task_group(Simulated, |group: TaskGroup<_, &'static str>| async move {
            let child = group.spawn(async {
                let stack = ExitStack::<_, &str>::new(Simulated);
                stack.push(async { Err("done") });
                stack.push(pending());
                pending::<Result<(), _>>().await
            });
            Simulated.yield_now().await;
            child.cancel();
            pending::<Result<(), _>>().await
        }));
        assert!(poll(outer.as_mut()).is_pending());
        Simulated.sleep(Duration::from_secs(1)).await;
        assert!(poll(outer.as_mut()).is_pending());
        Simulated.sleep(Duration::from_secs(1)).await;
        assert!(poll(outer.as_mut()).is_pending());
        group = Some(outer);
    });
    let ended = anywake::blocking::wait(group.unwrap());
    for failure in ended.unwrap_err() {
        kept.lock().unwrap().push(failure.to_string());
    }
    assert_eq!(*failures.lock().unwrap(), ["done", "the task was cancelled"]);
}

/// A runtime of the program's own, which is shut down while a task waits in a stack.
#[cfg(feature = "tokio")]
#[test]
fn clean_ups_that_do_not_wait_are_done_when_a_tokio_runtime_shuts_down() {
    use anywake::Tokio;

    let log = Log::default();
    let runtime = ::tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let begun = event();
    let (noted, begins) = (log.clone(), Arc::clone(&begun));
    runtime.block_on(async {
        drop(Tokio.spawn(exit_stack(Tokio, |stack: ExitStack<_, ()>| async move {
            let last = noted.clone();
            stack.push_exit(move |exit| async move {
                noted.add(format!("first {exit:?}"));
                Ok(())
            });
            stack.push(async {
                Tokio.sleep(Duration::from_secs(600)).await;
                Ok(())
            });
            stack.push_exit(move |exit| async move {
                last.add(format!("last {exit:?}"));
                Ok(())
            });
            begins.set();
            pending::<Result<(), ()>>().await
        })));
        begun.wait().await;
    });
    drop(runtime);
    assert_eq!(log.lines(), ["last Cancelled", "first Cancelled"]);
}
