//! `ExitStack`: the clean-ups run, whatever happens.

use core::future::{Future, pending};
use core::time::Duration;

use anywake::scope::Exit;
use anywake::test_util::poll;
use anywake::{ExitStack, Failure, GroupError, Runtime, exit_stack, timeout};

use crate::support::{Live, Log, after, event, message};

type Outcome<T = ()> = Result<T, GroupError<&'static str>>;

/// A clean-up that waits in between and notes why it runs.
fn note<R: Runtime>(
    rt: R,
    log: &Log,
    name: &'static str,
) -> impl FnOnce(Exit) -> core::pin::Pin<Box<dyn Future<Output = Result<(), &'static str>> + Send>> + Send + use<R>
{
    let log = log.clone();
    move |exit| {
        Box::pin(async move {
            rt.yield_now().await;
            log.add(format!("{name} {exit:?}"));
            Ok(())
        })
    }
}

async fn last_in_first_out_after_success<R: Runtime>(rt: R) {
    let log = Log::default();
    let value: Outcome<u8> = exit_stack(rt, |stack| {
        let log = log.clone();
        async move {
            stack.push_exit(note(rt, &log, "a"));
            rt.yield_now().await;
            stack.push_exit(note(rt, &log, "b"));
            assert_eq!(stack.len(), 2);
            log.add("body");
            Ok(4)
        }
    })
    .await;
    assert_eq!(value.unwrap(), 4);
    assert_eq!(log.lines(), ["body", "b Completed", "a Completed"]);
}

async fn after_an_error_and_after_a_panic<R: Runtime>(rt: R) {
    let log = Log::default();
    let failed: Outcome = exit_stack(rt, |stack| {
        stack.push_exit(note(rt, &log, "a"));
        async { Err("body") }
    })
    .await;
    assert!(matches!(failed.unwrap_err().failures(), [Failure::Error("body")]));
    let panicked: Outcome = exit_stack(rt, |stack| {
        stack.push_exit(note(rt, &log, "b"));
        async { panic!("in the body") }
    })
    .await;
    let failures: Vec<_> = panicked.unwrap_err().into_iter().collect();
    assert!(matches!(&failures[..], [Failure::Panicked(panic)] if message(panic) == "in the body"));
    assert_eq!(log.lines(), ["a Failed", "b Panicked"]);
}

async fn after_the_scope_was_dropped<R: Runtime>(rt: R) {
    let log = Log::default();
    let done = event();
    let scope = exit_stack(rt, |stack| {
        let ends = std::sync::Arc::clone(&done);
        stack.push(async move {
            ends.set();
            Ok(())
        });
        stack.push_exit(note(rt, &log, "a"));
        stack.push_exit(note(rt, &log, "b"));
        pending::<Result<(), &'static str>>()
    });
    assert!(timeout(rt, Duration::ZERO, scope).await.is_err());
    done.wait().await;
    assert_eq!(log.lines(), ["b Cancelled", "a Cancelled"]);
}

async fn body_is_gone_before_the_clean_up<R: Runtime>(rt: R) {
    let live = Live::default();
    let outcome: Outcome = exit_stack(rt, |stack| {
        let (watch, token) = (live.clone(), live.token());
        stack.push(async move { if watch.count() == 0 { Ok(()) } else { Err("the body is still there") } });
        async move {
            let _token = token;
            Ok(())
        }
    })
    .await;
    outcome.unwrap();
}

async fn failed_clean_ups_do_not_stop_the_others<R: Runtime>(rt: R) {
    let log = Log::default();
    let failed: Outcome = exit_stack(rt, |stack| {
        stack.push_exit(note(rt, &log, "last"));
        stack.push(async { Err("clean-up") });
        stack.push_exit(|_| -> core::future::Ready<Result<(), &'static str>> { panic!("before it waits") });
        stack.push(async { panic!("while it waits") });
        async { Err("body") }
    })
    .await;
    let failures: Vec<_> = failed.unwrap_err().into_iter().map(|failure| failure.to_string()).collect();
    assert_eq!(
        failures,
        ["body", "the task panicked: while it waits", "the task panicked: before it waits", "clean-up"]
    );
    assert_eq!(log.lines(), ["last Failed"]);
}

async fn clean_up_that_fails_after_success_is_an_error<R: Runtime>(rt: R) {
    let failed: Outcome<u8> = exit_stack(rt, |stack| {
        stack.push(async { Err("clean-up") });
        async { Ok(1) }
    })
    .await;
    assert!(matches!(failed.unwrap_err().failures(), [Failure::Error("clean-up")]));
}

async fn clean_up_that_has_begun_is_not_cut_short<R: Runtime>(rt: R) {
    let (go, done) = (event(), event());
    let stack = ExitStack::<R, ()>::new(rt);
    let (goes, ends) = (after(&go, ()), std::sync::Arc::clone(&done));
    stack.push(async move {
        ends.set();
        Ok(())
    });
    stack.push(async move {
        goes.await;
        Ok(())
    });
    let mut closing = Box::pin(stack.close());
    assert!(poll(closing.as_mut()).is_pending());
    drop(closing);
    go.set();
    done.wait().await;
}

async fn clean_up_may_push_another<R: Runtime>(rt: R) {
    let log = Log::default();
    let outcome: Outcome = exit_stack(rt, |stack| {
        stack.push_exit(note(rt, &log, "first pushed"));
        let (inner, noted) = (stack.clone(), note(rt, &log, "pushed by a clean-up"));
        stack.push(async move {
            inner.push_exit(noted);
            Ok(())
        });
        async { Ok(()) }
    })
    .await;
    outcome.unwrap();
    assert_eq!(log.lines(), ["pushed by a clean-up Completed", "first pushed Completed"]);
}

async fn pop_all_lets_the_resources_live<R: Runtime>(rt: R) {
    let (log, live) = (Log::default(), Live::default());
    let kept: Result<ExitStack<R, &'static str>, _> = exit_stack(rt, |stack| {
        stack.keep(live.token());
        stack.push_exit(note(rt, &log, "a"));
        async move { Ok(stack.pop_all()) }
    })
    .await;
    let kept = kept.unwrap();
    assert_eq!((log.lines().len(), live.count(), kept.len()), (0, 1, 2));
    kept.close().await.unwrap();
    assert_eq!((log.lines(), live.count()), (vec!["a Completed".to_owned()], 0));
}

async fn stack_that_is_dropped_cleans_up<R: Runtime>(rt: R) {
    let (live, log) = (Live::default(), Log::default());
    let stack = ExitStack::<R, &'static str>::new(rt);
    stack.keep(live.token());
    stack.push_exit(note(rt, &log, "a"));
    let clone = stack.clone();
    drop(stack);
    rt.yield_now().await;
    assert_eq!(live.count(), 1, "a clone is left");
    drop(clone);
    live.gone(rt).await;
    assert_eq!(log.lines(), ["a Cancelled"]);
    ExitStack::<R, ()>::new(rt).close().await.unwrap();
}

on_each_runtime! {
    last_in_first_out_after_success
    after_an_error_and_after_a_panic
    after_the_scope_was_dropped
    body_is_gone_before_the_clean_up
    failed_clean_ups_do_not_stop_the_others
    clean_up_that_fails_after_success_is_an_error
    clean_up_that_has_begun_is_not_cut_short
    clean_up_may_push_another
    pop_all_lets_the_resources_live
    stack_that_is_dropped_cleans_up
}
