//! `join` and `task_done`.

use super::*;

#[test]
fn join_waits_until_all_work_is_done() {
    let queue = full::<2>();
    let mut joins = queue_up(3, || queue.join());
    assert_eq!(drain(&queue), [0, 1]);
    queue.task_done().unwrap();
    assert!(joins.iter().all(|join| !join.is_woken()));
    queue.task_done().unwrap();
    assert_eq!(queue.unfinished(), 0);
    joins.iter_mut().for_each(|join| join.ready());
}

#[test]
fn join_ends_at_once_if_nothing_is_unfinished() {
    let queue = StaticQueue::<u8, 1>::new();
    Task::new(queue.join()).ready();
    queue.try_push(1).unwrap();
    queue.try_pop().unwrap();
    queue.task_done().unwrap();
    Task::new(queue.join()).ready();
}

#[test]
fn an_item_that_was_only_taken_is_unfinished() {
    let queue = full::<1>();
    queue.try_pop().unwrap();
    assert_eq!((queue.len(), queue.unfinished()), (0, 1));
    queued(queue.join()).cancel();
}

#[test]
fn a_push_that_waits_is_not_unfinished_work_yet() {
    let queue = full::<1>();
    let _push = queued(queue.push(1));
    assert_eq!(queue.unfinished(), 1);
    queue.try_pop().unwrap();
    assert_eq!(queue.unfinished(), 2);
}

#[test]
fn one_task_done_too_many_is_an_error_and_changes_nothing() {
    let queue = full::<1>();
    queue.task_done().unwrap();
    assert_eq!(queue.task_done(), Err(TaskDoneError));
    assert_eq!(state(&queue), (1, 0, 0, false));
    assert_eq!(StaticQueue::<u8, 1>::new().task_done(), Err(TaskDoneError));
}

#[test]
fn a_displaced_item_whose_work_was_reported_already_does_not_upset_the_count() {
    let queue = full::<1>();
    queue.task_done().unwrap();
    assert_eq!(queue.force_push(1), Ok(Some(0)));
    assert_eq!(queue.unfinished(), 1);
    queue.task_done().unwrap();
    queue.close_now();
    assert_eq!(queue.unfinished(), 0);
}

#[test]
fn promise_6_a_join_that_ended_stays_ended_although_more_is_pushed() {
    let queue = full::<1>();
    let mut early = queued(queue.join());
    queue.try_pop().unwrap();
    queue.task_done().unwrap();
    queue.try_push(1).unwrap();
    let late = queued(queue.join());
    early.ready();
    assert!(!late.is_woken());
}

#[test]
fn promise_6_the_end_of_work_ends_all_joins_beyond_a_batch() {
    let queue = full::<1>();
    let mut joins = queue_up(40, || queue.join());
    queue.task_done().unwrap();
    let mut ended = 0;
    run_woken(&mut joins, |()| ended += 1);
    assert_eq!((ended, queue.waiters()), (40, 0));
}
