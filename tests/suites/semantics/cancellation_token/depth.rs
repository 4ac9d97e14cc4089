//! Deep and wide trees: no recursion, and a constant time to join and to leave.

use std::thread;

use anywake_core::CancellationToken;
use anywake_tests::{finishes, queued};

/// The length of the chains. A recursion of that depth takes several megabytes of stack.
const DEPTH: usize = if cfg!(miri) { 300 } else { 100_000 };
/// Too small for anything that is recursive.
const STACK: usize = 64 * 1024;

/// Runs `body` on a small stack.
fn on_a_small_stack(body: impl FnOnce() + Send + 'static) {
    let stack = if cfg!(miri) { 1024 * 1024 } else { STACK };
    thread::Builder::new().stack_size(stack).spawn(body).unwrap().join().unwrap();
}

/// The two ends of a chain, whose tokens between have no handles.
fn chain(root: CancellationToken) -> (CancellationToken, CancellationToken) {
    let leaf = (0..DEPTH).fold(root.clone(), |token, _| token.child_token());
    (root, leaf)
}

#[test]
fn a_chain_of_100_000_tokens_is_cancelled_without_recursion() {
    on_a_small_stack(|| {
        let (root, leaf) = chain(CancellationToken::new());
        let mut task = queued(leaf.cancelled());
        root.cancel();
        task.ready();
        assert!(leaf.child_token().is_cancelled());
    });
}

#[test]
fn a_chain_of_100_000_tokens_is_dropped_without_recursion() {
    on_a_small_stack(|| {
        let (root, leaf) = chain(CancellationToken::new());
        drop(leaf);
        assert!(!root.is_cancelled());
        let (root, leaf) = chain(root);
        drop(root);
        drop(leaf);
        let (root, leaf) = chain(CancellationToken::new());
        root.cancel();
        drop((leaf, root));
    });
}

#[test]
fn a_chain_is_dropped_by_the_end_of_its_last_wait() {
    on_a_small_stack(|| {
        let (root, leaf) = chain(CancellationToken::new());
        let mut task = queued(leaf.cancelled_owned());
        root.cancel();
        drop(root);
        task.ready();
    });
}

/// If leaving walked the list of the children, this would run into the time limit of [`finishes`].
#[test]
fn promise_4_leaving_a_parent_takes_the_same_time_however_many_children_it_has() {
    const MANY: usize = if cfg!(miri) { 200 } else { 200_000 };
    finishes(|| {
        let root = CancellationToken::new();
        let mut children: Vec<_> = (0..MANY).map(|_| root.child_token()).collect();
        let mut behind = children.split_off(MANY / 2);
        behind.reverse();
        while let (Some(before), Some(after)) = (children.pop(), behind.pop()) {
            drop((before, after));
        }
        let wide: Vec<_> = (0..MANY).map(|_| root.child_token()).collect();
        root.cancel();
        assert!(wide.iter().all(CancellationToken::is_cancelled));
    });
}
