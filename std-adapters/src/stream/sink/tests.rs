//! The sink's protocol, step by step.

use core::pin::pin;
use core::task::Waker;
use std::sync::Arc;

use anywake_core::{Queue, TryPopError};
use futures_util::{SinkExt as _, StreamExt as _, stream};

use super::*;
use crate::test_util::{Wakes, poll};

fn cx() -> Context<'static> {
    Context::from_waker(Waker::noop())
}

/// Accepts an item, which has to be possible.
fn accept<T: fmt::Debug + PartialEq, S: Slots<T>>(mut sink: Pin<&mut QueueSink<'_, T, S>>, item: T) {
    assert_eq!(sink.as_mut().poll_ready(&mut cx()), Poll::Ready(Ok(())));
    assert_eq!(sink.start_send(item), Ok(()));
}

#[test]
fn item_goes_straight_into_a_queue_with_room() {
    let queue = Queue::with_capacity(2).unwrap();
    let mut sink = pin!(queue.sink());
    accept(sink.as_mut(), 1);
    assert_eq!(queue.try_pop(), Ok(1));
    assert_eq!(sink.poll_flush(&mut cx()), Poll::Ready(Ok(())));
}

#[test]
fn full_queue_holds_the_sink_back_with_one_item() {
    let queue = Queue::with_capacity(1).unwrap();
    let mut sink = pin!(queue.sink());
    accept(sink.as_mut(), 1);
    accept(sink.as_mut(), 2);
    let (wakes, waker) = Wakes::new();
    assert!(sink.as_mut().poll_ready(&mut Context::from_waker(&waker)).is_pending());
    assert!(sink.as_mut().poll_flush(&mut Context::from_waker(&waker)).is_pending());
    assert_eq!(queue.try_pop(), Ok(1));
    assert_eq!(wakes.count(), 1);
    accept(sink.as_mut(), 3);
    assert_eq!(queue.try_pop(), Ok(2));
    assert!(sink.as_mut().poll_flush(&mut cx()).is_ready());
    assert_eq!(queue.try_pop(), Ok(3));
}

#[test]
fn waiting_item_keeps_its_place_among_other_pushes() {
    let queue = Queue::with_capacity(1).unwrap();
    let mut sink = pin!(queue.sink());
    accept(sink.as_mut(), 1);
    accept(sink.as_mut(), 2);
    assert!(sink.as_mut().poll_flush(&mut cx()).is_pending());
    let mut later = pin!(queue.push(3));
    assert!(poll(later.as_mut()).is_pending());
    assert_eq!(queue.try_pop(), Ok(1));
    assert_eq!(queue.try_pop(), Ok(2));
    assert_eq!(queue.try_pop(), Ok(3));
    assert!(sink.poll_flush(&mut cx()).is_ready());
}

#[test]
fn given_up_send_leaves_the_item_in_the_sink() {
    let queue = Queue::with_capacity(1).unwrap();
    queue.try_push(1).unwrap();
    let mut sink = pin!(queue.sink());
    {
        let mut send = sink.send(2);
        assert!(poll(Pin::new(&mut send)).is_pending());
    }
    assert_eq!(queue.try_pop(), Ok(1));
    assert_eq!(queue.try_pop(), Ok(2));
}

#[test]
fn taken_item_comes_back_and_leaves_no_trace() {
    let queue = Queue::with_capacity(1).unwrap();
    queue.try_push(1).unwrap();
    let mut sink = pin!(queue.sink());
    assert_eq!(sink.as_mut().take(), None);
    accept(sink.as_mut(), 2);
    assert!(sink.as_mut().poll_flush(&mut cx()).is_pending());
    assert_eq!(sink.as_mut().take(), Some(2));
    assert!(sink.as_mut().poll_ready(&mut cx()).is_ready());
    assert_eq!(queue.try_pop(), Ok(1));
    assert_eq!(queue.try_pop(), Err(TryPopError::Empty));
}

#[test]
fn item_that_got_its_slot_is_not_taken_back() {
    let queue = Queue::with_capacity(1).unwrap();
    queue.try_push(1).unwrap();
    let mut sink = pin!(queue.sink());
    accept(sink.as_mut(), 2);
    assert!(sink.as_mut().poll_flush(&mut cx()).is_pending());
    assert_eq!(queue.try_pop(), Ok(1));
    assert_eq!(sink.as_mut().take(), None);
    assert_eq!(queue.try_pop(), Ok(2));
}

#[test]
fn dropped_sink_drops_its_item_and_its_place() {
    let queue = Queue::with_capacity(1).unwrap();
    let item = Arc::new(());
    queue.try_push(Arc::new(())).unwrap();
    let mut sink = Box::pin(queue.sink());
    accept(sink.as_mut(), Arc::clone(&item));
    assert!(sink.as_mut().poll_flush(&mut cx()).is_pending());
    drop(sink);
    assert_eq!(Arc::strong_count(&item), 1);
    queue.try_pop().unwrap();
    assert!(queue.is_empty());
}

#[test]
fn closed_queue_gives_every_item_back() {
    let queue = Queue::with_capacity(1).unwrap();
    queue.try_push(1).unwrap();
    let mut waiting = pin!(queue.sink());
    accept(waiting.as_mut(), 2);
    assert!(waiting.as_mut().poll_flush(&mut cx()).is_pending());
    queue.close();
    assert_eq!(waiting.as_mut().poll_flush(&mut cx()), Poll::Ready(Err(PushError(2))));
    assert_eq!(waiting.as_mut().poll_ready(&mut cx()), Poll::Ready(Ok(())));
    assert_eq!(waiting.start_send(3), Err(PushError(3)));
}

#[test]
fn sink_without_an_item_is_ready_on_a_closed_queue_and_its_next_item_fails() {
    let queue = Queue::with_capacity(1).unwrap();
    queue.close();
    let mut sink = pin!(queue.sink());
    assert_eq!(sink.as_mut().poll_ready(&mut cx()), Poll::Ready(Ok(())));
    assert_eq!(sink.as_mut().start_send(1), Err(PushError(1)));
    assert_eq!(sink.as_mut().poll_flush(&mut cx()), Poll::Ready(Ok(())));
    assert_eq!(sink.poll_close(&mut cx()), Poll::Ready(Ok(())));
}

#[test]
fn closing_pushes_what_waits_and_then_closes_the_queue() {
    let queue = Queue::with_capacity(1).unwrap();
    queue.try_push(1).unwrap();
    let mut sink = pin!(queue.sink());
    accept(sink.as_mut(), 2);
    assert!(sink.as_mut().poll_close(&mut cx()).is_pending());
    assert!(!queue.is_closed());
    assert_eq!(queue.try_pop(), Ok(1));
    assert_eq!(sink.poll_close(&mut cx()), Poll::Ready(Ok(())));
    assert!(queue.is_closed());
    assert_eq!(queue.try_pop(), Ok(2));
}

#[test]
#[should_panic(expected = "`start_send` without a successful `poll_ready`")]
fn second_item_without_asking_is_a_panic() {
    let queue = Queue::with_capacity(1).unwrap();
    queue.try_push(1).unwrap();
    let mut sink = pin!(queue.sink());
    accept(sink.as_mut(), 2);
    let _ = sink.start_send(3);
}

#[test]
fn send_all_leaves_the_queue_open_and_forward_closes_it() {
    let queue = Queue::with_capacity(8).unwrap();
    let mut sink = pin!(queue.sink());
    let mut numbers = stream::iter([Ok(1), Ok(2)]);
    assert_eq!(poll(pin!(sink.send_all(&mut numbers))), Poll::Ready(Ok(())));
    assert!(!queue.is_closed());
    assert_eq!(poll(pin!(stream::iter([Ok(3)]).forward(queue.sink()))), Poll::Ready(Ok(())));
    assert!(queue.is_closed());
    let drained = pin!(queue.stream().collect::<Vec<_>>());
    assert_eq!(poll(drained), Poll::Ready(vec![1, 2, 3]));
}

#[test]
fn debug_says_whether_an_item_waits() {
    let queue = Queue::with_capacity(1).unwrap();
    let mut sink = pin!(queue.sink());
    accept(sink.as_mut(), 1);
    assert_eq!(format!("{sink:?}"), "QueueSink { item_waits: false, .. }");
    accept(sink.as_mut(), 2);
    assert_eq!(format!("{sink:?}"), "QueueSink { item_waits: true, .. }");
}
