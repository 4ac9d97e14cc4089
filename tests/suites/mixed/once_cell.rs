//! A cell whose initialiser is on one runtime, and whose waiters are on another.

use std::sync::Arc;

use anywake::{OnceCell, Runtime, blocking};

use super::ROUNDS;

/// The initialiser of the one runtime fails when a task of the other waits for its role. A second task waits for the value.
pub(super) fn once_cell<W: Runtime, O: Runtime>() {
    for round in 0..ROUNDS {
        let cell = Arc::new(OnceCell::new());
        let mut initialiser = Box::pin(Arc::clone(&cell).get_or_try_init_owned({
            let cell = Arc::clone(&cell);
            async move || {
                while cell.waiters() < 2 {
                    O::default().yield_now().await;
                }
                Err(())
            }
        }));
        assert!(initialiser.as_mut().enable(), "it has the role before the others begin");
        let initialiser = O::default().spawn(async move { initialiser.await.map(|value| *value) });
        let heir = W::default().spawn({
            let cell = Arc::clone(&cell);
            async move { *cell.get_or_init(async || round).await }
        });
        let reader = W::default().spawn({
            let cell = Arc::clone(&cell);
            async move { *cell.wait().await }
        });
        assert_eq!(blocking::wait(initialiser).expect("the task completes"), Err(()));
        assert_eq!(blocking::wait(heir).expect("the task completes"), round);
        assert_eq!(blocking::wait(reader).expect("the task completes"), round);
    }
}
