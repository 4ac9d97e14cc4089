//! Oneshots: what each end learns of the other, in whatever order they act. Receives by hand and the order of drops are in
//! the parts.

use anywake_tests::Arc;
use core::future::IntoFuture as _;

use anywake_core::oneshot::{SendError, TryRecvError, channel};
use anywake_core::{Closed, Oneshot};
use anywake_tests::{
    Call, CountingWaker, Drops, Task, assert_pending, finishes, leak, leak_mut, panic_of, queue_up, queued,
};
use futures_util::future::FusedFuture;

use crate::cost;

mod orders;
mod receive;
mod reuse;

#[test]
fn a_value_that_was_sent_is_received() {
    let (sender, receiver) = channel();
    assert_eq!(sender.send(1), Ok(()));
    assert_eq!(Task::new(receiver.into_future()).ready(), Ok(1));
}

#[test]
fn a_value_wakes_the_receiver() {
    let (sender, mut receiver) = channel();
    let mut wait = queued(receiver.recv());
    assert_eq!(sender.send(1), Ok(()));
    assert_eq!((wait.wakes(), wait.wakers_alive()), (1, 0));
    assert_eq!(wait.ready(), Ok(1));
}

#[test]
fn a_sender_that_is_dropped_ends_the_wait() {
    let (sender, mut receiver) = channel::<u32>();
    let mut wait = queued(receiver.recv());
    drop(sender);
    assert_eq!(wait.wakes(), 1);
    assert_eq!(wait.ready(), Err(Closed));
    drop(wait);
    assert_eq!(Task::new(receiver.recv()).ready(), Err(Closed), "now and later");
    assert_eq!(receiver.try_recv(), Err(TryRecvError::Closed));
}

#[test]
fn a_sender_that_panics_ends_the_wait() {
    let (sender, receiver) = channel::<u32>();
    let mut wait = queued(receiver.into_future());
    panic_of(move || {
        let _sender = sender;
        panic!("the task fails");
    });
    assert_eq!(wait.ready(), Err(Closed));
}

#[test]
fn a_send_to_a_receiver_that_is_gone_returns_the_value() {
    let (sender, receiver) = channel();
    drop(receiver);
    assert!(sender.is_closed());
    assert_eq!(sender.send("value"), Err(SendError("value")));
}

#[test]
fn a_send_to_a_receiver_that_has_closed_returns_the_value() {
    let (sender, mut receiver) = channel();
    receiver.close();
    receiver.close();
    assert!(sender.is_closed());
    assert_eq!(sender.send("value").unwrap_err().into_inner(), "value");
    assert_eq!(receiver.try_recv(), Err(TryRecvError::Closed));
    assert_eq!(Task::new(receiver.into_future()).ready(), Err(Closed));
}

#[test]
fn a_receiver_that_has_closed_does_not_wait() {
    let (sender, mut receiver) = channel::<u32>();
    receiver.close();
    assert_eq!(receiver.try_recv(), Err(TryRecvError::Closed));
    assert_eq!(Task::new(receiver.recv()).ready(), Err(Closed), "although the sender is there");
    drop(sender);
}

#[test]
fn a_value_that_was_sent_before_the_close_can_be_taken() {
    for by_recv in [false, true] {
        let (sender, mut receiver) = channel();
        sender.send(1).unwrap();
        receiver.close();
        if by_recv {
            assert_eq!(Task::new(receiver.recv()).ready(), Ok(1));
        } else {
            assert_eq!(receiver.try_recv(), Ok(1));
        }
        assert_eq!(receiver.try_recv(), Err(TryRecvError::Closed));
    }
}

#[test]
fn try_recv_tells_an_empty_slot_from_a_closed_one() {
    let (sender, mut receiver) = channel();
    assert_eq!(receiver.try_recv(), Err(TryRecvError::Empty));
    sender.send(1).unwrap();
    assert_eq!(receiver.try_recv(), Ok(1));
    assert_eq!(receiver.try_recv(), Err(TryRecvError::Closed), "there is one value, once");
    assert_eq!(Task::new(receiver.recv()).ready(), Err(Closed));
}

#[test]
fn closed_ends_when_the_receiver_is_gone_or_closes() {
    for by_drop in [false, true] {
        let (sender, mut receiver) = channel::<u32>();
        let mut waits = queue_up(3, || sender.closed());
        if by_drop {
            drop(receiver);
        } else {
            receiver.close();
        }
        for wait in &mut waits {
            assert_eq!(wait.wakes(), 1);
            wait.ready();
        }
        Task::new(sender.closed()).ready();
        assert_eq!(sender.waiters(), 0);
    }
}

#[test]
fn closed_ends_when_the_receiver_goes_with_its_wait() {
    let (sender, receiver) = channel::<u32>();
    let mut closed = queued(sender.closed());
    let wait = queued(receiver.into_future());
    assert_eq!(sender.waiters(), 2);
    wait.cancel();
    closed.ready();
    assert!(sender.is_closed());
}

#[test]
fn a_value_that_is_received_does_not_wake_those_who_wait_for_the_end() {
    let (sender, mut receiver) = channel();
    let closed = queued(sender.closed());
    closed.cancel();
    sender.send(1).unwrap();
    assert_eq!(Task::new(receiver.recv()).ready(), Ok(1));
}

/// tokio #6558: the value stayed in the slot until the sender's side let go of it.
#[test]
fn what_was_sent_and_not_received_is_dropped_by_the_receiver() {
    let drops = Drops::new();
    let slot = leak_mut(Oneshot::new());
    let (sender, receiver) = slot.split();
    sender.send(drops.item(1)).unwrap();
    assert_eq!(drops.count(), 0, "the sender has gone, and has not dropped it");
    drop(receiver);
    assert_eq!(drops.count(), 1, "although the slot is still there");
}

#[test]
fn what_was_sent_and_not_received_is_dropped_with_the_wait() {
    let drops = Drops::new();
    let (sender, receiver) = channel();
    let wait = queued(receiver.into_future());
    sender.send(drops.item(1)).unwrap();
    assert!(wait.is_woken());
    assert_eq!(drops.count(), 0);
    wait.cancel();
    assert_eq!(drops.count(), 1);
}

#[cfg(not(feature = "local"))]
#[test]
fn the_value_is_dropped_on_the_thread_of_the_receiver() {
    struct Here(std::thread::ThreadId);
    impl Drop for Here {
        fn drop(&mut self) {
            assert_eq!(std::thread::current().id(), self.0, "dropped by the sender");
        }
    }
    let (sender, receiver) = channel();
    let here = std::thread::current().id();
    std::thread::spawn(move || sender.send(Here(here)).map_err(drop).unwrap()).join().unwrap();
    drop(receiver);
}

/// tokio #7886, #7884: a waker stayed in the shared state, and was dropped by the sender.
#[test]
fn no_waker_outlives_the_receiving_end() {
    let (sender, receiver) = channel::<u32>();
    let waker = CountingWaker::new();
    let mut wait = Task::with_waker(receiver.into_future(), waker.clone());
    assert_pending!(wait.poll());
    assert_eq!(waker.alive(), 1);
    wait.cancel();
    assert_eq!(waker.alive(), 0, "the sender is still there");
    assert!(sender.send(1).is_err());
    assert_eq!(waker.wakes(), 0);
}

#[test]
fn no_waker_outlives_a_receive_that_is_dropped() {
    let (sender, mut receiver) = channel();
    let waker = CountingWaker::new();
    let mut wait = Task::with_waker(receiver.recv(), waker.clone());
    assert_pending!(wait.poll());
    wait.cancel();
    assert_eq!(waker.alive(), 0);
    sender.send(1).unwrap();
    assert_eq!((waker.wakes(), receiver.try_recv()), (0, Ok(1)));
}

#[test]
fn no_waker_outlives_the_wait_for_the_end() {
    let (sender, receiver) = channel::<u32>();
    let waker = CountingWaker::new();
    let mut wait = Task::with_waker(sender.closed(), waker.clone());
    assert_pending!(wait.poll());
    wait.cancel();
    assert_eq!((waker.alive(), sender.waiters()), (0, 0));
    drop(receiver);
    assert_eq!(waker.wakes(), 0);
}

#[test]
fn promise_11_a_panicking_waker_of_the_receiver_leaves_the_value() {
    let drops = Drops::new();
    let (sender, mut receiver) = channel();
    let mut wait = Task::with_waker(receiver.recv(), CountingWaker::panicking(Call::Wake));
    assert_pending!(wait.poll());
    panic_of(|| sender.send(drops.item(1)));
    assert!(wait.ready().is_ok());
    assert_eq!(drops.count(), 1);
}

#[test]
fn promise_11_a_panicking_waker_of_the_sender_does_not_keep_the_value() {
    let drops = Drops::new();
    let slot = leak_mut(Oneshot::<anywake_tests::Item>::new());
    let (sender, receiver) = slot.split();
    let mut waits: Vec<_> = [CountingWaker::panicking(Call::Wake), CountingWaker::new()]
        .into_iter()
        .map(|waker| Task::with_waker(sender.closed(), waker))
        .collect();
    waits.iter_mut().for_each(|wait| assert_pending!(wait.poll()));
    panic_of(|| drop(receiver));
    waits.iter_mut().for_each(Task::ready);
    drop(waits);
    assert!(sender.send(drops.item(1)).is_err());
    assert_eq!(drops.count(), 1);
}

#[test]
fn promise_11_a_value_whose_drop_panics_leaves_the_channel_closed() {
    let drops = Drops::new();
    let (sender, receiver) = channel();
    sender.send(drops.bomb(1)).unwrap();
    panic_of(|| drop(receiver));
    assert_eq!(drops.count(), 1);
}

#[test]
fn promise_5_a_value_whose_drop_re_enters_does_not_deadlock() {
    struct Asks(Option<anywake_core::oneshot::Sender<u32>>);
    impl Drop for Asks {
        fn drop(&mut self) {
            let sender = self.0.take().unwrap();
            assert_eq!(sender.waiters(), 0);
            assert!(!sender.is_closed());
        }
    }
    finishes(|| {
        let (inner, _receiver) = channel();
        let (sender, receiver) = channel();
        sender.send(Asks(Some(inner))).map_err(drop).unwrap();
        drop(receiver);
    });
}

#[test]
fn a_wait_is_over_after_its_output() {
    let (sender, receiver) = channel();
    let mut task = queued(receiver.into_future());
    sender.send(1).unwrap();
    assert!(!task.future().is_terminated() && task.future().is_decided());
    assert_eq!(task.ready(), Ok(1));
    assert!(task.future().is_terminated());
    assert!(panic_of(|| task.poll()).contains("polled after it had completed"));
}

#[test]
fn the_slot_is_freed_with_the_last_end() {
    let drops = Arc::new(());
    let (sender, receiver) = channel();
    assert!(sender.send(Arc::clone(&drops)).is_ok());
    assert_eq!(Arc::strong_count(&drops), 2);
    assert!(Task::new(receiver.into_future()).ready().is_ok());
    assert_eq!(Arc::strong_count(&drops), 1);
}

#[test]
fn errors_say_what_happened() {
    assert_eq!(format!("{} {:?}", SendError(1), SendError(1)), "the receiver is gone SendError(..)");
    assert_eq!(TryRecvError::Empty.to_string(), "no value was sent yet");
    assert_eq!(TryRecvError::Closed.to_string(), "no value will come");
}

#[test]
fn promise_4_cancelling_takes_the_same_time_however_many_wait() {
    cost::cancelling_is_constant(|| {
        let (sender, receiver) = leak_mut(Oneshot::<u32>::new()).split();
        core::mem::forget(receiver);
        let sender: &'static _ = leak(sender);
        move || sender.closed()
    });
}
