//! Tasks of one runtime that those of another notify.

use std::sync::Arc;

use anywake::{Notify, Runtime, blocking};

use crate::ROUNDS;

/// Two runtimes take turns by two notifies.
pub(crate) fn notify<W: Runtime, O: Runtime>() {
    let notifies = Arc::new([Notify::new(), Notify::new()]);
    async fn player(notifies: Arc<[Notify; 2]>, side: usize) {
        for _ in 0..ROUNDS {
            notifies[side].notified().await;
            notifies[1 - side].notify_one();
        }
    }

    let tasks = [
        W::default().spawn(player(Arc::clone(&notifies), 0)),
        O::default().spawn(player(Arc::clone(&notifies), 1)),
    ];
    notifies[0].notify_one();
    for task in tasks {
        blocking::wait(task).expect("the task completes");
    }
    blocking::wait(notifies[0].notified());
    assert_eq!((notifies[0].waiters(), notifies[1].waiters()), (0, 0));
}
