//! Values are cloned without the internal lock; and what happens to the broadcast meanwhile.

use std::sync::Mutex;

use anywake_core::broadcast::StaticReceiver;
use anywake_tests::Portable;

use super::*;

type Receivers<const N: usize> = Mutex<Vec<StaticReceiver<'static, Value, N>>>;

/// A broadcast, its values, and receivers of it; `hook` runs when the value 0 is cloned, once.
fn hooked<const N: usize>(
    hook: impl Fn(&'static Broadcast<Value, N>, &Values, &Receivers<N>) + Portable + 'static,
) -> (&'static Broadcast<Value, N>, Values, &'static Receivers<N>) {
    let news: &'static Broadcast<Value, N> = leak(Broadcast::new());
    let others: &'static Receivers<N> = leak(Mutex::new(Vec::new()));
    let plain = Values::new();
    let made = plain.clone();
    let first = Mutex::new(Some(()));
    let values = Values {
        hook: Arc::new(move |id| {
            if id == 0 && first.lock().unwrap().take().is_some() {
                hook(news, &made, others);
            }
        }),
        ..plain
    };
    (news, values, others)
}

fn id(found: Result<Value, TryRecvError>) -> Result<u32, TryRecvError> {
    found.map(|value| value.item.id)
}

#[test]
fn a_clone_that_re_enters_its_broadcast_does_not_deadlock() {
    finishes(|| {
        let (news, values, others) = hooked::<2>(|news, values, others| {
            assert_eq!((news.len(), news.receiver_count()), (1, 2));
            assert!(news.try_publish(values.make(1)).is_ok());
            assert_eq!(others.lock().unwrap()[0].try_recv().map(|value| value.item.id), Ok(0));
            assert!(news.receiver().is_empty());
            assert!(Task::new(news.publish(values.make(2))).poll().is_pending());
        });
        let mut receiver = news.receiver();
        others.lock().unwrap().push(news.receiver());
        assert!(news.try_publish(values.make(0)).is_ok());
        assert_eq!(ids(all(&mut receiver)), [Ok(0), Ok(1)]);
    });
}

/// Two receivers clone at once. The one that ends last gets the original.
#[test]
fn the_last_to_end_its_clone_gets_the_original() {
    let (news, values, others) = hooked::<2>(|_, _, others| {
        let other = others.lock().unwrap()[0].try_recv().map(|value| value.is_original);
        assert_eq!(other, Ok(false), "the first is still reading");
    });
    let mut receiver = news.receiver();
    others.lock().unwrap().push(news.receiver());
    assert!(news.try_publish(values.make(0)).is_ok());
    assert!(receiver.try_recv().is_ok_and(|value| value.is_original));
    assert!(news.is_empty());
}

#[test]
fn publish_now_waits_for_no_clone_and_the_newest_value_arrives() {
    let (news, values, _) = hooked::<1>(|news, values, _| {
        assert!(matches!(news.publish_now(values.make(1)), Ok(None)), "it is kept back");
        assert_eq!((news.len(), news.receiver_count()), (2, 2));
        assert!(news.try_publish(values.make(8)).is_err(), "there is no room");
        let displaced = news.publish_now(values.make(2));
        assert!(displaced.is_ok_and(|value| value.is_some_and(|value| value.item.id == 1)));
    });
    let (mut reading, mut late) = (news.receiver(), news.receiver());
    assert!(news.publish_now(values.make(0)).is_ok());
    assert_eq!(ids(all(&mut reading)), [Ok(0), Err(TryRecvError::Lagged(1)), Ok(2)]);
    assert_eq!(ids(all(&mut late)), [Err(TryRecvError::Lagged(2)), Ok(2)], "0 was displaced at last");
    assert!(news.is_empty());
}

/// The values that never had a place leave a gap in the ring, which every receiver counts where it lies.
#[test]
fn what_is_displaced_during_a_clone_is_counted_by_each_receiver() {
    for publishes in 1..6 {
        let (news, values, _) = hooked::<4>(move |news, values, _| {
            (0..publishes).for_each(|more| drop(news.publish_now(values.make(4 + more))));
        });
        let mut readers: Vec<_> = (0..4).map(|_| news.receiver()).collect();
        assert!((0..4).all(|id| news.try_publish(values.make(id)).is_ok()));
        let mut reading = readers.pop().unwrap();
        assert_eq!(id(reading.try_recv()), Ok(0));
        // Receivers on both sides of the gap.
        for (ahead, reader) in readers.iter_mut().enumerate() {
            for _ in 0..=ahead {
                drop(reader.try_recv());
            }
        }
        let more = news.publish_now(values.make(99));
        assert!(more.is_ok_and(|displaced| displaced.is_some()));
        // What is there: two old values, the one that was kept back at last, and the newest.
        let there = [2, 3, 3 + publishes, 4 + publishes];
        for (mut reader, position) in readers.into_iter().chain([reading]).zip([1, 2, 3, 1]) {
            let (mut next, mut received) = (position, Vec::new());
            for found in all(&mut reader) {
                match found {
                    Ok(value) => {
                        let id = if value.item.id == 99 { 4 + publishes } else { value.item.id };
                        assert_eq!(id, next);
                        received.push(id);
                        next += 1;
                    }
                    Err(TryRecvError::Lagged(missed)) => next += missed as u32,
                    Err(error) => panic!("{error}"),
                }
            }
            assert_eq!(received, there.into_iter().filter(|id| *id >= position).collect::<Vec<_>>());
            assert_eq!(next, 5 + publishes);
        }
    }
}

#[test]
fn a_receiver_that_waits_is_woken_for_a_value_that_was_kept_back() {
    let (news, values, _) = hooked::<1>(|news, values, _| drop(news.publish_now(values.make(1))));
    let (mut reading, mut late, mut quick) = (news.receiver(), news.receiver(), news.receiver());
    assert!(news.try_publish(values.make(7)).is_ok());
    for receiver in [&mut reading, &mut late, &mut quick] {
        assert_eq!(id(receiver.try_recv()), Ok(7));
    }
    // Only those that are there when it is published have 0 to read, and one of them does not wait.
    let mut waiting = news.receiver();
    assert!(news.try_publish(values.make(0)).is_ok());
    drop(quick);
    drop(waiting);
    waiting = news.receiver();
    let mut wait = queued(waiting.recv());
    assert_eq!(id(reading.try_recv()), Ok(0));
    assert!(wait.is_woken());
    assert!(wait.ready().is_ok_and(|value| value.item.id == 1));
    assert_eq!(ids(all(&mut late)), [Err(TryRecvError::Lagged(1)), Ok(1)]);
    assert_eq!(ids(all(&mut reading)), [Ok(1)]);
}

#[test]
fn a_value_that_is_kept_back_is_received_after_a_close() {
    let (news, values, others) = hooked::<1>(|news, values, others| {
        drop(news.publish_now(values.make(1)));
        assert!(news.close());
        let waiting = &mut others.lock().unwrap()[0];
        assert!(matches!(waiting.try_recv(), Err(TryRecvError::Empty)), "it is not over");
    });
    let (mut reading, _late) = (news.receiver(), news.receiver());
    assert!(news.try_publish(values.make(0)).is_ok());
    others.lock().unwrap().push(news.receiver());
    let mut waiting = news.receiver();
    let mut wait = queued(waiting.recv());
    assert_eq!(id(reading.try_recv()), Ok(0));
    assert!(wait.ready().is_ok_and(|value| value.item.id == 1));
    drop(wait);
    assert!(matches!(waiting.try_recv(), Err(TryRecvError::Closed)));
}

#[test]
fn a_receiver_that_is_made_while_a_value_is_kept_back_receives_it() {
    let (news, values, others) = hooked::<1>(|news, values, others| {
        drop(news.publish_now(values.make(1)));
        drop(news.publish_now(values.make(2)));
        others.lock().unwrap().push(news.receiver());
    });
    let (mut reading, _late) = (news.receiver(), news.receiver());
    assert!(news.try_publish(values.make(0)).is_ok());
    assert_eq!(id(reading.try_recv()), Ok(0));
    let mut made = others.lock().unwrap().pop().unwrap();
    assert_eq!(ids(all(&mut made)), [Ok(2)], "it has missed nothing");
}

#[test]
fn a_clone_that_panics_counts_as_read_and_pins_no_place() {
    for publishes in 0..2 {
        let (news, values, _) = hooked::<1>(move |news, values, _| {
            (0..publishes).for_each(|_| drop(news.publish_now(values.make(1))));
            panic!("the clone fails");
        });
        let (mut reading, mut other) = (news.receiver(), news.receiver());
        assert!(news.try_publish(values.make(0)).is_ok());
        let mut publish = queued(news.publish(values.make(5)));
        assert_eq!(panic_of(|| Task::new(reading.recv()).ready()), "the clone fails");
        if publishes == 0 {
            assert_eq!(id(other.try_recv()), Ok(0));
        } else {
            assert!(matches!(other.try_recv(), Err(TryRecvError::Lagged(1))));
            assert_eq!((id(reading.try_recv()), id(other.try_recv())), (Ok(1), Ok(1)));
        }
        assert!(publish.ready().is_ok());
        assert_eq!((id(reading.try_recv()), id(other.try_recv())), (Ok(5), Ok(5)));
        assert!(news.is_empty());
    }
}

#[test]
fn a_receiver_that_is_dropped_during_a_clone_is_not_waited_for() {
    let (news, values, others) = hooked::<2>(|_, _, others| others.lock().unwrap().clear());
    let mut reading = news.receiver();
    others.lock().unwrap().push(news.receiver());
    assert!((0..2).all(|id| news.try_publish(values.make(id)).is_ok()));
    assert!(reading.try_recv().is_ok_and(|value| value.is_original), "nobody else has it to read any more");
    assert_eq!((news.len(), values.drops.count()), (1, 2), "the clone, and the original above");
}
