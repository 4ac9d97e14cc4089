//! A tree of tokens that tasks grow, prune and cancel while others wait for parts of it.
//!
//! The law: a token that is in the tree when the root is cancelled is cancelled, and no task waits for it any more.

use core::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Mutex, PoisonError};

use anywake::{CancellationToken, Runtime};

use super::{Presence, maybe_yield, survive, wait_with_panicking_waker};
use crate::patience::{Patience, wait_with};
use crate::rng::Rng;

/// The most tokens that tasks can find.
const MOST: usize = 12;

/// The tokens that tasks can find. More are in the tree: those that only a wait holds.
#[derive(Debug)]
pub(crate) struct Tree {
    root: CancellationToken,
    tokens: Mutex<Vec<CancellationToken>>,
    /// The cancellers that have steps left.
    cancellers: AtomicUsize,
}

impl Tree {
    pub(crate) fn new(cancellers: usize) -> Self {
        let root = CancellationToken::new();
        let tokens = Mutex::new(vec![root.child_token()]);
        Self { root, tokens, cancellers: AtomicUsize::new(cancellers) }
    }

    /// A token of the tree, by chance.
    fn any(&self, rng: &mut Rng) -> CancellationToken {
        let tokens = self.tokens.lock().unwrap_or_else(PoisonError::into_inner);
        tokens[rng.below(tokens.len())].clone()
    }

    /// Puts a token where others find it. Returns the one that it displaces.
    fn put(&self, token: CancellationToken, rng: &mut Rng) -> Option<CancellationToken> {
        let mut tokens = self.tokens.lock().unwrap_or_else(PoisonError::into_inner);
        if tokens.len() < MOST {
            tokens.push(token);
            return None;
        }
        let place = rng.below(MOST);
        Some(core::mem::replace(&mut tokens[place], token))
    }

    /// Asserts what must hold when all tasks have completed.
    pub(crate) fn check(&self) {
        assert_eq!(self.cancellers.load(SeqCst), 0, "all cancellers have taken their steps");
        let tokens = self.tokens.lock().unwrap_or_else(PoisonError::into_inner);
        for token in tokens.iter().chain([&self.root]) {
            assert!(token.is_cancelled(), "a token is cancelled with the root");
            assert_eq!(token.waiters(), 0, "no task waits for a cancelled token");
        }
    }
}

pub(crate) async fn canceller<R: Runtime>(presence: Presence, mut rng: Rng) {
    let world = &presence.world;
    for _ in 0..world.plan.steps {
        let rng = &mut rng;
        survive(world, async {
            let tree = &world.tree;
            match rng.below(6) {
                0 => tree.any(rng).cancel(),
                // A new branch of the root, or else all would be cancelled soon.
                1 | 2 => drop(tree.put(tree.root.child_token(), rng)),
                3 => drop(tree.any(rng).drop_guard_owned().disarm()),
                _ => drop(tree.put(tree.any(rng).child_token(), rng)),
            }
            maybe_yield::<R>(rng).await;
        })
        .await;
    }
    if world.tree.cancellers.fetch_sub(1, SeqCst) == 1 {
        survive(world, async { world.tree.root.cancel() }).await;
    }
}

pub(crate) async fn follower<R: Runtime>(presence: Presence, mut rng: Rng) {
    let world = &presence.world;
    for _ in 0..world.plan.steps {
        let rng = &mut rng;
        survive(world, async {
            let token = world.tree.any(rng);
            match rng.below(4) {
                0 if world.plan.saboteurs > 0 => {
                    wait_with_panicking_waker::<R, _>(token.cancelled_owned(), rng).await;
                }
                1 => {
                    let runs = token.run_until_cancelled(R::default().yield_now()).await;
                    assert!(runs.is_some() || token.is_cancelled());
                }
                _ => {
                    let wait = token.child_token().cancelled_owned();
                    let ended = wait_with::<R, _>(wait, Patience::limited(rng)).await.is_ok();
                    assert!(token.is_cancelled() || !ended, "only its parent cancels this child");
                }
            }
            maybe_yield::<R>(rng).await;
        })
        .await;
    }
    // Without a limit: the root is cancelled in the end.
    survive(world, async { world.tree.any(&mut rng).child_token().cancelled().await }).await;
    survive(world, async { world.tree.root.child_token().cancelled().await }).await;
}
