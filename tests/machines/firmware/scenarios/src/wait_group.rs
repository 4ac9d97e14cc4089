use core::pin::pin;

use anywake_core::{AddError, WaitGroup};
use embassy_futures::yield_now;

use crate::PLAYERS;
use crate::stage::{Count, is_pending, until};

pub(crate) async fn members(role: usize) {
    static GROUP: WaitGroup = WaitGroup::new();
    static ENDED: Count = Count::new();

    if role == 0 {
        let token = GROUP.add().unwrap();
        until(|| GROUP.count() == PLAYERS).await;
        let mut wait = pin!(GROUP.wait());
        assert!(is_pending(wait.as_mut()).await);
        GROUP.close();
        assert_eq!(GROUP.add().unwrap_err(), AddError::Closed);
        drop(token);
        wait.await;
        assert_eq!((ENDED.get(), GROUP.count()), (PLAYERS - 1, 0));
        GROUP.wait().await;
    } else {
        let token = GROUP.add().unwrap();
        until(|| GROUP.is_closed()).await;
        // A part of the task may begin after the close.
        let part = token.clone();
        drop(token);
        yield_now().await;
        ENDED.set(ENDED.get() + 1);
        drop(part);
    }
}
