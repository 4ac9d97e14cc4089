//! Futures that hold tokens of a wait group, and waits for one.

use std::sync::Arc;

use anywake::{ArcPart, Tokio, Wait, WaitGroup};

use crate::{LONG, soon, spawned};

#[test]
fn groups_and_tokens_across_an_await() {
    spawned(async {
        let group = Arc::new(WaitGroup::new());
        let empty = WaitGroup::new();
        let token = group.add().unwrap();
        let owned = Arc::clone(&group).add_owned().unwrap();
        soon(empty.wait()).await;
        drop((token, owned));
        group.wait().within(Tokio, LONG).await.unwrap();
        soon(group.wait_owned()).await;
    });
}

#[test]
fn a_token_of_a_part_with_a_lifetime_across_an_await() {
    spawned(async {
        let whole = Arc::new((WaitGroup::new(), "text"));
        let token = ArcPart::new(Arc::clone(&whole), |whole| &whole.0).add().unwrap();
        soon(WaitGroup::new().wait()).await;
        drop(token);
        soon(whole.0.wait()).await;
    });
}
