//! Futures that hold waits for an event.

use std::sync::Arc;

use anywake::{Event, Tokio, Wait};

use crate::{LONG, spawned};

#[test]
fn events_across_an_await() {
    spawned(async {
        let event = Arc::new(Event::new());
        event.set();
        event.wait().within(Tokio, LONG).await.unwrap();
    });
}
