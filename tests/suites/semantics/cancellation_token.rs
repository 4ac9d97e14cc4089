//! [`CancellationToken`]: the flag and its waits. The tree, the guards, and the futures that a token ends are in files of
//! their own.

use anywake_core::CancellationToken;
use anywake_tests::{Call, CountingWaker, Task, assert_pending, leak, panic_of, queue_up, queued};
use futures_util::future::FusedFuture;

use crate::cost;

mod depth;
mod guard;
mod hazards;
mod run;
mod tree;

#[test]
fn a_new_token_is_not_cancelled() {
    assert!(!CancellationToken::new().is_cancelled());
    assert!(!CancellationToken::default().is_cancelled());
    assert_eq!(CancellationToken::new().waiters(), 0);
}

#[test]
fn a_cancel_is_for_good_and_may_be_repeated() {
    let token = CancellationToken::new();
    token.cancel();
    token.cancel();
    assert!(token.is_cancelled());
}

#[test]
fn a_clone_is_the_same_token() {
    let token = CancellationToken::new();
    let clone = token.clone();
    let mut task = queued(token.cancelled());
    assert_eq!(clone.waiters(), 1);
    clone.cancel();
    assert!(token.is_cancelled());
    task.ready();
}

#[test]
fn a_wait_for_a_cancelled_token_ends_at_once_and_does_not_touch_the_waker() {
    let token = CancellationToken::new();
    token.cancel();
    let waker = CountingWaker::new();
    Task::with_waker(token.cancelled(), waker.clone()).ready();
    Task::with_waker(token.clone().cancelled_owned(), waker.clone()).ready();
    assert_eq!(waker.count(Call::Clone), 0);
}

#[test]
fn a_cancel_wakes_each_waiter_once() {
    let token = CancellationToken::new();
    let mut tasks = queue_up(5, || token.cancelled());
    assert_eq!(token.waiters(), 5);
    token.cancel();
    token.cancel();
    assert_eq!(token.waiters(), 0);
    for task in &mut tasks {
        assert_eq!(task.wakes(), 1);
        task.ready();
    }
}

#[test]
fn a_wait_may_be_made_before_the_cancel_and_polled_after_it() {
    let token = CancellationToken::new();
    let mut task = Task::new(token.cancelled());
    token.cancel();
    task.ready();
}

#[test]
fn a_cancel_while_the_waker_is_cloned_ends_the_wait() {
    let token: &'static CancellationToken = leak(CancellationToken::new());
    let waker = CountingWaker::reentrant(Call::Clone, || token.cancel());
    Task::with_waker(token.cancelled(), waker).ready();
}

#[test]
fn an_owned_wait_keeps_its_token_in_the_tree() {
    let root = CancellationToken::new();
    let mut task = queued(root.child_token().cancelled_owned());
    root.cancel();
    task.ready();
}

#[test]
fn a_future_knows_when_it_is_terminated() {
    let token = CancellationToken::new();
    let mut task = Task::new(token.cancelled());
    assert!(!task.future().is_terminated());
    assert_pending!(task.poll());
    token.cancel();
    assert!(!task.future().is_terminated());
    task.ready();
    assert!(task.future().is_terminated());
    assert!(panic_of(|| task.poll()).contains("polled after it had completed"));
}

#[test]
fn debug_shows_the_state_and_the_number_of_waiters() {
    let token = CancellationToken::new();
    let _child = token.child_token();
    let task = queued(token.cancelled());
    assert_eq!(format!("{token:?}"), "CancellationToken { cancelled: false, waiters: 1 }");
    assert!(format!("{:?}", task.future()).starts_with("CancelledFuture { phase: Queued"));
    let guard = token.drop_guard();
    let shown = "CancelGuard { token: Some(CancellationToken { cancelled: false, waiters: 1 }) }";
    assert_eq!(format!("{guard:?}"), shown);
    drop(guard);
    assert_eq!(format!("{token:?}"), "CancellationToken { cancelled: true, waiters: 0 }");
    let run = token.run_until_cancelled(core::future::ready(()));
    assert!(format!("{run:?}").starts_with("RunUntilCancelledFuture { phase: Idle"));
}

#[test]
fn promise_1_a_cancelled_wait_takes_nobodys_wake() {
    for dropped in 0..3 {
        let token = CancellationToken::new();
        let mut tasks = queue_up(3, || token.cancelled());
        token.cancel();
        tasks.remove(dropped).cancel();
        tasks.iter_mut().for_each(|task| task.ready());
    }
}

#[test]
fn promise_4_cancelling_a_wait_takes_the_same_time_however_many_wait() {
    cost::cancelling_is_constant(|| {
        let token: &'static CancellationToken = leak(CancellationToken::new());
        move || token.cancelled()
    });
}

#[test]
fn promise_7_a_future_may_be_dropped_in_any_state() {
    let token = CancellationToken::new();
    drop(token.cancelled());
    queued(token.cancelled()).cancel();
    queued(token.clone().cancelled_owned()).cancel();
    let woken = queued(token.cancelled());
    token.cancel();
    woken.cancel();
    let mut done = Task::new(token.clone().cancelled_owned());
    done.ready();
    done.cancel();
    assert_eq!(token.waiters(), 0);
}

#[test]
fn promise_11_a_panic_between_cancel_and_poll_loses_no_wake() {
    let token = CancellationToken::new();
    let mut task = queued(token.cancelled());
    panic_of(|| {
        let _dropped = queued(token.cancelled());
        token.cancel();
        panic!("a panic between the cancel and the poll");
    });
    task.ready();
    assert_eq!(token.waiters(), 0);
}
