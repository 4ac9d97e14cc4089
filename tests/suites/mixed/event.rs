//! Events that one runtime sets and another waits for.

use std::sync::Arc;

use anywake::{Event, Runtime, blocking};

use crate::ROUNDS;

/// Two runtimes take turns by two events.
pub(crate) fn event<W: Runtime, O: Runtime>() {
    let events = Arc::new([Event::new(), Event::new()]);
    async fn player(events: Arc<[Event; 2]>, side: usize) {
        for _ in 0..ROUNDS {
            events[side].wait().await;
            events[side].clear();
            events[1 - side].set();
        }
    }

    let tasks = [
        W::default().spawn(player(Arc::clone(&events), 0)),
        O::default().spawn(player(Arc::clone(&events), 1)),
    ];
    events[0].set();
    for task in tasks {
        blocking::wait(task).expect("the task completes");
    }
    assert!(events[0].is_set() && !events[1].is_set(), "the last turn sets the first event");
}
