//! What is published, who receives it, and in which order.

use super::*;

#[test]
fn each_receiver_receives_each_value_in_one_order() {
    let news = Broadcast::<u8, 4>::new();
    let (mut ada, mut bob) = (news.receiver(), news.receiver());
    (1..=4).for_each(|value| news.try_publish(value).unwrap());
    assert_eq!(all(&mut ada), [Ok(1), Ok(2), Ok(3), Ok(4)]);
    assert_eq!(all(&mut bob), [Ok(1), Ok(2), Ok(3), Ok(4)]);
    assert!(news.is_empty());
}

#[test]
fn a_new_receiver_sees_what_is_published_after_it_was_made() {
    let news = Broadcast::<u8, 4>::new();
    let mut early = news.receiver();
    news.try_publish(1).unwrap();
    let mut late = news.receiver();
    let mut latest = early.resubscribe();
    news.try_publish(2).unwrap();
    assert_eq!(all(&mut early), [Ok(1), Ok(2)]);
    assert_eq!((all(&mut late), all(&mut latest)), (vec![Ok(2)], vec![Ok(2)]));
}

/// In tokio that is an error, and in async-broadcast it waits.
#[test]
fn what_is_published_to_nobody_is_dropped_and_that_is_no_error() {
    let values = Values::new();
    let news = Broadcast::<Value, 1>::new();
    assert!(news.try_publish(values.make(1)).is_ok());
    assert!(news.try_publish(values.make(2)).is_ok(), "a full broadcast would refuse it");
    assert!(matches!(news.publish_now(values.make(3)), Ok(None)));
    assert!(Task::new(news.publish(values.make(4))).ready().is_ok());
    assert_eq!((values.drops.count(), news.len()), (4, 0));
    let mut receiver = news.receiver();
    assert!(matches!(receiver.try_recv(), Err(TryRecvError::Empty)));
}

#[test]
fn the_last_receiver_gets_the_original_and_the_others_get_clones() {
    let values = Values::new();
    let news = Broadcast::<Value, 2>::new();
    let mut receivers = [news.receiver(), news.receiver(), news.receiver()];
    assert!(news.try_publish(values.make(1)).is_ok());
    let received =
        receivers.each_mut().map(|receiver| receiver.try_recv().unwrap_or_else(|_| panic!("it is there")));
    assert_eq!(received.each_ref().map(|value| value.is_original), [false, false, true]);
    assert_eq!((values.clones(), values.drops.count()), (2, 0));
}

#[test]
fn a_single_receiver_clones_nothing() {
    let values = Values::with_hook(|id| panic!("value {id} is cloned"));
    let news = Broadcast::<Value, 2>::new();
    let mut receiver = news.receiver();
    assert!(news.try_publish(values.make(1)).is_ok());
    assert!(Task::new(receiver.recv()).ready().is_ok());
}

#[test]
fn a_publish_waits_for_the_slowest_receiver() {
    let news = Broadcast::<u8, 2>::new();
    let (mut fast, mut slow) = (news.receiver(), news.receiver());
    (1..=2).for_each(|value| news.try_publish(value).unwrap());
    let mut publish = queued(news.publish(3));
    assert_eq!(all(&mut fast), [Ok(1), Ok(2)]);
    assert!(!publish.is_woken());
    assert_eq!(slow.try_recv(), Ok(1));
    assert!(publish.is_woken(), "its value is in the broadcast");
    assert_eq!(fast.try_recv(), Ok(3));
    assert_eq!(publish.ready(), Ok(()));
}

#[test]
fn publishers_are_served_in_their_order_and_nobody_overtakes() {
    let news = Broadcast::<u8, 1>::new();
    let mut receiver = news.receiver();
    news.try_publish(0).unwrap();
    let mut waits: Vec<_> = (1..=3).map(|value| queued(news.publish(value))).collect();
    for value in 0..=3 {
        assert_eq!(news.try_publish(9), Err(TryPublishError::Full(9)), "others wait");
        assert_eq!(receiver.try_recv(), Ok(value));
    }
    waits.iter_mut().for_each(|wait| assert_eq!(wait.ready(), Ok(())));
}

/// tokio #8239, #6015: a capacity of three was one of four.
#[test]
fn the_capacity_is_what_was_asked_for() {
    fn fill<S: Storage>(news: &BroadcastRing<usize, S>) {
        let _receiver = news.receiver();
        (0..news.capacity()).for_each(|value| news.try_publish(value).unwrap());
        assert_eq!(news.try_publish(9), Err(TryPublishError::Full(9)));
        assert_eq!(news.len(), news.capacity());
    }
    fill(&Broadcast::<usize, 3>::new());
    let (sender, _receiver) = channel(5);
    fill(sender.broadcast());
}

#[test]
fn every_waiting_receiver_is_woken_once_and_nobody_else() {
    let news = Broadcast::<u8, 2>::new();
    let mut receivers: Vec<_> = (0..40).map(|_| news.receiver()).collect();
    let mut other = news.receiver();
    let mut waits: Vec<_> = receivers.iter_mut().map(|receiver| queued(receiver.recv())).collect();
    news.try_publish(1).unwrap();
    news.try_publish(2).unwrap();
    for wait in &mut waits {
        assert_eq!(wait.wakes(), 1);
        assert_eq!(wait.ready(), Ok(1));
    }
    assert_eq!(all(&mut other), [Ok(1), Ok(2)]);
}

/// tokio #5923: each wake began at the front of the list again.
#[test]
fn the_cost_of_a_publish_grows_with_its_waiters_only_in_proportion() {
    const MANY: usize = if cfg!(miri) { 100 } else { 100_000 };
    finishes(|| {
        let news = Broadcast::<u8, 1>::new();
        let mut receivers: Vec<_> = (0..MANY).map(|_| news.receiver()).collect();
        for round in 0..3 {
            let mut waits: Vec<_> = receivers.iter_mut().map(|receiver| queued(receiver.recv())).collect();
            news.try_publish(round).unwrap();
            waits.iter_mut().for_each(|wait| assert_eq!(wait.ready(), Ok(round)));
        }
    });
}

#[test]
fn cancelling_a_publish_does_not_walk_the_list() {
    crate::cost::cancelling_is_constant(|| {
        let news: &Broadcast<u8, 1> = leak(Broadcast::new());
        core::mem::forget(news.receiver());
        news.try_publish(0).unwrap();
        || news.publish(1)
    });
}

#[test]
fn values_without_a_size_are_counted() {
    let news = Broadcast::<(), 3>::new();
    let mut receiver = news.receiver();
    (0..5).for_each(|_| _ = news.publish_now(()));
    assert_eq!(all(&mut receiver), [Err(TryRecvError::Lagged(2)), Ok(()), Ok(()), Ok(())]);
}
