//! Futures that hold tokens, and futures that tokens end.

use core::future::ready;
use std::sync::Arc;

use anywake::{CancellationToken, Tokio, Wait};

use crate::{LONG, soon, spawned, text};

#[test]
fn cancellation_tokens_across_an_await() {
    spawned(async {
        let token = CancellationToken::new();
        let guard = token.drop_guard();
        ready(()).await;
        let child = token.child_token();
        let task = Tokio.spawn(child.clone().run_until_cancelled_owned(async move {
            // A child across an await, inside of what its parent ends.
            let below = child.child_token();
            below.cancelled().await;
        }));
        drop(guard);
        assert_eq!(task.await.unwrap(), None);
        soon(token.cancelled()).await;
        soon(token.clone().cancelled_owned()).await;
        token.cancelled().within(Tokio, LONG).await.unwrap();
    });
}

#[test]
fn a_future_with_a_lifetime_runs_until_it_is_cancelled() {
    spawned(async {
        let (token, lock) = (Arc::new(CancellationToken::new()), text());
        let length = token.run_until_cancelled(async { lock.lock().await.len() }).await;
        assert_eq!(length, Some(4));
        assert!(token.run_until_cancelled(lock.lock()).await.is_some());
    });
}
