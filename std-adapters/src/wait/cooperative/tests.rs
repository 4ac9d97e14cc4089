//! The order of waits that yield. Each test has a thread of its own, and so a budget of its own.

use core::future::{pending, ready};
use core::pin::pin;
use core::task::Waker;

use anywake_core::{Lock, Queue, Semaphore};

use super::*;
use crate::test_util::Probe;
use crate::wait::Elapsed;
use crate::{assert_pending, assert_ready};

/// Uses up what is left of the thread's budget.
fn use_up() {
    let mut waits = 0;
    while Probe::new(cooperative(ready(()))).poll().is_ready() {
        waits += 1;
        assert!(waits <= 1000, "there is no bound");
    }
    // The yield has renewed it.
    for _ in 0..128 {
        assert_ready!(Probe::new(cooperative(ready(()))).poll());
    }
}

#[test]
fn wait_beyond_the_budget_yields_once_and_wakes_itself() {
    use_up();
    let mut wait = Probe::new(cooperative(ready(3)));
    assert_pending!(wait.poll());
    assert_eq!(wait.wakes(), 1);
    assert_eq!(assert_ready!(wait.poll()), 3);
}

#[test]
fn wait_that_yields_has_asked_for_nothing() {
    let semaphore = Semaphore::new(1);
    use_up();
    let mut yields = Probe::new(semaphore.acquire().cooperative());
    assert_pending!(yields.poll());
    assert_eq!((semaphore.waiters(), semaphore.available_permits()), (0, 1));
    drop(semaphore.try_acquire().expect("nothing is kept from others"));
    assert!(assert_ready!(yields.poll()).is_ok());
}

#[test]
fn wait_in_the_queue_takes_its_grant_without_a_budget() {
    let lock = Lock::new(());
    let held = lock.try_lock().unwrap();
    let mut first = Probe::new(lock.lock().cooperative());
    let mut second = Probe::new(lock.lock().cooperative());
    assert_pending!(first.poll());
    assert_pending!(second.poll());
    use_up();
    drop(held);
    let held = assert_ready!(first.poll(), "a yield would hold up the second");
    assert_pending!(second.poll());
    assert_eq!(second.wakes(), 0, "it waits, and does not yield");
    drop(held);
    drop(assert_ready!(second.poll()));
}

#[test]
fn order_is_that_of_the_queue_whoever_has_to_yield() {
    let lock = Lock::new(());
    let held = lock.try_lock().unwrap();
    use_up();
    let mut yields = Probe::new(lock.lock().cooperative());
    assert_pending!(yields.poll());
    assert_eq!(lock.waiters(), 0);
    assert_pending!(yields.poll());
    let mut later = Probe::new(lock.lock().cooperative());
    assert_pending!(later.poll());
    drop(held);
    assert_pending!(later.poll());
    drop(assert_ready!(yields.poll()));
    drop(assert_ready!(later.poll()));
}

#[test]
fn push_that_yields_gives_its_item_back_at_the_deadline() {
    let queue = Queue::with_capacity(1).unwrap();
    use_up();
    let mut late = Probe::new(queue.push(5).cooperative().until(ready(())));
    assert_eq!(assert_ready!(late.poll()), Err(Elapsed(5)));
    assert!(queue.is_empty());

    use_up();
    let mut inside = Probe::new(queue.push(6).until(ready(())).cooperative());
    assert_pending!(inside.poll());
    assert_eq!(assert_ready!(inside.poll()), Ok(Ok(())), "the grant wins");
}

#[test]
fn stream_yields_before_an_item_and_not_while_it_waits_for_one() {
    let queue = Queue::with_capacity(2).unwrap();
    let mut items = pin!(cooperative(queue.stream()));
    let mut next = || items.as_mut().poll_next(&mut Context::from_waker(Waker::noop()));
    use_up();
    queue.try_push(1).unwrap();
    assert_pending!(next());
    assert_eq!(queue.len(), 1);
    assert_eq!(next(), Poll::Ready(Some(1)));
    assert_pending!(next());
    use_up();
    queue.try_push(2).unwrap();
    assert_eq!(next(), Poll::Ready(Some(2)), "it was in the queue");
}

#[test]
fn each_turn_of_a_task_has_a_budget_of_its_own() {
    let (_task, job) = crate::task::pair(async {
        for _ in 0..100 {
            cooperative(ready(())).await;
        }
        pending::<()>().await;
    });
    let mut job = Probe::new(job);
    use_up();
    assert_pending!(job.poll());
    assert_eq!(job.wakes(), 0, "it has not yielded");
    let mut wait = Probe::new(cooperative(ready(())));
    assert_pending!(wait.poll(), "and what the thread had left is not renewed by it");
}
