//! Receivers that are dropped, cloned, forgotten, or come late.

use super::*;

#[test]
fn a_dropped_receiver_releases_what_it_had_not_read() {
    let values = Values::new();
    let news = Broadcast::<Value, 40>::new();
    let (slow, mut fast) = (news.receiver(), news.receiver());
    assert!((0..40).all(|id| news.try_publish(values.make(id)).is_ok()));
    for _ in 0..30 {
        assert!(fast.try_recv().is_ok());
    }
    let mut waits: Vec<_> = (40..80).map(|id| queued(news.publish(values.make(id)))).collect();
    assert_eq!(values.drops.count(), 30, "clones");
    drop(slow);
    assert_eq!((values.drops.count(), news.len(), fast.len()), (60, 40, 40));
    assert_eq!(waits.iter().filter(|wait| wait.is_woken()).count(), 30);
    assert!(waits[..30].iter_mut().all(|wait| wait.ready().is_ok()));
    let received: Vec<_> = all(&mut fast).into_iter().map(|found| found.map(|value| value.item.id)).collect();
    assert_eq!(received, (30..80).map(Ok).collect::<Vec<_>>());
}

#[test]
fn the_last_receiver_that_is_dropped_lets_all_publishers_go() {
    /// A value whose drop calls back.
    struct Curious(&'static Broadcast<Curious, 1>);
    impl Drop for Curious {
        fn drop(&mut self) {
            self.0.len();
        }
    }
    finishes(|| {
        let news: &'static Broadcast<Curious, 1> = leak(Broadcast::new());
        let receiver = news.receiver();
        assert!(news.try_publish(Curious(news)).is_ok());
        let mut waits: Vec<_> = (0..20).map(|_| queued(news.publish(Curious(news)))).collect();
        drop(receiver);
        assert!(news.is_empty());
        // A value that reached nobody is still with its future.
        assert!(waits.pop().unwrap().pinned().cancel().is_some());
        waits.iter_mut().for_each(|wait| assert!(wait.ready().is_ok()));
    });
}

#[test]
fn a_value_whose_drop_panics_does_not_keep_the_others() {
    let drops = Drops::new();
    let news = Broadcast::<Item, 40>::new();
    let receiver = news.receiver();
    for id in 0..40 {
        let item = if id == 3 { drops.bomb(id) } else { drops.item(id) };
        news.try_publish(item).unwrap();
    }
    assert_eq!(panic_of(|| drop(receiver)), "item 3 panics in its drop");
    assert_eq!((drops.count(), news.len(), news.receiver_count()), (40, 0, 0));
}

/// tokio #3020: a clone began at the end, which nobody expected.
#[test]
fn a_clone_keeps_the_position() {
    let news = Broadcast::<u32, 40>::new();
    let mut receiver = news.receiver();
    (0..60).for_each(|value| _ = news.publish_now(value));
    let mut behind = receiver.clone();
    assert_eq!(receiver.try_recv(), Err(TryRecvError::Lagged(20)));
    assert_eq!(receiver.try_recv(), Ok(20));
    let mut ahead = receiver.clone();
    drop(receiver);
    news.try_publish(60).unwrap_err();
    assert_eq!(behind.try_recv(), Err(TryRecvError::Lagged(20)));
    assert_eq!(all(&mut behind), (20..60).map(Ok).collect::<Vec<_>>());
    assert_eq!(all(&mut ahead), (21..60).map(Ok).collect::<Vec<_>>());
    assert!(news.is_empty());
}

/// async-broadcast #34: without a receiver the channel was closed for good.
#[test]
fn receivers_may_come_back_after_all_are_gone() {
    let (sender, receiver) = channel(2);
    sender.try_publish(1).unwrap();
    drop(receiver);
    sender.try_publish(2).unwrap();
    assert!(!sender.is_closed());
    let mut receiver = sender.subscribe();
    sender.try_publish(3).unwrap();
    assert_eq!(all(&mut receiver), [Ok(3)]);
}

#[test]
fn a_receiver_of_a_closed_broadcast_finds_its_end() {
    let news = Broadcast::<u8, 1>::new();
    news.close();
    let mut receiver = news.receiver();
    assert_eq!(Task::new(receiver.recv()).ready(), Err(RecvError::Closed));
}

#[test]
fn what_a_forgotten_receiver_had_to_read_is_dropped_with_the_broadcast() {
    let drops = Drops::new();
    let news = Box::new(Broadcast::<Item, 3>::new());
    core::mem::forget(news.receiver());
    for id in 0..3 {
        let item = if id == 0 { drops.bomb(id) } else { drops.item(id) };
        assert!(news.try_publish(item).is_ok());
    }
    assert_eq!(news.len(), 3);
    assert_eq!(panic_of(|| drop(news)), "item 0 panics in its drop");
    assert_eq!(drops.count(), 3);
}

/// While the drop of a value runs, the receiver is only half gone: what is published then does not count it.
#[test]
fn what_is_published_while_a_receiver_leaves_does_not_wait_for_it() {
    struct Loud(u8, &'static Broadcast<Loud, 3>);
    impl Clone for Loud {
        fn clone(&self) -> Self {
            Self(0, self.1)
        }
    }
    impl Drop for Loud {
        fn drop(&mut self) {
            if self.0 > 0 {
                assert!(self.1.try_publish(Loud(0, self.1)).is_ok(), "there is room again");
            }
        }
    }
    finishes(|| {
        let news: &'static Broadcast<Loud, 3> = leak(Broadcast::new());
        let leaving = news.receiver();
        assert!((1..=3).all(|id| news.try_publish(Loud(id, news)).is_ok()));
        let mut staying = news.receiver();
        drop(leaving);
        assert_eq!(staying.len(), 3);
        assert!(all(&mut staying).iter().all(|found| found.as_ref().is_ok_and(|value| value.0 == 0)));
        assert!(news.is_empty());
    });
}

#[test]
fn counts_of_receivers_are_exact() {
    let (sender, receiver) = channel::<u8>(1);
    let more = [receiver.clone(), receiver.resubscribe(), sender.subscribe()];
    assert_eq!((sender.receiver_count(), receiver.receiver_count()), (4, 4));
    assert!(receiver.same_broadcast(&more[0]) && sender.same_broadcast(&sender.clone()));
    drop((receiver, more));
    assert_eq!(sender.receiver_count(), 0);
}
