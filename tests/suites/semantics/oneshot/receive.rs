//! Receives that are dropped, kept, forgotten, or polled by wakers that call back.

use anywake_tests::Arc;
use core::future::{Future as _, IntoFuture as _};
use core::pin::Pin;
use std::sync::Mutex;

use anywake_core::Closed;
use anywake_core::oneshot::{OwnedRecvFuture, Receiver, Sender, channel};
use anywake_tests::{Call, CountingWaker, Task, assert_pending, finishes, poll_once, queued};

#[test]
fn promise_1_a_receive_that_is_dropped_loses_nothing() {
    let (sender, mut receiver) = channel();
    queued(receiver.recv()).cancel();
    sender.send(1).unwrap();
    Task::new(receiver.recv()).cancel();
    assert_eq!(Task::new(receiver.recv()).ready(), Ok(1));
}

#[test]
fn promise_1_a_receive_that_is_dropped_after_its_wake_loses_nothing() {
    let (sender, mut receiver) = channel();
    let wait = queued(receiver.recv());
    sender.send(1).unwrap();
    assert!(wait.is_woken());
    wait.cancel();
    assert_eq!(receiver.try_recv(), Ok(1));
}

#[test]
fn an_enabled_receive_that_is_dropped_loses_nothing() {
    let (sender, mut receiver) = channel();
    sender.send(1).unwrap();
    let mut wait = Task::new(receiver.recv());
    assert!(wait.pinned().enable());
    wait.cancel();
    assert_eq!(receiver.try_recv(), Ok(1));
}

#[test]
fn promise_7_a_receive_that_is_forgotten_loses_nothing() {
    let (sender, mut receiver) = channel();
    queued(receiver.recv()).forget();
    let mut wait = queued(receiver.recv());
    sender.send(1).unwrap();
    assert_eq!(wait.wakes(), 1, "the forgotten wait does not keep it");
    assert_eq!(wait.ready(), Ok(1));
}

#[test]
fn promise_7_a_receive_that_is_forgotten_after_its_wake_loses_nothing() {
    let (sender, mut receiver) = channel();
    let wait = queued(receiver.recv());
    sender.send(1).unwrap();
    wait.forget();
    assert_eq!(receiver.try_recv(), Ok(1));
}

/// The wait of a receiver as a field, polled by hand.
struct Request {
    answer: Pin<Box<OwnedRecvFuture<Arc<anywake_core::Oneshot<u32>>>>>,
}

#[test]
fn a_receive_can_be_stored_in_a_struct_and_polled_by_hand() {
    let (sender, receiver): (Sender<u32>, Receiver<u32>) = channel();
    let mut request = Request { answer: Box::pin(receiver.into_future()) };
    assert_pending!(poll_once(request.answer.as_mut()));
    let mut moved = Box::new(request);
    sender.send(1).unwrap();
    assert!(moved.answer.is_decided());
    assert_eq!(poll_once(moved.answer.as_mut()), core::task::Poll::Ready(Ok(1)));
}

#[test]
fn a_send_while_the_waker_is_cloned_is_seen() {
    let (sender, mut receiver) = channel();
    let sender = Mutex::new(Some(sender));
    let waker = CountingWaker::reentrant(Call::Clone, move || {
        if let Some(sender) = sender.lock().unwrap().take() {
            sender.send(1).unwrap();
        }
    });
    assert_eq!(Task::with_waker(receiver.recv(), waker).ready(), Ok(1));
}

#[test]
fn the_end_of_the_sender_while_the_waker_is_cloned_is_seen() {
    let (sender, mut receiver) = channel::<u32>();
    let sender = Mutex::new(Some(sender));
    let waker = CountingWaker::reentrant(Call::Clone, move || drop(sender.lock().unwrap().take()));
    assert_eq!(Task::with_waker(receiver.recv(), waker).ready(), Err(Closed));
}

/// A waker that drops the wait that it wakes: the value is dropped with it, once, while `send` still runs.
#[test]
fn a_waker_that_drops_its_own_wait_does_no_harm() {
    type Wait = Pin<Box<OwnedRecvFuture<Arc<anywake_core::Oneshot<Arc<()>>>>>>;
    finishes(|| {
        let value = Arc::new(());
        let (sender, receiver) = channel();
        let wait: Arc<Mutex<Option<Wait>>> = Arc::new(Mutex::new(Some(Box::pin(receiver.into_future()))));
        let doomed = Arc::clone(&wait);
        let waker = CountingWaker::reentrant(Call::Wake, move || drop(doomed.lock().unwrap().take()));
        {
            let mut wait = wait.lock().unwrap();
            let wait = wait.as_mut().unwrap().as_mut();
            assert_pending!(wait.poll(&mut core::task::Context::from_waker(&waker.waker())));
        }
        assert!(sender.send(Arc::clone(&value)).is_ok());
        assert!(wait.lock().unwrap().is_none());
        assert_eq!(Arc::strong_count(&value), 1);
    });
}

#[test]
fn a_receive_ends_with_the_last_waker_that_polled_it() {
    let (sender, mut receiver) = channel();
    let (old, new) = (CountingWaker::new(), CountingWaker::new());
    let mut wait = Task::new(receiver.recv());
    assert_pending!(wait.poll_with(&old.waker()));
    assert_pending!(wait.poll_with(&new.waker()));
    assert_eq!((old.alive(), new.alive()), (0, 1));
    sender.send(1).unwrap();
    assert_eq!((old.wakes(), new.wakes()), (0, 1));
}

#[test]
fn a_cancelled_receive_returns_its_receiver_with_what_has_arrived() {
    let (sender, receiver) = channel();
    let mut wait = Box::pin(receiver.into_future());
    assert!(!wait.as_mut().enable());
    let mut wait = Box::pin(wait.as_mut().cancel().expect("it has returned nothing").into_future());
    assert!(!wait.as_mut().enable());
    sender.send(1).unwrap();
    let mut receiver = wait.as_mut().cancel().expect("the value is still in the slot");
    assert_eq!(receiver.try_recv(), Ok(1));

    let (sender, receiver) = channel();
    let mut wait = Box::pin(receiver.into_future());
    sender.send(2).unwrap();
    assert_eq!(Task::new(wait.as_mut()).ready(), Ok(2));
    assert!(wait.as_mut().cancel().is_none(), "the receiver went with the output");
}

#[test]
fn a_wait_for_the_end_of_the_receiver_owns_the_sender_and_returns_it() {
    let (sender, receiver) = channel::<u8>();
    let mut closed = queued(sender.closed_owned());
    let sender = closed.pinned().cancel().expect("it has returned nothing");
    let mut closed = queued(sender.closed_owned());
    drop(receiver);
    assert_eq!(closed.ready().send(1).map_err(|error| error.0), Err(1));
    assert!(closed.pinned().cancel().is_none(), "the sender went with the output");
}

#[test]
fn a_sender_goes_with_its_wait_for_the_end_of_the_receiver() {
    let (sender, mut receiver) = channel::<u8>();
    let closed = queued(sender.closed_owned());
    let mut receive = queued(receiver.recv());
    drop(closed);
    assert_eq!(receive.ready(), Err(Closed));
}
