//! Signals of values with a lifetime.

use std::sync::Arc;

use anywake::{Signal, Tokio, Wait};

use crate::{LONG, soon, spawned};

#[test]
fn signals_across_an_await() {
    spawned(async {
        let signal = Arc::new(Signal::<&'static str>::new());
        signal.signal("text");
        assert_eq!(signal.wait().await, "text");
        signal.signal("text");
        assert_eq!(signal.wait().within(Tokio, LONG).await, Ok("text"));
        signal.signal("text");
        assert_eq!(soon(signal.wait()).await, "text");
        signal.signal("text");
        assert_eq!(soon(Arc::clone(&signal).wait_owned()).await, "text");
    });
}
