//! What `close` adds: after it, nothing begins any more.

use super::*;

#[test]
fn a_closed_group_refuses_tokens_and_keeps_those_that_are_there() {
    let group = Arc::new(WaitGroup::new());
    let token = group.add().unwrap();
    group.close();
    group.close();
    assert!(group.is_closed());
    assert_eq!(group.add().unwrap_err(), AddError::Closed);
    assert_eq!(Arc::clone(&group).add_owned().unwrap_err(), AddError::Closed);
    assert_eq!(group.count(), 1);
    drop(token);
    assert_eq!(group.add().unwrap_err(), AddError::Closed, "it stays closed when it is empty");
    assert_eq!(group.count(), 0);
}

/// A closed `TaskTracker` of tokio-util still takes tasks, so something may run when its wait has ended (tokio #6759).
#[test]
fn after_a_close_and_a_wait_nothing_runs_and_nothing_begins() {
    let group = WaitGroup::new();
    let token = group.add().unwrap();
    group.close();
    let mut task = queued(group.wait());
    assert!(group.add().is_err());
    drop(token);
    task.ready();
    assert!(group.add().is_err());
    assert_eq!(group.count(), 0);
}

#[test]
fn a_close_does_not_end_the_waits_for_tokens_that_are_there() {
    let group = WaitGroup::new();
    let token = group.add().unwrap();
    let mut task = queued(group.wait());
    group.close();
    assert!(!task.is_woken());
    assert_pending!(task.poll());
    drop(token);
    task.ready();
}

#[test]
fn a_wait_for_a_group_that_is_empty_and_closed_ends_at_once() {
    let group = WaitGroup::new();
    group.close();
    Task::new(group.wait()).ready();
}

/// A task that runs may have parts that begin later. The group is not empty then, so nobody is told otherwise.
#[test]
fn a_clone_of_a_token_is_made_after_the_close_and_waited_for() {
    let group = WaitGroup::new();
    let token = group.add().unwrap();
    group.close();
    let mut task = queued(group.wait());
    let part = token.clone();
    drop(token);
    assert_pending!(task.poll());
    drop(part);
    task.ready();
}

#[test]
fn a_close_from_a_waker_of_the_last_token_does_not_deadlock() {
    let group: &'static WaitGroup = leak(WaitGroup::new());
    let token = group.add().unwrap();
    let mut first = Task::with_waker(group.wait(), CountingWaker::reentrant(Call::Wake, || group.close()));
    assert_pending!(first.poll());
    let mut tasks = queue_up(40, || group.wait());
    drop(token);
    assert!(group.is_closed());
    first.ready();
    tasks.iter_mut().for_each(Task::ready);
}
