//! Displacement, and what receivers learn of it.

use super::*;

/// tokio #8239, #2123: the count was misread, and once it wrapped.
#[test]
fn a_lagging_receiver_learns_once_and_exactly_how_many_it_missed() {
    let news = Broadcast::<u32, 3>::new();
    let mut receiver = news.receiver();
    for value in 0..10 {
        assert_eq!(news.publish_now(value), Ok(value.checked_sub(3)));
    }
    assert_eq!(receiver.len(), 3, "what it missed does not count");
    assert_eq!(all(&mut receiver), [Err(TryRecvError::Lagged(7)), Ok(7), Ok(8), Ok(9)]);
    news.publish_now(10).unwrap();
    assert_eq!(Task::new(receiver.recv()).ready(), Ok(10));
}

#[test]
fn a_receiver_that_lags_again_before_it_reads_learns_of_the_rest() {
    let news = Broadcast::<u32, 2>::new();
    let mut receiver = news.receiver();
    (0..4).for_each(|value| _ = news.publish_now(value));
    assert_eq!(Task::new(receiver.recv()).ready(), Err(RecvError::Lagged(2)));
    (4..9).for_each(|value| _ = news.publish_now(value));
    assert_eq!(all(&mut receiver), [Err(TryRecvError::Lagged(5)), Ok(7), Ok(8)]);
}

#[test]
fn each_receiver_lags_for_itself_and_what_is_received_and_missed_is_all() {
    let news = Broadcast::<u64, 4>::new();
    let mut receivers: Vec<_> = (0..4).map(|_| (news.receiver(), 0)).collect();
    for value in 0..1000 {
        news.publish_now(value).unwrap();
        for (pace, (receiver, next)) in receivers.iter_mut().enumerate() {
            if value % (1 + pace as u64 * 2) == 0 {
                match receiver.try_recv() {
                    Ok(value) => {
                        assert_eq!(value, *next);
                        *next += 1;
                    }
                    Err(TryRecvError::Lagged(missed)) => *next += missed,
                    Err(error) => panic!("{error}"),
                }
            }
        }
    }
    for (mut receiver, mut next) in receivers {
        for found in all(&mut receiver) {
            next += match found {
                Err(TryRecvError::Lagged(missed)) => missed,
                _ => 1,
            };
        }
        assert_eq!(next, 1000);
    }
}

#[test]
fn a_new_receiver_has_missed_nothing() {
    let news = Broadcast::<u32, 1>::new();
    let _slow = news.receiver();
    (0..5).for_each(|value| _ = news.publish_now(value));
    let mut late = news.receiver();
    assert_eq!(late.try_recv(), Err(TryRecvError::Empty));
    news.publish_now(5).unwrap();
    assert_eq!(late.try_recv(), Ok(5));
}

/// tokio #2425: the end took the place of the last value.
#[test]
fn a_close_displaces_nothing() {
    let (sender, mut receiver) = channel(1);
    sender.try_publish(0).unwrap();
    drop(sender);
    assert_eq!(Task::new(receiver.recv()).ready(), Ok(0));
    assert_eq!(Task::new(receiver.recv()).ready(), Err(RecvError::Closed));
}

#[test]
fn a_displaced_value_is_returned_and_not_dropped_under_the_lock() {
    let values = Values::new();
    let news = Broadcast::<Value, 1>::new();
    let _receiver = news.receiver();
    assert!(matches!(news.publish_now(values.make(1)), Ok(None)));
    let Ok(Some(displaced)) = news.publish_now(values.make(2)) else { panic!("the broadcast is full") };
    assert_eq!((displaced.item.id, values.drops.count()), (1, 0));
}

#[test]
fn publish_now_overtakes_publishers_that_wait_and_they_go_in_later() {
    let news = Broadcast::<u32, 2>::new();
    let mut receiver = news.receiver();
    (0..2).for_each(|value| news.try_publish(value).unwrap());
    let mut publish = queued(news.publish(9));
    assert_eq!(news.publish_now(2), Ok(Some(0)));
    assert!(!publish.is_woken());
    assert_eq!(all(&mut receiver), [Err(TryRecvError::Lagged(1)), Ok(1), Ok(2), Ok(9)]);
    assert_eq!(publish.ready(), Ok(()));
}

#[test]
fn a_displacement_frees_a_value_that_only_a_dropped_receiver_had_not_read() {
    let news = Broadcast::<u32, 1>::new();
    let (slow, mut fast) = (news.receiver(), news.receiver());
    news.publish_now(0).unwrap();
    assert_eq!(fast.try_recv(), Ok(0));
    assert_eq!(news.publish_now(1), Ok(Some(0)), "the slow one had it to read");
    drop(slow);
    assert_eq!(fast.try_recv(), Ok(1));
    assert!(news.is_empty());
}
