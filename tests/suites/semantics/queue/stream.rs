//! The queue as a stream.

use super::*;

#[test]
fn a_stream_yields_items_until_the_queue_is_closed_and_drained() {
    let queue = full::<2>();
    let mut stream = pin!(queue.stream());
    assert_eq!(Task::new(stream.next()).ready(), Some(0));
    assert_eq!(Task::new(stream.next()).ready(), Some(1));
    let mut next = queued(stream.next());
    queue.try_push(2).unwrap();
    assert_eq!(next.ready(), Some(2));
    drop(next);
    queue.try_push(3).unwrap();
    queue.close();
    assert_eq!(Task::new(stream.next()).ready(), Some(3));
    assert!(!stream.is_terminated());
    assert_eq!(Task::new(stream.next()).ready(), None);
    assert!(stream.is_terminated());
    assert_eq!(Task::new(stream.next()).ready(), None, "the stream stays ended");
}

#[test]
fn a_waiting_stream_ends_when_the_queue_is_closed() {
    let queue = StaticQueue::<u8, 1>::new();
    let mut stream = pin!(queue.stream());
    let mut next = queued(stream.next());
    queue.close();
    assert!(next.is_woken());
    assert_eq!(next.ready(), None);
}

#[test]
fn dropping_a_stream_loses_no_item() {
    let queue = StaticQueue::<u8, 2>::new();
    {
        let mut stream = pin!(queue.stream());
        let next = queued(stream.next());
        queue.try_push(1).unwrap();
        assert!(next.is_woken());
    }
    assert_eq!((queue.waiters(), drain(&queue)), (0, vec![1]));
}

#[test]
fn streams_share_a_queue_in_turn() {
    let queue = StaticQueue::<u8, 4>::new();
    let (mut one, mut other) = (pin!(queue.stream()), pin!(queue.stream()));
    let (mut first, mut second) = (queued(one.next()), queued(other.next()));
    queue.try_push(1).unwrap();
    assert!(first.is_woken() && !second.is_woken());
    assert_eq!(first.ready(), Some(1));
    queue.try_push(2).unwrap();
    assert_eq!(second.ready(), Some(2));
}
