//! Deadlines that are fired by hand, so that each race is a line of the test.

use core::cell::Cell;
use core::future::{Future, pending, poll_fn, ready};
use core::pin::pin;
use core::task::Poll;
use std::sync::Arc;

use anywake_core::{
    ArcPart, Broadcast, Condition, Event, Lazy, Lock, Notify, OnceCell, Queue, Semaphore, Signal, oneshot,
};

use futures_core::FusedFuture;

use super::*;
use crate::test_util::poll;

mod rwlock;
mod watch;

/// A deadline that fires when it is first polled, after `action`: so the action comes after the wait was found pending
/// and before it is given up.
fn after(action: impl FnOnce()) -> impl Future<Output = ()> {
    let mut action = Some(action);
    poll_fn(move |_| {
        action.take().expect("polled once")();
        Poll::Ready(())
    })
}

#[test]
fn granted_wait_does_not_look_at_the_deadline() {
    let lock = Lock::new(5);
    let guard = pin!(lock.lock().until(poll_fn(|_| -> Poll<()> { panic!("the lock is free") })));
    let Poll::Ready(Ok(guard)) = poll(guard) else { panic!("the lock is free") };
    assert_eq!(*guard, 5);
}

#[test]
fn pending_wait_goes_on_until_one_of_them_is_ready() {
    let (event, deadline) = (Event::new(), Event::new());
    let mut granted = pin!(event.wait().until(deadline.wait()));
    assert!(poll(granted.as_mut()).is_pending());
    assert!(poll(granted.as_mut()).is_pending());
    event.set();
    assert_eq!(poll(granted), Poll::Ready(Ok(())));

    event.clear();
    let mut elapsed = pin!(event.wait().until(deadline.wait()));
    assert!(poll(elapsed.as_mut()).is_pending());
    deadline.set();
    assert_eq!(poll(elapsed), Poll::Ready(Err(Elapsed(()))));
}

#[test]
fn grant_and_deadline_between_two_polls_the_grant_wins() {
    let lock = Lock::new(());
    let deadline = Event::new();
    let held = lock.try_lock().unwrap();
    let mut wait = pin!(lock.lock().until(deadline.wait()));
    assert!(poll(wait.as_mut()).is_pending());
    deadline.set();
    drop(held);
    assert!(matches!(poll(wait), Poll::Ready(Ok(_))));
}

#[test]
fn lock_granted_while_the_deadline_fires_goes_to_the_next() {
    let lock = Lock::new(());
    let held = lock.try_lock().unwrap();
    let mut late = pin!(lock.lock().until(after(|| drop(held))));
    let mut next = pin!(lock.lock());
    // The first poll queues the wait, then the deadline lets the lock go and fires.
    let Poll::Ready(Err(Elapsed(()))) = poll(late.as_mut()) else { panic!("the deadline has fired") };
    assert!(poll(next.as_mut()).is_ready(), "nobody holds it, although the elapsed wait still exists");
}

#[test]
fn lock_granted_while_the_deadline_fires_wakes_a_waiter_behind() {
    let lock = Lock::new(());
    let gun = Event::new();
    let held = Cell::new(Some(lock.try_lock().unwrap()));
    let deadline = async {
        gun.wait().await;
        held.take();
    };
    let mut late = pin!(lock.lock().until(deadline));
    let mut next = pin!(lock.lock());
    assert!(poll(late.as_mut()).is_pending());
    assert!(poll(next.as_mut()).is_pending());
    gun.set();
    assert!(matches!(poll(late), Poll::Ready(Err(Elapsed(())))));
    assert!(poll(next).is_ready());
}

#[test]
fn permit_granted_while_the_deadline_fires_comes_back() {
    let semaphore = Semaphore::new(1);
    let held = semaphore.try_acquire().unwrap();
    let late = pin!(semaphore.acquire().until(after(|| drop(held))));
    assert!(matches!(poll(late), Poll::Ready(Err(Elapsed(())))));
    assert_eq!(semaphore.available_permits(), 1);
}

#[test]
fn item_handed_over_while_the_deadline_fires_is_not_lost() {
    let queue = Queue::with_capacity(1).unwrap();
    let late = pin!(queue.pop().until(after(|| queue.try_push(8).unwrap())));
    assert!(matches!(poll(late), Poll::Ready(Err(Elapsed(())))));
    assert_eq!(queue.try_pop(), Ok(8));
}

#[test]
fn push_that_timed_out_gives_its_item_back() {
    let queue = Queue::with_capacity(1).unwrap();
    queue.try_push("first").unwrap();
    let late = pin!(queue.push("second").until(ready(())));
    assert_eq!(poll(late), Poll::Ready(Err(Elapsed("second"))));
    assert_eq!(queue.try_pop(), Ok("first"));
    assert!(queue.try_pop().is_err());
}

#[test]
fn push_that_got_its_slot_while_the_deadline_fires_has_succeeded() {
    let queue = Queue::with_capacity(1).unwrap();
    queue.try_push("first").unwrap();
    let late = pin!(queue.push("second").until(after(|| assert_eq!(queue.try_pop(), Ok("first")))));
    assert_eq!(poll(late), Poll::Ready(Ok(Ok(()))));
    assert_eq!(queue.try_pop(), Ok("second"));
}

#[test]
fn push_into_a_queue_closed_while_the_deadline_fires_gives_its_item_back() {
    let queue = Queue::with_capacity(1).unwrap();
    queue.try_push("first").unwrap();
    let late = pin!(queue.push("second").until(after(|| assert!(queue.close()))));
    assert_eq!(poll(late), Poll::Ready(Err(Elapsed("second"))));
}

#[test]
fn elapsed_wait_leaves_the_queue_and_drops_its_deadline_at_once() {
    let lock = Lock::new(());
    let _held = lock.try_lock().unwrap();
    let timer = Arc::new(());
    let owned = Arc::clone(&timer);
    let deadline = poll_fn(move |_| {
        let _owned = &owned;
        Poll::Ready(())
    });
    let mut late = pin!(lock.lock().until(deadline));
    assert!(poll(late.as_mut()).is_ready());
    assert_eq!(lock.waiters(), 0);
    assert_eq!(Arc::strong_count(&timer), 1);
    assert!(late.is_terminated());
}

#[test]
fn wait_dropped_before_its_deadline_leaves_the_queue() {
    let lock = Lock::new(());
    let _held = lock.try_lock().unwrap();
    let mut wait = Box::pin(lock.lock().until(pending::<()>()));
    assert!(poll(wait.as_mut()).is_pending());
    assert!(!wait.is_terminated());
    assert_eq!(lock.waiters(), 1);
    drop(wait);
    assert_eq!(lock.waiters(), 0);
}

#[test]
#[should_panic(expected = "`Until` polled after it had completed")]
fn poll_after_completion_is_a_panic() {
    let event = Event::new();
    let mut wait = pin!(event.wait().until(ready(())));
    assert!(poll(wait.as_mut()).is_ready());
    let _ = poll(wait);
}

#[test]
fn outer_deadline_takes_the_item_back_through_the_inner_one() {
    let queue = Queue::with_capacity(1).unwrap();
    queue.try_push(1).unwrap();
    let outer = pin!(queue.push(2).until(pending::<()>()).until(ready(())));
    assert_eq!(poll(outer), Poll::Ready(Err(Elapsed(2))));
    let inner = pin!(queue.push(3).until(ready(())).until(pending::<()>()));
    assert_eq!(poll(inner), Poll::Ready(Ok(Err(Elapsed(3)))));
    let outer_too_late =
        queue.push(4).until(pending::<()>()).until(after(|| assert_eq!(queue.try_pop(), Ok(1))));
    assert_eq!(poll(pin!(outer_too_late)), Poll::Ready(Ok(Ok(Ok(())))));
}

#[test]
fn every_wait_has_a_deadline() {
    /// Gives up a wait that cannot be granted.
    fn elapses<F: Wait<Returned = ()>>(wait: F) {
        assert!(matches!(poll(pin!(wait.until(ready(())))), Poll::Ready(Err(Elapsed(())))));
    }
    let lock = Arc::new(Lock::new(()));
    let held = lock.try_lock().unwrap();
    elapses(lock.lock());
    elapses(Arc::clone(&lock).lock_owned());
    drop(held);
    let guard = || lock.try_lock().expect("given up, a condition does not hold the lock");
    let condition = Condition::new();
    elapses(condition.wait(guard()));
    elapses(condition.wait_for(guard(), |()| false));
    elapses(condition.wait_until(guard(), pending::<()>()));
    drop(guard());

    let semaphore = Arc::new(Semaphore::bounded(2));
    let _all = semaphore.try_acquire_many(2).unwrap();
    elapses(semaphore.acquire());
    elapses(semaphore.acquire_many(2));
    elapses(Arc::clone(&semaphore).acquire_owned());
    elapses(Arc::clone(&semaphore).acquire_many_owned(2));

    elapses(Event::new().wait());

    elapses(Notify::new().notified());
    elapses(Arc::new(Notify::new()).notified_owned());

    let cell = Arc::new(OnceCell::<()>::new());
    elapses(cell.wait());
    elapses(Arc::clone(&cell).wait_owned());
    elapses(cell.get_or_init(pending));
    elapses(cell.get_or_try_init(pending::<Result<_, ()>>));
    elapses(Arc::clone(&cell).get_or_init_owned(pending));
    elapses(Arc::clone(&cell).get_or_try_init_owned(pending::<Result<_, ()>>));
    let part = ArcPart::new(Arc::new((OnceCell::<()>::new(), "name")), |pair| &pair.0);
    elapses(part.clone().wait());
    elapses(part.clone().get_or_init(pending));
    elapses(part.clone().get_or_try_init(pending::<Result<_, ()>>));
    assert_eq!(
        (part.set(()), cell.set(())),
        (Ok(()), Ok(())),
        "an initialiser whose deadline has elapsed has given up its role"
    );
    elapses(Lazy::new(pending::<()>).force());

    elapses(Signal::<()>::new().wait());
    elapses(Arc::new(Signal::<()>::new()).wait_owned());

    let (sender, mut receiver) = oneshot::channel::<()>();
    elapses(receiver.recv());
    elapses(sender.closed());
    elapses(receiver.into_future());
    assert!(sender.is_closed(), "the wait whose deadline has elapsed had the receiver");

    let queue = Queue::with_capacity(1).unwrap();
    elapses(queue.pop());
    queue.try_push(()).unwrap();
    elapses(queue.join());

    let news = Arc::new(Broadcast::<u8, 1>::new());
    let mut receiver = news.receiver();
    elapses(receiver.recv());
    elapses(news.closed());
    elapses(Arc::clone(&news).closed_owned());
    news.try_publish(1).unwrap();
    let late = [
        poll(pin!(news.publish(2).until(ready(())))),
        poll(pin!(Arc::clone(&news).publish_owned(2).until(ready(())))),
    ];
    assert!(late.iter().all(|late| matches!(late, Poll::Ready(Err(Elapsed(2))))), "the value comes back");

    let (mut task, _job) = crate::task::pair(pending::<()>());
    elapses(&mut task);
}

#[test]
fn elapsed_is_an_error_whatever_it_holds() {
    fn error<E: core::error::Error>(error: &E) -> String {
        format!("{error}; {error:?}")
    }
    struct NotDebug;
    assert_eq!(error(&Elapsed(NotDebug)), "the deadline has elapsed; Elapsed");
}
