//! Waits that are dropped, cancelled or interrupted.

use super::*;

#[test]
fn promise_1_a_recv_that_is_dropped_has_not_consumed_the_value() {
    let news = Broadcast::<u8, 1>::new();
    let mut receiver = news.receiver();
    let wait = queued(receiver.recv());
    news.try_publish(1).unwrap();
    assert!(wait.is_woken());
    wait.cancel();
    assert_eq!(news.try_publish(2), Err(TryPublishError::Full(2)), "it is still to be read");
    assert_eq!(receiver.try_recv(), Ok(1));
}

#[test]
fn a_recv_that_was_woken_and_overtaken_by_a_displacement_learns_of_it() {
    let news = Broadcast::<u8, 1>::new();
    let mut receiver = news.receiver();
    let mut wait = queued(receiver.recv());
    news.publish_now(1).unwrap();
    news.publish_now(2).unwrap();
    assert_eq!(wait.ready(), Err(RecvError::Lagged(1)));
    drop(wait);
    assert_eq!(receiver.try_recv(), Ok(2));
}

#[test]
fn a_cancelled_publish_returns_its_value_unless_it_is_published() {
    let news = Broadcast::<u8, 1>::new();
    let mut receiver = news.receiver();
    news.try_publish(0).unwrap();
    let mut waits: Vec<_> = (1..=3).map(|value| queued(news.publish(value))).collect();
    assert_eq!(waits[0].pinned().cancel(), Some(1));
    assert_eq!(receiver.try_recv(), Ok(0));
    assert!(waits[1].is_woken(), "the place of the first went on to the second");
    assert_eq!(waits[1].pinned().cancel(), None, "it is in the broadcast");
    assert_eq!(receiver.try_recv(), Ok(2));
    drop(waits.pop());
    assert!(!news.is_empty(), "3 went in");
    assert_eq!(Task::new(news.publish(4)).pinned().cancel(), Some(4), "it was not polled");
}

#[test]
fn a_publish_that_is_dropped_drops_its_value_once() {
    let drops = Drops::new();
    let news = Broadcast::<Item, 1>::new();
    let _receiver = news.receiver();
    news.try_publish(drops.item(0)).unwrap();
    queued(news.publish(drops.item(1))).cancel();
    assert_eq!(drops.count(), 1);
    queued(news.publish(drops.item(2))).forget();
    assert!(news.close());
    assert_eq!(drops.count(), 1, "the value of a forgotten future is leaked");
}

#[test]
fn a_strangers_waker_that_panics_costs_no_value() {
    let news = Broadcast::<u8, 1>::new();
    let mut receiver = news.receiver();
    news.try_publish(0).unwrap();
    let mut publish = Task::with_waker(news.publish(1), CountingWaker::panicking(Call::Wake));
    assert!(publish.poll().is_pending());
    assert_eq!(receiver.try_recv(), Ok(0), "although the waker of the publish panicked");
    assert_eq!(receiver.try_recv(), Ok(1));
    assert_eq!(publish.ready(), Ok(()));
}

#[test]
fn a_receiver_whose_waker_panics_does_not_keep_the_others_asleep() {
    let news = Broadcast::<u8, 1>::new();
    let mut receivers: Vec<_> = (0..40).map(|_| news.receiver()).collect();
    let mut waits: Vec<_> = receivers
        .iter_mut()
        .enumerate()
        .map(|(number, receiver)| {
            let waker = if number == 5 { CountingWaker::panicking(Call::Wake) } else { CountingWaker::new() };
            let mut wait = Task::with_waker(receiver.recv(), waker);
            assert!(wait.poll().is_pending());
            wait
        })
        .collect();
    panic_of(|| news.try_publish(1));
    assert!(waits.iter_mut().all(|wait| wait.is_woken() && wait.ready() == Ok(1)));
}

/// The waker of a publish runs while a receiver leaves: the rest of its backlog is released nevertheless.
#[test]
fn a_waker_that_panics_while_a_receiver_leaves_keeps_no_place() {
    let drops = Drops::new();
    let news = Broadcast::<Item, 3>::new();
    let receiver = news.receiver();
    let mut staying = news.receiver();
    (0..3).for_each(|id| assert!(news.try_publish(drops.item(id)).is_ok()));
    drop(receiver);
    let mut publish = Task::with_waker(news.publish(drops.item(3)), CountingWaker::panicking(Call::Wake));
    assert!(publish.poll().is_pending());
    let other = core::mem::replace(&mut staying, news.receiver());
    panic_of(|| drop(other));
    assert_eq!(drops.count(), 3);
    assert_eq!((news.len(), staying.len()), (1, 1));
}
