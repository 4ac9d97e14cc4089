//! Wait groups whose tasks run on one runtime, and are waited for on another.

use core::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Arc;

use anywake::{Runtime, WaitGroup, blocking};

use crate::ROUNDS;

/// One side waits, the other side holds the tokens.
pub(crate) fn wait_group<W: Runtime, O: Runtime>() {
    let (group, ended) = (Arc::new(WaitGroup::new()), Arc::new(AtomicUsize::new(0)));
    let waiter = W::default().spawn({
        let (group, ended) = (Arc::clone(&group), Arc::clone(&ended));
        async move {
            for round in 1..=ROUNDS {
                for _ in 0..3 {
                    let (token, ended) = (Arc::clone(&group).add_owned().unwrap(), Arc::clone(&ended));
                    let task = O::default().spawn(async move {
                        O::default().yield_now().await;
                        // Relaxed: the token's drop publishes it.
                        ended.fetch_add(1, Ordering::Relaxed);
                        drop(token);
                    });
                    drop(task);
                }
                group.wait().await;
                assert_eq!(ended.load(Ordering::Relaxed), 3 * round);
            }
            group.close();
        }
    });
    blocking::wait(waiter).expect("the task completes");
    assert_eq!((group.count(), group.waiters(), group.is_closed()), (0, 0, true));
}
