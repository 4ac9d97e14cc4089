//! The protocol of a sender's sink, step by step.

use core::pin::pin;
use core::task::Waker;

use anywake_core::channel::{Receiver, Sender, StaticSender, bounded};
use anywake_core::{Queue, StaticQueue, TryPopError, TryPushError};
use futures_util::{SinkExt as _, StreamExt as _, stream};

use super::*;
use crate::test_util::{Wakes, poll};

type Boxed<T> = Pin<Box<SenderSink<Arc<Queue<T>>>>>;

fn cx() -> Context<'static> {
    Context::from_waker(Waker::noop())
}

fn sink<T>(capacity: usize) -> (Boxed<T>, Receiver<T>) {
    let (sender, receiver) = bounded(capacity);
    (Box::pin(sender.into_sink()), receiver)
}

/// Another sender of the sink's channel.
fn sender<T>(sink: &Boxed<T>) -> Sender<T> {
    sink.sender().expect("the sink is open").clone()
}

/// Makes the sink ready, which has to be possible.
fn ready<H: SinkHandle>(sink: &mut Pin<Box<SenderSink<H>>>) {
    assert!(matches!(sink.as_mut().poll_ready(&mut cx()), Poll::Ready(Ok(()))));
}

#[test]
fn a_ready_sink_has_room_that_nobody_else_takes() {
    let (mut sink, receiver) = sink(2);
    ready(&mut sink);
    ready(&mut sink);
    let sender = sender(&sink);
    assert_eq!(sender.try_send(1), Ok(()));
    assert_eq!(sender.try_send(9), Err(TryPushError::Full(9)));
    assert_eq!(sink.as_mut().start_send(2), Ok(()));
    assert_eq!(sink.as_mut().poll_flush(&mut cx()), Poll::Ready(Ok(())));
    assert_eq!((receiver.try_recv(), receiver.try_recv()), (Ok(1), Ok(2)));
}

#[test]
fn a_sink_waits_in_one_line_with_those_that_send() {
    let (mut sink, receiver) = sink(1);
    let sender = sender(&sink);
    sender.try_send(1).unwrap();
    let mut before = pin!(sender.send(2));
    assert!(poll(before.as_mut()).is_pending());
    let (wakes, waker) = Wakes::new();
    assert!(sink.as_mut().poll_ready(&mut Context::from_waker(&waker)).is_pending());
    let mut after = pin!(sender.send(4));
    assert!(poll(after.as_mut()).is_pending());
    assert_eq!((receiver.try_recv(), wakes.count()), (Ok(1), 0));
    assert_eq!((receiver.try_recv(), wakes.count()), (Ok(2), 1));
    ready(&mut sink);
    sink.as_mut().start_send(3).unwrap();
    assert_eq!((receiver.try_recv(), receiver.try_recv()), (Ok(3), Ok(4)));
    assert!(poll(before).is_ready() && poll(after).is_ready());
}

#[test]
fn a_sink_that_is_not_polled_any_more_keeps_its_place() {
    let (mut sink, receiver) = sink(1);
    sender(&sink).try_send(1).unwrap();
    let (wakes, waker) = Wakes::new();
    assert!(sink.as_mut().poll_ready(&mut Context::from_waker(&waker)).is_pending());
    // A new waker, and the same place.
    assert!(sink.as_mut().poll_ready(&mut cx()).is_pending());
    assert_eq!(receiver.queue().waiters(), 1);
    assert_eq!((receiver.try_recv(), wakes.count()), (Ok(1), 0));
    assert_eq!(sender(&sink).try_send(9), Err(TryPushError::Full(9)));
    ready(&mut sink);
}

#[test]
fn promise_1_a_ready_sink_that_is_dropped_leaves_its_room_to_the_next() {
    let (mut sink, receiver) = sink(1);
    let sender = sender(&sink);
    ready(&mut sink);
    let mut next = pin!(sender.send(1));
    assert!(poll(next.as_mut()).is_pending());
    drop(sink);
    assert_eq!(poll(next), Poll::Ready(Ok(())));
    assert_eq!(receiver.try_recv(), Ok(1));
}

#[test]
fn promise_1_a_sink_dropped_between_the_grant_and_its_poll_leaves_its_room() {
    let (mut sink, receiver) = sink(1);
    let sender = sender(&sink);
    sender.try_send(1).unwrap();
    assert!(sink.as_mut().poll_ready(&mut cx()).is_pending());
    assert_eq!(receiver.try_recv(), Ok(1));
    assert!(sender.try_send(9).is_err(), "the room is the sink's");
    drop(sink);
    assert_eq!(sender.try_send(2), Ok(()));
}

#[test]
fn a_waiting_sink_that_is_dropped_leaves_the_line() {
    let (mut sink, receiver) = sink(1);
    sender(&sink).try_send(1).unwrap();
    assert!(sink.as_mut().poll_ready(&mut cx()).is_pending());
    drop(sink);
    assert_eq!(receiver.queue().waiters(), 0);
    assert_eq!((receiver.try_recv(), receiver.try_recv()), (Ok(1), Err(TryPopError::Closed)));
}

#[test]
fn released_room_goes_to_the_next_and_the_sink_asks_anew() {
    let (mut sink, receiver) = sink(1);
    let sender = sender(&sink);
    sink.as_mut().release();
    ready(&mut sink);
    sink.as_mut().release();
    assert_eq!(sender.try_send(1), Ok(()));
    assert!(sink.as_mut().poll_ready(&mut cx()).is_pending());
    sink.as_mut().release();
    assert_eq!(receiver.queue().waiters(), 0);
    assert_eq!(receiver.try_recv(), Ok(1));
    ready(&mut sink);
}

#[test]
fn closing_drops_the_sender_and_gives_the_room_back() {
    let (mut sink, receiver) = sink(1);
    let sender = sender(&sink);
    ready(&mut sink);
    assert_eq!(sink.as_mut().poll_close(&mut cx()), Poll::Ready(Ok(())));
    assert_eq!(sink.as_mut().poll_close(&mut cx()), Poll::Ready(Ok(())));
    assert!(sink.sender().is_none());
    assert!(!receiver.is_closed(), "there is another sender");
    assert_eq!(sender.try_send(1), Ok(()));
    drop(sender);
    assert_eq!((receiver.try_recv(), receiver.try_recv()), (Ok(1), Err(TryPopError::Closed)));
}

#[test]
fn the_last_sink_that_closes_wakes_the_receivers_although_it_was_ready() {
    let (mut sink, receiver) = sink::<u8>(1);
    ready(&mut sink);
    let mut recv = pin!(receiver.recv());
    assert!(poll(recv.as_mut()).is_pending());
    assert!(sink.as_mut().poll_close(&mut cx()).is_ready());
    assert_eq!(poll(recv), Poll::Ready(Err(Closed)));
}

#[test]
fn a_closed_sink_fails_and_returns_the_item() {
    let (mut sink, _receiver) = sink(1);
    assert!(sink.as_mut().poll_close(&mut cx()).is_ready());
    assert_eq!(sink.as_mut().poll_ready(&mut cx()), Poll::Ready(Err(SinkError(None))));
    assert_eq!(sink.as_mut().start_send(1), Err(SinkError(Some(1))));
    assert_eq!(sink.as_mut().poll_flush(&mut cx()), Poll::Ready(Ok(())));
}

#[test]
fn a_sink_hears_that_nobody_receives_before_an_item_is_made() {
    let (mut sink, receiver) = sink::<u8>(1);
    sender(&sink).try_send(1).unwrap();
    let (wakes, waker) = Wakes::new();
    assert!(sink.as_mut().poll_ready(&mut Context::from_waker(&waker)).is_pending());
    drop(receiver);
    assert_eq!(wakes.count(), 1);
    assert_eq!(sink.as_mut().poll_ready(&mut cx()), Poll::Ready(Err(SinkError(None))));
    assert_eq!(sink.as_mut().poll_ready(&mut cx()), Poll::Ready(Err(SinkError(None))));
}

#[test]
fn the_item_comes_back_if_the_receiver_goes_after_the_sink_was_ready() {
    let (mut sink, receiver) = sink(1);
    ready(&mut sink);
    drop(receiver);
    assert_eq!(sink.as_mut().start_send("item"), Err(SinkError(Some("item"))));
}

#[test]
fn room_that_was_reserved_before_the_close_is_good_after_it() {
    let (mut sink, receiver) = sink(1);
    ready(&mut sink);
    receiver.close();
    let mut recv = pin!(receiver.recv());
    assert!(poll(recv.as_mut()).is_pending(), "an item may still come");
    assert_eq!(sink.as_mut().start_send(1), Ok(()));
    assert_eq!(poll(recv), Poll::Ready(Ok(1)));
    assert_eq!(sink.as_mut().poll_ready(&mut cx()), Poll::Ready(Err(SinkError(None))));
}

#[test]
#[should_panic(expected = "`start_send` without a successful `poll_ready`")]
fn a_second_item_without_asking_is_a_panic() {
    let (mut sink, _receiver) = sink(2);
    ready(&mut sink);
    sink.as_mut().start_send(1).unwrap();
    let _ = sink.as_mut().start_send(2);
}

#[test]
fn a_given_up_send_keeps_the_place_and_drops_the_item() {
    let (mut sink, receiver) = sink(1);
    let item = Arc::new(());
    sender(&sink).try_send(Arc::new(())).unwrap();
    {
        let mut send = sink.send(Arc::clone(&item));
        assert!(poll(Pin::new(&mut send)).is_pending());
    }
    assert_eq!((Arc::strong_count(&item), receiver.queue().waiters()), (1, 1));
    receiver.try_recv().unwrap();
    assert_eq!(poll(pin!(sink.send(item))), Poll::Ready(Ok(())));
}

#[test]
fn a_sink_over_a_static_queue_borrows_it() {
    static QUEUE: StaticQueue<u8, 1> = StaticQueue::new();
    let (sender, receiver): (StaticSender<'static, u8, 1>, _) = QUEUE.split();
    let mut sink = Box::pin(sender.into_sink());
    assert_eq!(poll(pin!(sink.send(1))), Poll::Ready(Ok(())));
    let mut second = sink.send(2);
    assert!(poll(Pin::new(&mut second)).is_pending());
    assert_eq!(receiver.try_recv(), Ok(1));
    assert_eq!(poll(pin!(second)), Poll::Ready(Ok(())));
    drop(sink);
    assert_eq!((receiver.try_recv(), receiver.try_recv()), (Ok(2), Err(TryPopError::Closed)));
}

/// A sink in a struct, polled by hand: what a codec or a service does.
#[test]
fn a_sink_is_stored_beside_an_item_and_polled_by_hand() {
    struct Outbox {
        sink: Boxed<u8>,
        next: Option<u8>,
    }

    impl Outbox {
        fn poll_send(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), SinkError<u8>>> {
            ready!(self.sink.as_mut().poll_ready(cx))?;
            let next = self.next.take().expect("there is an item");
            Poll::Ready(self.sink.as_mut().start_send(next))
        }
    }

    let (sink, receiver) = sink(1);
    sender(&sink).try_send(1).unwrap();
    let mut outbox = Outbox { sink, next: Some(2) };
    assert!(outbox.poll_send(&mut cx()).is_pending());
    assert_eq!((receiver.try_recv(), outbox.next), (Ok(1), Some(2)));
    assert_eq!(outbox.poll_send(&mut cx()), Poll::Ready(Ok(())));
    drop(outbox);
    assert_eq!((receiver.try_recv(), receiver.try_recv()), (Ok(2), Err(TryPopError::Closed)));
}

#[test]
fn send_all_leaves_the_sender_and_forward_drops_it() {
    let (mut sink, receiver) = sink(8);
    let mut numbers = stream::iter([Ok(1), Ok(2)]);
    assert_eq!(poll(pin!(sink.send_all(&mut numbers))), Poll::Ready(Ok(())));
    assert!(!receiver.is_closed());
    assert_eq!(poll(pin!(stream::iter([Ok(3)]).forward(sink))), Poll::Ready(Ok(())));
    assert!(receiver.is_closed());
    assert_eq!(poll(pin!(receiver.into_stream().collect::<Vec<_>>())), Poll::Ready(vec![1, 2, 3]));
}

#[test]
fn errors_and_sinks_can_be_shown_whatever_they_carry() {
    struct Opaque;
    let error = SinkError(Some(Opaque));
    assert_eq!(
        (format!("{error:?}"), error.to_string()),
        ("SinkError(Some(..))".into(), "the channel is closed".into())
    );
    assert!(error.into_inner().is_some());
    assert_eq!(format!("{:?}", SinkError::<Opaque>(None)), "SinkError(None)");
    let (mut sink, _receiver) = sink::<Opaque>(1);
    assert_eq!(format!("{sink:?}"), "SenderSink { room: \"none\", closed: false, .. }");
    ready(&mut sink);
    assert_eq!(format!("{sink:?}"), "SenderSink { room: \"reserved\", closed: false, .. }");
}
