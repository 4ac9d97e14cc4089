//! What the tables of the modules say is different here: each row that can be tested.

use core::pin::{Pin, pin};
use core::task::{Context, Poll, Waker};
use std::sync::Arc;

use anywake_compat::{async_channel, async_lock, tokio};
use futures_core::Stream;

/// A future in its place, polled without a waker.
struct Polled<F>(Pin<Box<F>>);

fn polled<F: Future>(future: F) -> Polled<F> {
    Polled(Box::pin(future))
}

/// A future that was polled once and waits.
fn pending<F: Future>(future: F) -> Polled<F> {
    let mut polled = polled(future);
    assert!(polled.poll().is_pending());
    polled
}

impl<F: Future> Polled<F> {
    fn poll(&mut self) -> Poll<F::Output> {
        self.0.as_mut().poll(&mut Context::from_waker(Waker::noop()))
    }

    fn ready(&mut self) -> F::Output {
        match self.poll() {
            Poll::Ready(output) => output,
            Poll::Pending => panic!("it waits"),
        }
    }
}

fn next<S: Stream + Unpin>(stream: &mut S) -> Poll<Option<S::Item>> {
    Pin::new(stream).poll_next(&mut Context::from_waker(Waker::noop()))
}

mod locks {
    use super::*;
    use async_lock::{BYPASS, Barrier, Mutex, OnceCell, RwLock, Semaphore};

    #[test]
    fn a_bounded_number_of_tasks_overtakes_the_first_waiter_of_a_mutex() {
        let mutex = Mutex::new(());
        let guard = mutex.try_lock().unwrap();
        let mut waiter = pending(mutex.lock());
        drop(guard);
        for _ in 0..BYPASS {
            assert!(mutex.try_lock().is_some());
        }
        assert!(mutex.try_lock().is_none(), "it was handed over");
        drop(waiter.ready());
    }

    #[test]
    fn a_bounded_number_of_tasks_overtakes_the_first_waiter_of_a_semaphore() {
        let semaphore = Semaphore::new(1);
        let guard = semaphore.try_acquire().unwrap();
        let mut waiter = pending(semaphore.acquire());
        drop(guard);
        for _ in 0..BYPASS {
            assert!(semaphore.try_acquire().is_some());
        }
        assert!(semaphore.try_acquire().is_none(), "it was handed over");
        drop(waiter.ready());
    }

    #[test]
    fn a_later_writer_does_not_overtake_readers() {
        let lock = RwLock::new(());
        let writer = lock.try_write().unwrap();
        let mut reader = pending(lock.read());
        let mut later = pending(lock.write());
        drop(writer);
        assert!(later.poll().is_pending());
        drop(reader.ready());
        drop(later.ready());
    }

    #[test]
    fn a_grant_that_is_not_polled_is_kept_until_it_is_dropped() {
        let lock = RwLock::new(());
        let writer = lock.try_write().unwrap();
        let waiter = pending(lock.write());
        drop(writer);
        assert!(lock.try_read().is_none());
        drop(waiter);
        assert!(lock.try_read().is_some());
    }

    #[test]
    fn an_arrival_that_is_dropped_is_taken_back() {
        let barrier = Barrier::new(2);
        drop(pending(barrier.wait()));
        let mut first = pending(barrier.wait());
        assert!(polled(barrier.wait()).ready().is_leader());
        assert!(!first.ready().is_leader());
    }

    #[test]
    fn a_barrier_for_none_is_one_for_one() {
        assert!(Barrier::new(0).wait_blocking().is_leader());
    }

    #[test]
    fn the_role_of_the_initialiser_passes_in_order() {
        let cell = OnceCell::<u8>::new();
        let failing = pending(cell.get_or_init(core::future::pending::<u8>));
        let mut second = pending(cell.get_or_init(|| async { 2 }));
        let mut third = pending(cell.get_or_init(|| async { 3 }));
        drop(failing);
        assert!(third.poll().is_pending());
        assert_eq!((second.ready(), third.ready()), (&2, &2));
    }

    #[test]
    fn debug_of_a_cell_does_not_tell_an_initialiser_from_none() {
        let cell = OnceCell::<u8>::new();
        let initialiser = pending(cell.get_or_init(core::future::pending::<u8>));
        assert_eq!(format!("{cell:?}"), "OnceCell(<uninitialized>)");
        drop(initialiser);
    }

    #[test]
    #[should_panic = "more permits"]
    fn too_many_permits_panic() {
        Semaphore::new(1).add_permits(usize::MAX - 1);
    }

    #[test]
    fn a_thread_waits_for_a_task_of_another_thread() {
        let mutex = Arc::new(Mutex::new(0));
        let guard = mutex.lock_arc_blocking();
        let other = std::thread::spawn({
            let mutex = Arc::clone(&mutex);
            move || *mutex.lock_blocking() += 1
        });
        drop(guard);
        other.join().unwrap();
        assert_eq!(*mutex.try_lock().unwrap(), 1);
    }
}

mod channels {
    use super::*;
    use async_channel::{TryRecvError, TrySendError, bounded, unbounded};

    #[test]
    fn nobody_overtakes_a_receiver_that_waits() {
        let (sender, receiver) = unbounded();
        let mut first = pending(receiver.recv());
        sender.try_send(1).unwrap();
        assert_eq!(receiver.try_recv(), Err(TryRecvError::Empty), "it is the first one's");
        assert_eq!(first.ready(), Ok(1));
    }

    #[test]
    fn a_stream_gives_its_message_back_when_its_receiver_is_used_otherwise() {
        for (sender, mut receiver) in [bounded(4), unbounded()] {
            assert!(next(&mut receiver).is_pending());
            sender.try_send(1).unwrap();
            sender.try_send(2).unwrap();
            assert_eq!(receiver.try_recv(), Ok(1));
            assert!(next(&mut receiver) == Poll::Ready(Some(2)) && next(&mut receiver).is_pending());
            sender.try_send(3).unwrap();
            assert_eq!(polled(receiver.recv()).ready(), Ok(3));
        }
    }

    #[test]
    fn a_stream_that_is_kept_and_not_polled_holds_its_message_back_from_others() {
        let (sender, mut receiver) = bounded(1);
        let other = receiver.clone();
        assert!(next(&mut receiver).is_pending());
        sender.try_send(1).unwrap();
        assert_eq!(other.try_recv(), Err(TryRecvError::Empty));
        drop(receiver);
        assert_eq!(other.try_recv(), Ok(1));
    }

    #[test]
    fn a_send_that_is_dropped_has_sent_nothing() {
        let (sender, receiver) = bounded(1);
        sender.try_send(1).unwrap();
        let send = pending(sender.send(2));
        assert_eq!(receiver.try_recv(), Ok(1));
        drop(send);
        assert_eq!(receiver.try_recv(), Err(TryRecvError::Empty));
        assert_eq!(sender.try_send(3), Ok(()));
    }

    #[test]
    fn a_send_with_room_that_is_not_polled_keeps_receivers_of_a_closed_channel_waiting() {
        let (sender, receiver) = bounded(1);
        sender.try_send(1).unwrap();
        let mut send = pending(sender.send(2));
        assert_eq!(receiver.try_recv(), Ok(1));
        sender.close();
        let mut recv = pending(receiver.recv());
        assert!(send.ready().is_err(), "it fails");
        assert!(recv.ready().is_err());
    }

    #[test]
    fn a_forced_message_is_displaced_if_sends_have_all_the_room() {
        let (sender, receiver) = bounded(1);
        sender.try_send(1).unwrap();
        let mut send = pending(sender.send(2));
        assert_eq!(receiver.try_recv(), Ok(1));
        assert_eq!(sender.force_send(3), Ok(Some(3)));
        send.ready().unwrap();
        assert_eq!(sender.force_send(4), Ok(Some(2)));
        assert_eq!(receiver.try_recv(), Ok(4));
    }

    #[test]
    fn the_last_receiver_drops_what_nobody_will_receive() {
        let (sender, receiver) = unbounded();
        let item = Arc::new(());
        sender.try_send(Arc::clone(&item)).unwrap();
        drop(receiver);
        assert_eq!(Arc::strong_count(&item), 1);
        assert!(matches!(sender.try_send(item), Err(TrySendError::Closed(_))));
    }

    #[test]
    fn a_receiver_is_unpin() {
        fn unpin<T: Unpin>(_: &T) {}
        unpin(&bounded::<core::marker::PhantomPinned>(1).1);
    }
}

mod of_tokio {
    use super::*;
    use tokio::{Notify, Semaphore, mpsc, oneshot, watch};

    #[test]
    fn what_a_large_request_waits_for_counts_as_available() {
        let semaphore = Semaphore::new(2);
        let request = pending(semaphore.acquire_many(3));
        assert_eq!(semaphore.available_permits(), 2);
        assert!(semaphore.try_acquire().is_err(), "nobody overtakes it");
        drop(request);
        assert!(semaphore.try_acquire().is_ok());
    }

    /// The pattern of tokio's documentation: make the future, look, wait.
    #[test]
    fn notify_waiters_reaches_a_future_that_was_not_polled() {
        let notify = Arc::new(Notify::new());
        let (mut borrowed, mut owned) =
            (polled(notify.notified()), polled(Arc::clone(&notify).notified_owned()));
        notify.notify_waiters();
        borrowed.ready();
        owned.ready();
        pending(notify.notified());
    }

    #[test]
    fn a_notified_that_was_reached_by_all_leaves_the_one_to_another() {
        let notify = Notify::new();
        let mut first = polled(notify.notified());
        notify.notify_waiters();
        notify.notify_one();
        assert!(first.0.as_mut().enable());
        first.ready();
        polled(notify.notified()).ready();
    }

    #[test]
    fn a_oneshot_can_be_polled_closed_and_moved() {
        let (sender, mut receiver) = oneshot::channel();
        assert!(Pin::new(&mut receiver).poll(&mut Context::from_waker(Waker::noop())).is_pending());
        let mut moved = receiver;
        sender.send(1).unwrap();
        moved.close();
        assert_eq!(polled(moved).ready(), Ok(1));

        let (mut sender, receiver) = oneshot::channel::<u8>();
        assert!(sender.poll_closed(&mut Context::from_waker(Waker::noop())).is_pending());
        drop(receiver);
        assert!(sender.poll_closed(&mut Context::from_waker(Waker::noop())).is_ready());
    }

    #[test]
    fn what_is_reserved_does_not_count_in_the_capacity() {
        let (sender, receiver) = mpsc::channel(2);
        let permit = sender.try_reserve().unwrap();
        assert_eq!((sender.capacity(), receiver.max_capacity()), (2, 2));
        permit.send(1);
        assert_eq!(sender.capacity(), 1);
    }

    #[test]
    fn a_poll_that_waits_gives_its_message_back_to_recv() {
        let (sender, mut receiver) = mpsc::unbounded_channel();
        assert!(receiver.poll_recv(&mut Context::from_waker(Waker::noop())).is_pending());
        sender.send(1).unwrap();
        assert_eq!(polled(receiver.recv()).ready(), Some(1));
        drop(sender);
        assert_eq!(pin!(receiver.recv()).poll(&mut Context::from_waker(Waker::noop())), Poll::Ready(None));
    }

    #[test]
    fn a_place_that_was_granted_before_the_end_stays_good() {
        let (sender, mut receiver) = mpsc::channel(1);
        let permit = sender.try_reserve().unwrap();
        let mut reserve = pending(sender.reserve());
        drop(permit);
        receiver.close();
        reserve.ready().expect("it was granted").send(1);
        assert_eq!(polled(receiver.recv()).ready(), Some(1));
    }

    #[test]
    fn a_borrow_does_not_block_the_sender() {
        let (sender, receiver) = watch::channel(1);
        let old = receiver.borrow();
        sender.send(2).unwrap();
        sender.send_modify(|value| *value += 1);
        assert_eq!((*old, *receiver.borrow()), (1, 3));
        assert_eq!(sender.send_replace(4), 3);
    }
}
