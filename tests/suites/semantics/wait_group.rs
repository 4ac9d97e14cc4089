//! [`WaitGroup`]: tokens that come and go, waits for none, and the close.

use anywake_tests::Arc;
use std::sync::Mutex;

use anywake_core::{AddError, ArcPart, WaitGroup, WaitToken};
use anywake_tests::{Call, CountingWaker, Task, assert_pending, block_on, leak, panic_of, queue_up, queued};
use futures_util::future::FusedFuture;

use crate::cost;

mod close;
mod rounds;

#[test]
fn tokens_are_counted_until_they_are_dropped() {
    let group = WaitGroup::default();
    assert_eq!((group.count(), group.waiters(), group.is_closed()), (0, 0, false));
    let mut tokens: Vec<_> = (0..5).map(|_| group.add().unwrap()).collect();
    assert_eq!(group.count(), 5);
    drop(tokens.remove(2));
    assert_eq!(group.count(), 4);
    tokens.push(tokens[0].clone());
    assert_eq!(group.count(), 5);
    drop(tokens);
    assert_eq!(group.count(), 0);
}

#[cfg(not(feature = "local"))]
#[test]
fn groups_live_in_statics() {
    static GROUP: WaitGroup = WaitGroup::new();
    let token = GROUP.add().unwrap();
    let mut task = queued(GROUP.wait());
    std::thread::spawn(|| drop(token)).join().unwrap();
    task.ready();
}

/// As in Go and crossbeam. With tokio-util's `TaskTracker` it would wait for a `close`.
#[test]
fn a_wait_for_an_empty_group_ends_at_once_and_does_not_touch_the_waker() {
    let group = WaitGroup::new();
    let waker = CountingWaker::new();
    Task::with_waker(group.wait(), waker.clone()).ready();
    assert_eq!(waker.count(Call::Clone), 0);
    drop(group.add().unwrap());
    Task::new(group.wait()).ready();
}

#[test]
fn a_wait_does_not_need_a_close_to_end() {
    let group = WaitGroup::new();
    let token = group.add().unwrap();
    let mut task = queued(group.wait());
    drop(token);
    task.ready();
    assert!(!group.is_closed());
}

#[test]
fn only_the_last_token_wakes_and_it_wakes_each_waiter_once() {
    let group = WaitGroup::new();
    let tokens = [group.add().unwrap(), group.add().unwrap()];
    let mut tasks = queue_up(5, || group.wait());
    let [one, other] = tokens;
    drop(one);
    assert!(tasks.iter().all(|task| !task.is_woken()));
    assert_eq!(group.waiters(), 5);
    drop(other);
    assert_eq!(group.waiters(), 0);
    for task in &mut tasks {
        assert_eq!(task.wakes(), 1);
        task.ready();
    }
}

#[test]
fn a_token_added_while_others_wait_is_waited_for_too() {
    let group = WaitGroup::new();
    let first = group.add().unwrap();
    let mut task = queued(group.wait());
    let second = group.add().unwrap();
    drop(first);
    assert_pending!(task.poll());
    drop(second);
    task.ready();
}

#[test]
fn the_last_token_that_goes_while_the_waker_is_cloned_ends_the_wait() {
    let group: &'static WaitGroup = leak(WaitGroup::new());
    let token = Mutex::new(group.add().ok());
    let waker = CountingWaker::reentrant(Call::Clone, move || drop(token.lock().unwrap().take()));
    Task::with_waker(group.wait(), waker).ready();
    assert_eq!(group.waiters(), 0);
}

#[test]
fn a_token_goes_with_its_task_when_that_panics() {
    let group = WaitGroup::new();
    let token = group.add().unwrap();
    let mut task = queued(group.wait());
    panic_of(move || {
        let _token = token;
        panic!("the task failed");
    });
    task.ready();
}

#[test]
fn a_forgotten_token_keeps_the_waits_from_ending() {
    let group = WaitGroup::new();
    core::mem::forget(group.add().unwrap());
    drop(group.add().unwrap());
    assert_pending!(queued(group.wait()).poll());
    assert_eq!(group.count(), 1);
}

#[cfg(not(feature = "local"))]
#[test]
fn owned_tokens_and_waits_keep_the_group_alive() {
    let group = Arc::new(WaitGroup::new());
    let tokens = [(); 3].map(|()| Arc::clone(&group).add_owned().unwrap());
    assert!(Arc::ptr_eq(tokens[0].group(), &group));
    let wait = group.wait_owned();
    let threads = tokens.map(|token| std::thread::spawn(move || drop(token.clone())));
    block_on(wait);
    threads.into_iter().for_each(|thread| thread.join().unwrap());
}

#[test]
fn a_token_of_a_part_keeps_the_whole_alive() {
    let server = Arc::new((WaitGroup::new(), "server"));
    let part = ArcPart::new(Arc::clone(&server), |server| &server.0);
    let token = part.clone().add().unwrap();
    let clone = token.clone();
    assert_eq!(clone.group().owner().1, "server");
    drop((token, part));
    assert_eq!((server.0.count(), Arc::strong_count(&server)), (1, 2));
    server.0.close();
    let part = ArcPart::new(Arc::clone(&server), |server| &server.0);
    assert_eq!(part.add().unwrap_err(), AddError::Closed);
    drop(clone);
    assert_eq!((server.0.count(), Arc::strong_count(&server)), (0, 1));
}

#[test]
fn a_future_knows_when_it_is_terminated() {
    let group = WaitGroup::new();
    let token = group.add().unwrap();
    let mut task = queued(group.wait());
    assert!(!task.future().is_terminated());
    drop(token);
    assert!(!task.future().is_terminated());
    task.ready();
    assert!(task.future().is_terminated());
    assert!(panic_of(|| task.poll()).contains("polled after it had completed"));
}

#[test]
fn a_group_shows_its_count_and_its_waiters() {
    let group = WaitGroup::new();
    let token = group.add().unwrap();
    let task = queued(group.wait());
    assert_eq!(format!("{group:?}"), "WaitGroup { count: 1, closed: false, waiters: 1 }");
    assert_eq!(format!("{token:?}"), "Token { count: 1 }");
    assert!(format!("{:?}", task.future()).starts_with("WaitGroupFuture { phase: Queued"));
    group.close();
    assert_eq!(format!("{group:?}"), "WaitGroup { count: 1, closed: true, waiters: 1 }");
    assert_eq!(AddError::Closed.to_string(), "the wait group is closed");
    assert_eq!(AddError::TooMany.to_string(), "more tokens than a wait group can count");
}

#[test]
fn promise_1_a_cancelled_wait_takes_nobodys_wake() {
    for dropped in 0..3 {
        let group = WaitGroup::new();
        let token = group.add().unwrap();
        let mut tasks = queue_up(3, || group.wait());
        drop(token);
        tasks.remove(dropped).cancel();
        tasks.iter_mut().for_each(Task::ready);
    }
}

#[test]
fn promise_2_waiters_are_woken_in_the_order_they_came() {
    let group = WaitGroup::new();
    let token = group.add().unwrap();
    let order = Arc::new(Mutex::new(Vec::new()));
    let mut tasks: Vec<_> = (0..40)
        .map(|name| {
            let order = order.clone();
            let waker = CountingWaker::reentrant(Call::Wake, move || order.lock().unwrap().push(name));
            Task::with_waker(group.wait(), waker)
        })
        .collect();
    for task in &mut tasks {
        assert_pending!(task.poll());
    }
    drop(token);
    let order = core::mem::take(&mut *order.lock().unwrap());
    assert_eq!(order, Vec::from_iter(0..40));
}

#[test]
fn promise_4_cancelling_takes_the_same_time_however_many_wait() {
    cost::cancelling_is_constant(|| {
        let group: &'static WaitGroup = leak(WaitGroup::new());
        core::mem::forget(group.add().unwrap());
        move || group.wait()
    });
}

#[test]
fn promise_7_a_future_may_be_dropped_in_any_state() {
    let group = WaitGroup::new();
    let token = group.add().unwrap();
    drop(group.wait());
    queued(group.wait()).cancel();
    let woken = queued(group.wait());
    drop(token);
    woken.cancel();
    let mut done = Task::new(group.wait());
    done.ready();
    done.cancel();
    assert_eq!(group.waiters(), 0);
}

#[test]
fn promise_11_a_panicking_waker_leaves_the_group_usable_and_the_others_woken() {
    let group = WaitGroup::new();
    let token = group.add().unwrap();
    let mut bad = Task::with_waker(group.wait(), CountingWaker::panicking(Call::Wake));
    assert_pending!(bad.poll());
    let mut last = queued(group.wait());
    panic_of(move || drop(token));
    assert_eq!(group.count(), 0);
    bad.ready();
    last.ready();
    drop(group.add().unwrap());
    Task::new(group.wait()).ready();
}
