//! Wakers that work on the tree while it is being cancelled, and threads that do.

use anywake_tests::{Arc, Portable};
use std::sync::Mutex;
use std::thread;

use anywake_core::CancellationToken;
use anywake_core::cancellation_token::OwnedCancelledFuture;
use anywake_tests::{Call, CountingWaker, Task, assert_pending, block_on, finishes, panic_of, queued};

/// A wait for the token whose waker runs `hook`.
fn hooked(token: &CancellationToken, hook: impl Fn() + Portable + 'static) -> Task<OwnedCancelledFuture> {
    let waker = CountingWaker::reentrant(Call::Wake, hook);
    let mut task = Task::with_waker(token.clone().cancelled_owned(), waker);
    assert_pending!(task.poll());
    task
}

#[test]
fn a_child_made_while_its_parent_is_being_cancelled_is_cancelled() {
    let root = CancellationToken::new();
    let made = Arc::new(Mutex::new(None));
    let (parent, place) = (root.clone(), made.clone());
    let _task = hooked(&root, move || *place.lock().unwrap() = Some(parent.child_token()));
    root.cancel();
    assert!(made.lock().unwrap().take().unwrap().is_cancelled());
}

#[test]
fn a_child_of_a_token_that_is_about_to_be_cancelled_is_cancelled_with_it() {
    let root = CancellationToken::new();
    let child = root.child_token();
    let made = Arc::new(Mutex::new(None));
    let (parent, place) = (child.clone(), made.clone());
    // The root's waiters are woken before its children are cancelled.
    let _task = hooked(&root, move || {
        assert!(!parent.is_cancelled());
        *place.lock().unwrap() = Some(parent.child_token());
    });
    root.cancel();
    assert!(child.is_cancelled());
    assert!(made.lock().unwrap().take().unwrap().is_cancelled());
}

#[test]
fn a_waker_that_panics_does_not_keep_the_other_descendants_from_being_cancelled() {
    for place in 0..7 {
        let root = CancellationToken::new();
        let [first, second] = [(); 2].map(|()| root.child_token());
        let grandchildren = [&first, &first, &second, &second].map(CancellationToken::child_token);
        let mut tokens = vec![root.clone(), first, second];
        tokens.extend(grandchildren);
        let mut tasks: Vec<_> = tokens
            .iter()
            .enumerate()
            .map(|(name, token)| {
                let waker =
                    if name == place { CountingWaker::panicking(Call::Wake) } else { CountingWaker::new() };
                let mut task = Task::with_waker(token.cancelled(), waker);
                assert_pending!(task.poll());
                task
            })
            .collect();
        assert!(panic_of(|| root.cancel()).contains("panics"), "waker {place}");
        for (task, token) in tasks.iter_mut().zip(&tokens) {
            assert!(token.is_cancelled(), "waker {place} panics");
            assert_eq!(task.wakes(), 1, "waker {place} panics");
            task.ready();
        }
    }
}

#[test]
fn a_waker_may_cancel_any_other_token_of_the_tree() {
    finishes(|| {
        for (woken, other) in [(0, 0), (0, 1), (0, 2), (1, 0), (1, 2), (1, 3), (2, 0), (2, 1), (3, 1)] {
            let root = CancellationToken::new();
            let child = root.child_token();
            let tokens = [root.clone(), child.clone(), child.child_token(), root.child_token()];
            let target = tokens[other].clone();
            let _hooked = hooked(&tokens[woken], move || target.cancel());
            let mut tasks = tokens.each_ref().map(|token| queued(token.cancelled()));
            root.cancel();
            for task in &mut tasks {
                assert_eq!(task.wakes(), 1, "the waker of {woken} cancels {other}");
                task.ready();
            }
        }
    });
}

#[test]
fn a_waker_may_drop_a_token_that_is_about_to_be_cancelled() {
    finishes(|| {
        let root = CancellationToken::new();
        let children = Arc::new(Mutex::new(vec![root.child_token(), root.child_token()]));
        let grandchild = root.child_token().child_token();
        let (doomed, last) = (children.clone(), root.child_token());
        let _task = hooked(&root, move || drop(doomed.lock().unwrap().pop()));
        let first = children.lock().unwrap()[0].clone();
        let doomed = children.clone();
        let _other = hooked(&first, move || doomed.lock().unwrap().clear());
        drop(first);
        root.cancel();
        assert!(grandchild.is_cancelled() && last.is_cancelled());
        assert!(children.lock().unwrap().is_empty());
    });
}

/// The walk finds the middle token after its last handle, in the waker, is gone.
#[test]
fn a_waker_may_drop_the_last_handles_of_the_tree() {
    finishes(|| {
        let root = CancellationToken::new();
        let handles = Arc::new(Mutex::new(vec![root.clone(), root.child_token().child_token()]));
        let doomed = handles.clone();
        let task = hooked(&root, move || doomed.lock().unwrap().clear());
        let canceller = root.clone();
        drop(root);
        canceller.cancel();
        drop((task, canceller));
        assert!(handles.lock().unwrap().is_empty());
    });
}

#[test]
fn a_forgotten_wait_may_outlast_its_token() {
    let root = CancellationToken::new();
    let child = root.child_token();
    queued(child.cancelled()).forget();
    drop(child);
    // This one keeps its token, which is still cancelled with the root.
    let kept = root.child_token();
    let below = kept.child_token();
    queued(kept.cancelled_owned()).forget();
    root.cancel();
    assert!(below.is_cancelled());
}

#[cfg(not(feature = "local"))]
#[test]
fn children_are_made_and_dropped_by_threads_while_the_parent_is_cancelled() {
    const ROUNDS: usize = if cfg!(miri) { 5 } else { 300 };
    finishes(|| {
        for _ in 0..ROUNDS {
            let root = CancellationToken::new();
            thread::scope(|scope| {
                for _ in 0..2 {
                    scope.spawn(|| {
                        while !root.is_cancelled() {
                            let child = root.child_token();
                            let grandchild = child.child_token();
                            drop(child);
                            drop(grandchild.child_token());
                        }
                        let late = root.child_token();
                        block_on(late.child_token().cancelled());
                    });
                }
                let waits = root.child_token();
                scope.spawn(move || block_on(waits.child_token().cancelled()));
                scope.spawn(|| root.cancel());
            });
        }
    });
}
