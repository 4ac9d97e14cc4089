//! Futures that hold guards of a latch, and waits for one.

use std::sync::Arc;

use anywake::{ArcPart, Latch, Tokio, Wait};

use crate::{LONG, soon, spawned};

#[test]
fn latches_and_guards_across_an_await() {
    spawned(async {
        let latch = Arc::new(Latch::new(2));
        let open = Latch::new(0);
        let guard = latch.guard().unwrap();
        let owned = Arc::clone(&latch).guard_owned().unwrap();
        soon(open.wait()).await;
        drop((guard, owned));
        latch.wait().within(Tokio, LONG).await.unwrap();
        soon(latch.wait_owned()).await;
    });
}

#[test]
fn a_guard_of_a_part_with_a_lifetime_across_an_await() {
    spawned(async {
        let whole = Arc::new((Latch::new(1), "text"));
        let guard = ArcPart::new(Arc::clone(&whole), |whole| &whole.0).guard().unwrap();
        soon(Latch::new(0).wait()).await;
        drop(guard);
        soon(whole.0.wait()).await;
    });
}
