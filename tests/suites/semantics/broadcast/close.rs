//! The end of a broadcast, by hand or with its last sender.

use super::*;

#[test]
fn the_last_sender_closes_the_broadcast_and_the_values_are_received_first() {
    let (sender, mut receiver) = channel(2);
    let other = sender.clone();
    sender.try_publish(1).unwrap();
    drop(sender);
    assert!(!receiver.is_closed());
    other.try_publish(2).unwrap();
    drop(other);
    assert!(receiver.is_closed());
    assert_eq!((receiver.try_recv(), receiver.try_recv()), (Ok(1), Ok(2)));
    assert_eq!(receiver.try_recv(), Err(TryRecvError::Closed));
}

#[test]
fn every_wait_hears_of_the_close() {
    let news = Broadcast::<u8, 1>::new();
    let (_slow, mut receivers) = (news.receiver(), [(); 20].map(|()| news.receiver()));
    news.try_publish(0).unwrap();
    receivers.iter_mut().for_each(|receiver| _ = receiver.try_recv());
    let mut waits = receivers.each_mut().map(|receiver| queued(receiver.recv()));
    let mut publishes: Vec<_> = (0..20).map(|value| queued(news.publish(value))).collect();
    let mut listeners = [(); 20].map(|()| queued(news.closed()));
    assert!(news.close());
    assert!(!news.close(), "once");
    waits.iter_mut().for_each(|wait| assert_eq!(wait.ready(), Err(RecvError::Closed)));
    for (value, publish) in (0..20).zip(&mut publishes) {
        assert_eq!(publish.ready(), Err(PublishError(value)));
    }
    listeners.iter_mut().for_each(Task::ready);
    Task::new(news.closed()).ready();
    assert_eq!(news.waiters(), 0);
}

#[test]
fn a_closed_broadcast_takes_nothing_and_returns_it() {
    let (sender, receiver) = channel(2);
    assert!(receiver.close());
    assert_eq!(sender.try_publish(1), Err(TryPublishError::Closed(1)));
    assert_eq!(sender.publish_now(2), Err(PublishError(2)));
    assert_eq!(Task::new(sender.publish(3)).ready(), Err(PublishError(3)));
    Task::new(sender.closed()).ready();
}

#[test]
fn a_producer_that_panics_ends_the_loop_of_its_consumer() {
    let (sender, mut receiver) = channel(2);
    let panicked = panic_of(move || {
        sender.try_publish(1).unwrap();
        panic!("the producer fails");
    });
    assert_eq!(panicked, "the producer fails");
    assert_eq!(all(&mut receiver), [Ok(1)]);
    assert_eq!(receiver.try_recv(), Err(TryRecvError::Closed));
}

#[cfg(not(feature = "local"))]
#[test]
fn ends_of_a_static_close_it_without_an_allocation() {
    static NEWS: Broadcast<u8, 2> = Broadcast::new();
    let (sender, mut receiver) = over(&NEWS);
    let more = NEWS.sender();
    sender.try_publish(1).unwrap();
    drop(sender);
    assert!(!NEWS.is_closed());
    drop(more);
    assert_eq!(all(&mut receiver), [Ok(1)]);
    assert!(NEWS.is_closed());
}

#[test]
fn a_channel_without_room_panics_when_it_is_made() {
    assert_eq!(panic_of(|| channel::<u8>(0)), "a capacity is at least one");
}
