//! Futures that hold waits at a barrier.

use std::sync::Arc;

use anywake::{Barrier, Tokio, Wait};

use crate::{LONG, spawned};

#[test]
fn barriers_across_an_await() {
    spawned(async {
        let barrier = Arc::new(Barrier::new(2));
        let other = Tokio.spawn(Arc::clone(&barrier).wait_owned());
        let pass = barrier.wait().within(Tokio, LONG).await.unwrap().unwrap();
        let other = other.await.unwrap().unwrap();
        assert_eq!(pass.index() + other.index(), 1);
        barrier.abort();
        assert!(barrier.wait_owned().within(Tokio, LONG).await.unwrap().is_err());
    });
}
