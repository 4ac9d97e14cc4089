//! Parents and children.

use anywake_tests::Arc;
use std::sync::Mutex;

use anywake_core::CancellationToken;
use anywake_tests::{Call, CountingWaker, Task, assert_pending, queued};

#[test]
fn cancelling_a_parent_cancels_all_its_descendants() {
    let root = CancellationToken::new();
    let children = [(); 3].map(|()| root.child_token());
    let grandchildren = children.each_ref().map(CancellationToken::child_token);
    let mut tasks: Vec<_> = children.iter().chain(&grandchildren).map(|it| queued(it.cancelled())).collect();
    root.cancel();
    for task in &mut tasks {
        assert_eq!(task.wakes(), 1);
        task.ready();
    }
    assert!(children.iter().chain(&grandchildren).all(CancellationToken::is_cancelled));
}

#[test]
fn cancelling_a_child_touches_neither_its_parent_nor_its_siblings() {
    let root = CancellationToken::new();
    let [first, second] = [(); 2].map(|()| root.child_token());
    let below = first.child_token();
    let [mut parents, mut siblings] = [&root, &second].map(|token| queued(token.cancelled()));
    first.cancel();
    assert!(below.is_cancelled() && !root.is_cancelled() && !second.is_cancelled());
    assert_pending!(parents.poll());
    assert_pending!(siblings.poll());
    root.cancel();
    parents.ready();
    siblings.ready();
}

#[test]
fn a_child_of_a_cancelled_token_is_cancelled() {
    let root = CancellationToken::new();
    root.cancel();
    let child = root.child_token();
    assert!(child.is_cancelled() && child.child_token().is_cancelled());
    Task::new(child.cancelled()).ready();
}

#[test]
fn a_child_that_is_cancelled_twice_wakes_its_waiters_once() {
    let root = CancellationToken::new();
    let child = root.child_token();
    let mut task = queued(child.cancelled());
    child.cancel();
    root.cancel();
    assert_eq!(task.wakes(), 1);
    task.ready();
}

#[test]
fn a_token_counts_its_own_waiters_only() {
    let root = CancellationToken::new();
    let child = root.child_token();
    let _task = queued(child.cancelled());
    assert_eq!((root.waiters(), child.waiters()), (0, 1));
}

/// tokio #4639: the parent had lost the grandchild, and nobody freed it.
#[test]
fn a_grandchild_is_cancelled_although_the_token_between_is_dropped() {
    let root = CancellationToken::new();
    let grandchild = root.child_token().child_token();
    let mut task = queued(grandchild.cancelled());
    root.cancel();
    task.ready();
}

#[test]
fn a_token_outlives_its_parents_handles() {
    let grandchild = CancellationToken::new().child_token().child_token();
    let child = grandchild.child_token();
    assert!(!grandchild.is_cancelled());
    grandchild.cancel();
    assert!(child.is_cancelled());
}

#[test]
fn children_that_are_dropped_leave_the_others_in_place() {
    for dropped in 0..4 {
        let root = CancellationToken::new();
        let mut children: Vec<_> = (0..4).map(|_| root.child_token()).collect();
        drop(children.remove(dropped));
        children.push(root.child_token());
        root.cancel();
        assert!(children.iter().all(CancellationToken::is_cancelled));
    }
}

#[test]
fn a_child_that_is_dropped_wakes_nobody() {
    let root = CancellationToken::new();
    let mut task = queued(root.cancelled());
    let child = root.child_token();
    drop((child.clone(), child));
    assert_pending!(task.poll());
    assert!(!task.is_woken() && !root.is_cancelled());
}

#[test]
fn parents_come_before_their_children_and_children_in_the_order_they_were_made() {
    let root = CancellationToken::new();
    let [first, second] = [(); 2].map(|()| root.child_token());
    let of_second = second.child_token();
    let [of_first, last_of_first] = [(); 2].map(|()| first.child_token());
    let third = root.child_token();
    let order = Arc::new(Mutex::new(Vec::new()));
    let tokens = [
        (&of_first, "1.1"),
        (&third, "3"),
        (&of_second, "2.1"),
        (&first, "1"),
        (&root, "root, first wait"),
        (&second, "2"),
        (&last_of_first, "1.2"),
        (&root, "root, second wait"),
    ];
    let _tasks = tokens.map(|(token, name)| {
        let order = order.clone();
        let waker = CountingWaker::reentrant(Call::Wake, move || order.lock().unwrap().push(name));
        let mut task = Task::with_waker(token.cancelled(), waker);
        assert_pending!(task.poll());
        task
    });
    root.cancel();
    let order = core::mem::take(&mut *order.lock().unwrap());
    assert_eq!(order, ["root, first wait", "root, second wait", "1", "2", "3", "1.1", "1.2", "2.1"]);
}
