//! Models of the cancellation token.

use core::pin::Pin;
use std::boxed::Box;

use super::{
    Shared, WakeCount, block_on, carries_memory, join, model, poll, queued, queued_for, spawn, write_and,
};
use crate::cancellation_token::{CancellationToken, OwnedCancelledFuture};

/// A wait that may go to another thread.
fn wait(token: &CancellationToken) -> Pin<Box<OwnedCancelledFuture>> {
    Box::pin(token.clone().cancelled_owned())
}

/// `cancel` between the first look and the last one before waiting: it is seen there, or wakes; and brings what was
/// done before it.
#[test]
fn a_cancel_meets_the_last_look() {
    model(|| {
        let (token, value) = (CancellationToken::new(), Shared::new(0));
        let canceller = write_and(&value, token.clone(), |token| token.cancel());
        let mut wait = wait(&token);
        if poll(&mut wait).is_pending() {
            block_on(wait);
        }
        assert_eq!(value.get(), 1);
        canceller.join().unwrap();
        assert_eq!(token.waiters(), 0);
    });
}

/// A thread that sees a token cancelled sees what was done before that.
#[test]
fn a_cancel_carries_memory_to_is_cancelled() {
    model(|| carries_memory(CancellationToken::new(), CancellationToken::cancel, |it| it.is_cancelled()));
}

/// A thread that sees a descendant cancelled sees what was done before the ancestor was cancelled.
#[test]
fn a_cancel_carries_memory_down_the_tree() {
    model(|| {
        let (root, value) = (CancellationToken::new(), Shared::new(0));
        let grandchild = root.child_token().child_token();
        let canceller = write_and(&value, root, |root| root.cancel());
        if grandchild.is_cancelled() {
            assert_eq!(value.get(), 1);
        }
        canceller.join().unwrap();
        assert!(grandchild.is_cancelled());
    });
}

/// A child is made while its parent is being cancelled: it is cancelled, then or at once.
#[test]
fn a_child_is_made_during_a_cancel() {
    model(|| {
        let token = CancellationToken::new();
        let _elder = token.child_token();
        let canceller = token.clone();
        let canceller = spawn(move || canceller.cancel());
        let child = token.child_token();
        let grandchild = child.child_token();
        canceller.join().unwrap();
        assert!(child.is_cancelled() && grandchild.is_cancelled());
        block_on(grandchild.cancelled());
    });
}

/// The last handle of a child is dropped while the parent is being cancelled; its siblings are cancelled.
#[test]
fn the_last_handle_of_a_child_is_dropped_during_a_cancel() {
    model(|| {
        let token = CancellationToken::new();
        let [first, leaving, last] = [(); 3].map(|()| token.child_token());
        let canceller = token.clone();
        let threads = [spawn(move || canceller.cancel()), spawn(move || drop(leaving))];
        join(threads);
        assert!(first.is_cancelled() && last.is_cancelled());
        drop((first, last));
        assert!(token.child_token().is_cancelled());
    });
}

/// A child with a child of its own goes away while the parent is being cancelled: the grandchild keeps both.
#[test]
fn a_middle_token_is_dropped_during_a_cancel() {
    model(|| {
        let root = CancellationToken::new();
        let middle = root.child_token();
        let leaf = middle.child_token();
        let threads = [spawn(move || root.cancel()), spawn(move || drop(middle))];
        block_on(leaf.cancelled());
        join(threads);
        assert!(leaf.is_cancelled());
    });
}

/// Two children leave at once, and then nobody is left in the list.
#[test]
fn two_children_leave_at_once() {
    model(|| {
        let token = CancellationToken::new();
        let children = [(); 2].map(|()| token.child_token());
        let stays = token.child_token();
        join(children.map(|child| spawn(move || drop(child))));
        token.cancel();
        assert!(stays.is_cancelled());
    });
}

/// The two ends of a chain are dropped at once: either frees the rest.
#[test]
fn both_ends_of_a_chain_are_dropped_at_once() {
    model(|| {
        let root = CancellationToken::new();
        let leaf = root.child_token().child_token();
        join([spawn(move || drop(root)), spawn(move || drop(leaf))]);
    });
}

/// A parent and its child are cancelled at once. Each is cancelled once, and so is the grandchild.
#[test]
fn a_parent_and_its_child_are_cancelled_at_once() {
    model(|| {
        let parent = CancellationToken::new();
        let child = parent.child_token();
        let grandchild = child.child_token();
        let wakes = WakeCount::new();
        let mut waits = [&parent, &child, &grandchild].map(|token| queued_for(&wakes, wait(token)));
        let threads = [spawn(move || parent.cancel()), spawn(move || child.cancel())];
        join(threads);
        assert!(grandchild.is_cancelled());
        assert_eq!(wakes.count(), 3);
        assert!(waits.iter_mut().all(|wait| poll(wait).is_ready()));
    });
}

/// Two cancel the same token at once: who waits is woken once.
#[test]
fn two_cancel_at_once() {
    model(|| {
        let token = CancellationToken::new();
        let child = token.child_token();
        let wakes = WakeCount::new();
        let mut waits = [&token, &child].map(|token| queued_for(&wakes, wait(token)));
        join([(); 2].map(|()| {
            let token = token.clone();
            spawn(move || token.cancel())
        }));
        assert_eq!(wakes.count(), 2);
        assert!(waits.iter_mut().all(|wait| poll(wait).is_ready()));
    });
}

/// A wait is dropped while its token is being cancelled: the other one ends.
#[test]
fn a_wait_is_dropped_during_a_cancel() {
    model(|| {
        let token = CancellationToken::new();
        let child = token.child_token();
        let [leaving, stays] = [(); 2].map(|()| queued(wait(&child)));
        drop(child);
        let threads = [
            spawn({
                let token = token.clone();
                move || token.cancel()
            }),
            spawn(move || drop(leaving)),
        ];
        block_on(stays);
        join(threads);
        assert!(token.is_cancelled());
    });
}
