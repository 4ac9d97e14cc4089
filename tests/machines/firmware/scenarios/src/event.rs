use core::pin::pin;

use anywake_core::Event;

use crate::PLAYERS;
use crate::stage::{Count, is_pending, until};

pub(crate) async fn cohort(role: usize) {
    static FLAG: Event = Event::new();
    static THROUGH: Count = Count::new();

    if role == 0 {
        until(|| FLAG.waiters() == PLAYERS - 1).await;
        FLAG.set();
        FLAG.clear();
        // The three waits have ended before their tasks run. A wait that begins now belongs to the next cohort.
        assert_eq!(FLAG.waiters(), 0);
        let mut late = pin!(FLAG.wait());
        assert!(is_pending(late.as_mut()).await);
        // All three were woken at once, and run in an order that the executor chooses.
        until(|| THROUGH.get() == PLAYERS - 1).await;
        assert!(is_pending(late.as_mut()).await);
        assert!(!FLAG.is_set());
        FLAG.set();
        late.await;
        FLAG.wait().await;
    } else {
        until(|| FLAG.waiters() == role - 1).await;
        FLAG.wait().await;
        THROUGH.set(THROUGH.get() + 1);
    }
}
