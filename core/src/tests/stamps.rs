//! Broadcasts of the primitives themselves, so many that the stamps of their waiters wrap several times: they are narrow
//! under test (see `wait/status.rs`).

use core::future::Future;
use core::pin::Pin;
use core::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use core::task::{Context, Poll, Waker};
use std::boxed::Box;
use std::sync::{Arc, Mutex};
use std::task::Wake;
use std::vec::Vec;

use crate::wait::wake::BATCH;
use crate::{Condition, Event, Lock, Notify, StaticQueue};

/// More than two turns of the stamps.
const BROADCASTS: usize = 50;
/// More than two batches.
const CROWD: usize = 2 * BATCH + 3;

type Wait<'a> = Pin<Box<dyn Future<Output = ()> + Send + 'a>>;

fn poll(wait: &mut Wait<'_>, waker: &Waker) -> Poll<()> {
    wait.as_mut().poll(&mut Context::from_waker(waker))
}

fn is_over(wait: &mut Wait<'_>) -> bool {
    poll(wait, Waker::noop()).is_ready()
}

fn begun<'a, F: Future<Output: Send> + Send + 'a>(wait: F, waker: &Waker) -> Wait<'a> {
    let mut wait: Wait<'a> = Box::pin(async {
        wait.await;
    });
    assert!(poll(&mut wait, waker).is_pending());
    wait
}

/// Notes that the first batch has been woken, so that a late-comer can begin between two batches.
struct FirstWoken<F: Fn() + Send + Sync> {
    late: F,
    once: AtomicBool,
}

impl<F: Fn() + Send + Sync + 'static> Wake for FirstWoken<F> {
    fn wake(self: Arc<Self>) {
        if !self.once.swap(true, Ordering::Relaxed) {
            (self.late)();
        }
    }
}

fn between_batches(late: impl Fn() + Send + Sync + 'static) -> Waker {
    Arc::new(FirstWoken { late, once: AtomicBool::new(false) }).into()
}

#[test]
fn a_set_reaches_its_cohort_and_no_late_comer_wherever_the_stamps_wrap() {
    static EVENT: Event = Event::new();
    static LATE: Mutex<Option<Wait<'static>>> = Mutex::new(None);

    for _ in 0..BROADCASTS {
        let first = between_batches(|| {
            EVENT.clear();
            *LATE.lock().unwrap() = Some(begun(EVENT.wait(), Waker::noop()));
        });
        let mut crowd = Vec::from([begun(EVENT.wait(), &first)]);
        crowd.extend((1..CROWD).map(|_| begun(EVENT.wait(), Waker::noop())));
        EVENT.set();
        assert!(crowd.iter_mut().all(is_over));
        let mut late = LATE.lock().unwrap().take().expect("it began between two batches");
        assert!(!is_over(&mut late));
        drop(late);
        EVENT.clear();
    }
}

#[test]
fn a_pulse_and_a_notification_in_it_reach_their_own_wherever_the_stamps_wrap() {
    static NOTIFY: Notify = Notify::new();
    static LATE: Mutex<Vec<Wait<'static>>> = Mutex::new(Vec::new());

    for _ in 0..BROADCASTS {
        let first = between_batches(|| {
            LATE.lock().unwrap().extend([(); 2].map(|()| begun(NOTIFY.notified(), Waker::noop())));
            NOTIFY.notify_one();
        });
        let mut crowd = Vec::from([begun(NOTIFY.notified(), &first)]);
        crowd.extend((1..CROWD).map(|_| begun(NOTIFY.notified(), Waker::noop())));
        NOTIFY.notify_waiters();
        assert!(crowd.iter_mut().all(is_over));
        let mut late = core::mem::take(&mut *LATE.lock().unwrap());
        assert!(is_over(&mut late[0]), "the notification was its own");
        assert!(!is_over(&mut late[1]));
    }
    assert_eq!(NOTIFY.waiters(), 0);
}

#[test]
fn a_notification_of_many_reaches_the_longest_and_no_more_wherever_the_stamps_wrap() {
    let (lock, condition) = (Lock::new(()), Condition::new());
    let wait = || begun(condition.wait(lock.try_lock().unwrap()), Waker::noop());
    let mut crowd: Vec<_> = (0..CROWD).map(|_| wait()).collect();
    for _ in 0..BROADCASTS {
        assert_eq!(condition.notify(CROWD - 1), CROWD - 1);
        assert!(crowd.drain(..CROWD - 1).all(|mut wait| is_over(&mut wait)));
        assert!(!is_over(&mut crowd[0]), "the last one was not reached");
        crowd.extend((1..CROWD).map(|_| wait()));
    }
}

#[test]
fn notifications_of_nobody_age_no_waiter() {
    let (lock, condition) = (Lock::new(()), Condition::new());
    let mut crowd: Vec<_> =
        (0..CROWD).map(|_| begun(condition.wait(lock.try_lock().unwrap()), Waker::noop())).collect();
    for _ in 0..10 * BROADCASTS {
        assert_eq!(condition.notify(0), 0);
    }
    assert_eq!(condition.notify_all(), CROWD);
    assert!(crowd.iter_mut().all(is_over));
}

#[test]
fn a_join_ends_with_its_own_work_wherever_the_stamps_wrap() {
    let queue = StaticQueue::<u8, 1>::new();
    for _ in 0..BROADCASTS {
        queue.try_push(1).unwrap();
        queue.try_pop().unwrap();
        let mut crowd: Vec<_> = (0..CROWD).map(|_| begun(queue.join(), Waker::noop())).collect();
        queue.task_done().unwrap();
        assert!(crowd.iter_mut().all(is_over));
    }
}

#[test]
fn close_now_ends_a_join_after_the_last_item_is_dropped() {
    static JOINED_AT: AtomicUsize = AtomicUsize::new(usize::MAX);
    static DROPPED: AtomicUsize = AtomicUsize::new(0);

    struct Item;
    impl Drop for Item {
        fn drop(&mut self) {
            DROPPED.fetch_add(1, Ordering::Relaxed);
        }
    }
    struct Joined;
    impl Wake for Joined {
        fn wake(self: Arc<Self>) {
            JOINED_AT.store(DROPPED.load(Ordering::Relaxed), Ordering::Relaxed);
        }
    }

    let queue = StaticQueue::<Item, 3>::new();
    for _ in 0..3 {
        queue.try_push(Item).ok().unwrap();
    }
    let mut join = begun(queue.join(), &Arc::new(Joined).into());
    queue.close_now();
    assert_eq!(JOINED_AT.load(Ordering::Relaxed), 3);
    assert!(is_over(&mut join));
}
