//! Tokens that one runtime cancels and another waits for.

use std::sync::Arc;

use anywake::{CancellationToken, Runtime, Semaphore, blocking};

use crate::ROUNDS;

/// The waits of a tree on one runtime, the cancel on another. The children are made and dropped on both.
pub(crate) fn cancellation_token<W: Runtime, O: Runtime>() {
    for _ in 0..ROUNDS / 10 {
        let (root, begun) = (CancellationToken::new(), Arc::new(Semaphore::new(0)));
        let waiters = [(); 3].map(|()| {
            let (parent, begun) = (root.clone(), Arc::clone(&begun));
            W::default().spawn(async move {
                let child = parent.child_token();
                let grandchild = child.child_token();
                drop(child);
                begun.release(1).expect("the semaphore has no bound");
                grandchild.run_until_cancelled(core::future::pending::<()>()).await
            })
        });
        let canceller = O::default().spawn(async move {
            drop(begun.acquire_many(2).await.expect("the semaphore is open"));
            drop(root.child_token());
            root.cancel();
            assert!(root.child_token().is_cancelled());
        });
        blocking::wait(canceller).expect("the task completes");
        for waiter in waiters {
            assert_eq!(blocking::wait(waiter).expect("the wait ends"), None);
        }
    }
}
