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
        // Nobody has run since, and all of them are through; a wait that begins now is of the next cohort.
        assert_eq!(FLAG.waiters(), 0);
        let mut late = pin!(FLAG.wait());
        assert!(is_pending(late.as_mut()).await);
        // In which order they run is the executor's business: all were woken at once.
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
