//! The anchor, who publishes bulletins, and viewers, who receive them or learn that they missed some.

use core::sync::atomic::AtomicU64;
use core::sync::atomic::Ordering::SeqCst;
use std::sync::Arc;

use anywake::broadcast::{RecvError, TryRecvError};
use anywake::{Broadcast, Runtime};

use super::{Presence, maybe_yield, survive, wait_with_panicking_waker};
use crate::patience::{Patience, wait_with};
use crate::rng::Rng;
use crate::sabotage;

/// A broadcast of bulletins, each with its number.
#[derive(Debug, Default)]
pub(crate) struct Studio {
    news: Arc<Broadcast<Bulletin, 3>>,
    /// The number of bulletins that were made.
    made: AtomicU64,
}

/// It owns memory, so that a value that is dropped twice shows.
#[derive(Clone, Debug)]
pub(crate) struct Bulletin(Box<u64>);

impl Studio {
    /// Asserts that nothing is left when all viewers are gone.
    pub(crate) fn check(&self) {
        assert_eq!(self.news.receiver_count(), 0, "all viewers are gone");
        assert_eq!(
            (self.news.len(), self.news.waiters()),
            (0, 0),
            "no value waits for a viewer that is gone"
        );
    }

    fn bulletin(&self) -> Bulletin {
        Bulletin(Box::new(self.made.fetch_add(1, SeqCst)))
    }
}

pub(crate) async fn anchor<R: Runtime>(presence: Presence, mut rng: Rng) {
    let world = &presence.world;
    let studio = &world.studio;
    for _ in 0..world.plan.steps {
        let rng = &mut rng;
        survive(world, async {
            let bulletin = studio.bulletin();
            // The wakers of viewers may panic. The value is published nevertheless.
            match rng.below(4) {
                0 => _ = sabotage::survive(|| _ = studio.news.try_publish(bulletin)),
                1 => _ = sabotage::survive(|| _ = studio.news.publish_now(bulletin)),
                // With a limit: all viewers may be at their end, and wait for this task to come to its own.
                _ => _ = wait_with::<R, _>(studio.news.publish(bulletin), Patience::limited(rng)).await,
            }
            maybe_yield::<R>(rng).await;
        })
        .await;
    }
}

pub(crate) async fn viewer<R: Runtime>(presence: Presence, mut rng: Rng) {
    let world = &presence.world;
    let news = &world.studio.news;
    let mut receiver = Arc::clone(news).receiver_owned();
    // There is one anchor, so numbers rise.
    let mut last = None;
    for _ in 0..world.plan.steps {
        let rng = &mut rng;
        let (receiver, last) = (&mut receiver, &mut last);
        survive(world, async {
            let received = match rng.below(8) {
                0 => {
                    *receiver = receiver.clone();
                    return;
                }
                1 => {
                    *receiver = receiver.resubscribe();
                    return;
                }
                2 if world.plan.saboteurs > 0 => {
                    // Its value, if any, is received and dropped with the wait.
                    drop(wait_with_panicking_waker::<R, _>(receiver.recv(), rng).await);
                    return;
                }
                3 | 4 => wait_with::<R, _>(receiver.recv(), Patience::limited(rng)).await.ok(),
                _ => match receiver.try_recv() {
                    Ok(bulletin) => Some(Ok(bulletin)),
                    Err(TryRecvError::Lagged(missed)) => Some(Err(RecvError::Lagged(missed))),
                    Err(_) => None,
                },
            };
            match received {
                Some(Ok(Bulletin(number))) => {
                    assert!(
                        Some(*number) > *last,
                        "a viewer receives no bulletin twice, and none out of order"
                    );
                    *last = Some(*number);
                }
                Some(Err(RecvError::Lagged(missed))) => assert!(missed > 0, "a lag is of at least one"),
                Some(Err(RecvError::Closed)) => panic!("nobody closes the studio"),
                None => {}
            }
            maybe_yield::<R>(rng).await;
        })
        .await;
    }
}
