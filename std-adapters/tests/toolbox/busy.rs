//! Work that is always ready: what it must not keep from the deadline, and from its neighbours.

#[cfg(feature = "tokio")]
mod tokio_budget {
    use core::pin::pin;
    use core::time::Duration;

    use ::tokio::sync::mpsc::unbounded_channel;
    use anywake::{Elapsed, Event, Runtime, Tokio, Wait, blocking, stream, timeout, timeout_with};
    use futures_util::{StreamExt as _, stream as streams};

    use crate::support::finishes;

    const SOON: Duration = Duration::from_millis(5);

    /// Uses up tokio's budget in each poll.
    async fn busy() {
        let (sender, mut receiver) = unbounded_channel();
        loop {
            sender.send(()).unwrap();
            receiver.recv().await;
        }
    }

    #[test]
    fn work_that_uses_up_the_budget_does_not_outlive_its_timeout() {
        finishes(|| {
            Tokio.block_on(async {
                assert_eq!(timeout(Tokio, SOON, busy()).await, Err(Elapsed(())));
                assert_eq!(timeout_with(Tokio, Some(SOON), |_| busy()).await, Err(Elapsed(())));
            });
        });
    }

    #[test]
    fn stream_that_uses_up_the_budget_does_not_outlive_its_deadline() {
        finishes(|| {
            Tokio.block_on(async {
                let mut items = pin!(stream::within(Tokio, streams::once(busy()), SOON));
                assert_eq!(items.next().await, Some(Err(Elapsed(()))));
            });
        });
    }

    #[test]
    fn deadline_of_a_wait_needs_no_budget() {
        finishes(|| {
            // As many as the budget has, twice over, and none of them leaves the poll.
            let waits = async {
                let event = Event::new();
                for _ in 0..300 {
                    let wait = event.wait().within::<Tokio>(Duration::from_micros(1));
                    assert_eq!(blocking::wait(wait), Err(Elapsed(())));
                }
            };
            Tokio.block_on(async { ::tokio::spawn(waits).await.unwrap() });
        });
    }
}
