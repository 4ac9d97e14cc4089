//! Threads meet through channels and wakers here, never through time.

use core::future::{pending, poll_fn, ready};
use std::sync::{Mutex, mpsc};

use anywake_core::{Event, Lock, Queue, Semaphore};

use super::*;

#[test]
fn ready_future_is_polled_once_and_needs_no_waker() {
    let mut polls = 0;
    wait(poll_fn(|cx| {
        polls += 1;
        assert!(cx.waker().data().is_null(), "no memory of its own");
        Poll::Ready(())
    }));
    assert_eq!(polls, 1);
}

#[test]
fn wake_during_the_poll_is_not_lost() {
    let mut polls = 0;
    wait(poll_fn(|cx| {
        polls += 1;
        cx.waker().wake_by_ref();
        if polls < 10 { Poll::Pending } else { Poll::Ready(()) }
    }));
    assert_eq!(polls, 10);
}

#[test]
fn foreign_unparks_cause_no_polls() {
    let (sender, wakers) = mpsc::channel::<Waker>();
    let woken = &AtomicBool::new(false);
    let waiting = thread::current();
    let mut polls = 0;
    thread::scope(|scope| {
        scope.spawn(move || {
            let _without_effect = wakers.recv().unwrap();
            let waker = wakers.recv().unwrap();
            for _ in 0..1000 {
                waiting.unpark();
                thread::yield_now();
            }
            woken.store(true, Ordering::Relaxed);
            waker.wake();
        });
        wait(poll_fn(|cx| {
            polls += 1;
            if woken.load(Ordering::Relaxed) {
                return Poll::Ready(());
            }
            sender.send(cx.waker().clone()).unwrap();
            Poll::Pending
        }));
    });
    assert_eq!(polls, 3, "one before there is a waker, one that gives it away, one after the wake");
}

#[test]
fn unpark_token_of_the_caller_does_not_end_the_wait() {
    let event = Event::new();
    thread::current().unpark();
    thread::scope(|scope| {
        scope.spawn(|| event.set());
        wait(event.wait());
    });
    assert!(event.is_set());
}

#[test]
fn unpark_that_was_meant_for_the_caller_reaches_it() {
    let (sender, unparked) = mpsc::channel();
    thread::spawn(move || {
        thread::current().unpark();
        // Sleeps, and the unpark ends the sleep.
        assert!(wait_timeout(Event::new().wait(), Duration::from_millis(20)).is_err());
        thread::park();
        sender.send(()).unwrap();
    });
    unparked.recv_timeout(Duration::from_secs(60)).expect("the caller has been unparked");
}

#[test]
fn wait_inside_a_poll_does_not_swallow_the_outer_wake() {
    let inner = Event::new();
    let mut polls = 0;
    thread::scope(|scope| {
        wait(poll_fn(|cx| {
            polls += 1;
            if polls == 3 {
                return Poll::Ready(());
            }
            // The outer wake comes first, while the inner wait is the one that sleeps.
            let outer_waker = cx.waker().clone();
            let inner = &inner;
            inner.clear();
            scope.spawn(move || {
                outer_waker.wake();
                inner.set();
            });
            wait(inner.wait());
            Poll::Pending
        }));
    });
    assert_eq!(polls, 3);
}

#[test]
fn wake_after_the_end_is_harmless() {
    let kept = Mutex::new(None);
    let mut polls = 0;
    wait(poll_fn(|cx| {
        polls += 1;
        *kept.lock().unwrap() = Some(cx.waker().clone());
        cx.waker().wake_by_ref();
        if polls < 3 { Poll::Pending } else { Poll::Ready(()) }
    }));
    kept.lock().unwrap().take().unwrap().wake();
    assert_eq!(wait_timeout(Event::new().wait(), Duration::from_millis(1)), Err(Elapsed(())));
}

#[test]
fn panic_of_the_future_reaches_the_caller() {
    let caught = std::panic::catch_unwind(|| wait(async { panic!("boom") }));
    assert_eq!(caught.unwrap_err().downcast_ref(), Some(&"boom"));
    assert_eq!(wait(ready(4)), 4);
}

#[test]
fn timeout_of_zero_tries_once() {
    let lock = Lock::new(());
    let held = wait_timeout(lock.lock(), Duration::ZERO).unwrap();
    assert!(wait_timeout(lock.lock(), Duration::ZERO).is_err());
    assert_eq!(lock.waiters(), 0);
    drop(held);
    assert!(wait_timeout(lock.lock(), Duration::ZERO).is_ok());
}

#[test]
fn timeout_is_not_early_and_gives_the_item_back() {
    let queue = Queue::with_capacity(1).unwrap();
    wait(queue.push("first")).unwrap();
    let (begun, duration) = (Instant::now(), Duration::from_millis(20));
    assert_eq!(wait_timeout(queue.push("second"), duration), Err(Elapsed("second")));
    assert!(begun.elapsed() >= duration);
    assert_eq!(queue.len(), 1);
}

#[test]
fn any_future_has_a_timeout_and_is_dropped_by_it() {
    let owned = Arc::new(());
    let inside = Arc::clone(&owned);
    let late = timeout(async move { pending::<Arc<()>>().await == inside }, Duration::from_millis(1));
    assert_eq!((late, Arc::strong_count(&owned)), (Err(Elapsed(())), 1));
    assert_eq!(timeout(ready(4), Duration::ZERO), Ok(4));
}

#[test]
fn timeout_too_long_for_the_clock_waits_for_the_grant() {
    let semaphore = Semaphore::new(0);
    thread::scope(|scope| {
        scope.spawn(|| semaphore.release(1).unwrap());
        let permit = wait_timeout(semaphore.acquire(), Duration::MAX).expect("no deadline");
        permit.unwrap().forget();
    });
}

/// If it looked at the clock only when it has slept to the end, this would never return.
#[test]
fn wakes_without_a_grant_do_not_prolong_a_timeout() {
    let never = Event::new();
    let restless = Restless { wait: never.wait() };
    assert_eq!(wait_timeout(restless, Duration::from_millis(5)), Err(Elapsed(())));
}

pin_project_lite::pin_project! {
    /// Each poll asks for the next.
    struct Restless<F> {
        #[pin]
        wait: F,
    }
}

impl<F: Wait> Future for Restless<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        cx.waker().wake_by_ref();
        self.project().wait.poll(cx)
    }
}

impl<F: Wait> Wait for Restless<F> {
    type Returned = F::Returned;

    fn give_up(self: Pin<&mut Self>) -> Result<F::Output, F::Returned> {
        self.project().wait.give_up()
    }
}

#[test]
fn threads_take_turns_at_one_lock() {
    let lock = Lock::new(0);
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..1000 {
                    *wait(lock.lock()) += 1;
                }
            });
        }
    });
    assert_eq!(lock.into_inner(), 4000);
}

#[test]
fn elapsed_wait_leaves_the_others_their_turn() {
    let lock = Lock::new(());
    let held = lock.try_lock().unwrap();
    assert!(wait_timeout(lock.lock(), Duration::from_millis(1)).is_err());
    thread::scope(|scope| {
        let other = scope.spawn(|| drop(wait(lock.lock())));
        drop(held);
        other.join().unwrap();
    });
}
