//! Hazards of single primitives.

use anywake_tests::Arc;
use core::pin::{Pin, pin};
use core::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use core::task::Poll;

use anywake_core::{Closed, Condition, Event, Lock, Semaphore, StaticQueue, TryPopError};
use anywake_tests::{Drops, Item, Task, assert_pending, finishes, leak, poll_once, queued};
use futures_util::future::{Either, select};

#[test]
fn head_wanted_five_cancelled_next_wants_one() {
    let semaphore = Semaphore::new(1);
    let head = queued(semaphore.acquire_many(5));
    let mut next = queued(semaphore.acquire());
    assert!(!next.is_woken());
    head.cancel();
    assert!(next.is_woken(), "one permit was available all the time");
    drop(next.ready().unwrap());
    assert_eq!(semaphore.available_permits(), 1);
}

#[test]
fn permit_arithmetic_does_not_reopen_a_closed_semaphore() {
    let semaphore = Semaphore::new(4);
    let mut held = semaphore.try_acquire_many(3).unwrap();
    semaphore.close();
    held.split(1).unwrap().forget();
    drop(held.split(1));
    drop(held);
    semaphore.reduce(1);
    semaphore.release(3).unwrap();
    semaphore.reduce(5);
    assert!(semaphore.is_closed());
    assert_eq!(Task::new(semaphore.acquire()).ready().unwrap_err(), Closed);
}

#[test]
fn an_unpolled_waiter_keeps_a_fair_lock_but_lets_limit_others_past_with_bypass() {
    for limit in [0, 4] {
        let lock = Lock::with_bypass((), limit);
        let owner = lock.try_lock().unwrap();
        let aside = queued(lock.lock());
        drop(owner);
        for _ in 0..limit {
            assert!(Task::new(lock.lock()).poll().is_ready());
        }
        let mut stuck = queued(lock.lock());
        // Dropping the unpolled wait resolves the deadlock.
        aside.cancel();
        drop(stuck.ready());
    }
}

#[test]
fn a_forgotten_condition_wait_is_harmless_when_its_lock_is_gone() {
    let condition = Condition::new();
    {
        let lock = Box::new(Lock::new(()));
        queued(condition.wait(lock.try_lock().unwrap())).forget();
    }
    assert_eq!(condition.waiters(), 1);
    assert_eq!(condition.notify_all(), 1, "the notification touches the node and not the lock");
    let lock = Lock::new(());
    let mut task = queued(condition.wait(lock.try_lock().unwrap()));
    assert_eq!(condition.notify_one(), 1);
    drop(task.ready());
    assert!(lock.try_lock().is_some());
}

#[test]
fn a_forgotten_push_leaks_its_item_and_is_harmless() {
    let drops = Drops::new();
    let queue = StaticQueue::<Item, 1>::new();
    queue.try_push(drops.item(0)).unwrap();
    queued(queue.push(drops.item(1))).forget();
    assert_eq!(queue.try_pop().map(|item| item.id), Ok(0));
    assert_eq!(
        queue.try_pop().map(|item| item.id),
        Ok(1),
        "the item of the forgotten push entered the queue"
    );
    queue.try_push(drops.item(2)).unwrap();
    queued(queue.push(drops.item(3))).forget();
    drop(queue);
    assert_eq!(drops.count(), 3, "all items except that of the forgotten future");
}

#[test]
fn a_forgotten_pop_keeps_what_it_was_promised_and_is_harmless() {
    let drops = Drops::new();
    let queue = StaticQueue::<Item, 2>::new();
    queued(queue.pop()).forget();
    queue.try_push(drops.item(0)).unwrap();
    assert_eq!(queue.try_pop().unwrap_err(), TryPopError::Empty);
    queue.close_now();
    assert_eq!(drops.count(), 0);
    drop(queue);
    assert_eq!(drops.count(), 1);
}

#[test]
fn no_item_is_lost_when_a_pop_loses_a_race() {
    let queue = StaticQueue::<u32, 4>::new();
    let (mut pushed, mut got) = (0, Vec::new());
    for round in 0..99 {
        // An item is pushed before the race, during it, or after the pop has lost.
        let mut push = |when| {
            if round % 3 == when {
                queue.try_push(pushed).unwrap();
                pushed += 1;
            }
        };
        push(0);
        let over = Event::new();
        let (over_wait, pop) = (pin!(over.wait()), pin!(queue.pop()));
        let mut race = select(over_wait, pop);
        if let Poll::Ready(Either::Right((item, _))) = poll_once(Pin::new(&mut race)) {
            got.push(item.unwrap());
            continue;
        }
        push(1);
        over.set();
        assert!(matches!(poll_once(Pin::new(&mut race)), Poll::Ready(Either::Left(_))));
        push(2);
    }
    got.extend(core::iter::from_fn(|| queue.try_pop().ok()));
    assert_eq!(got, Vec::from_iter(0..pushed));
}

/// An item whose drop re-enters its queue, and a counter of these drops.
struct ReEntering {
    queue: &'static StaticQueue<ReEntering, 3>,
    drops: &'static AtomicUsize,
}

impl Drop for ReEntering {
    fn drop(&mut self) {
        self.queue.len();
        assert!(!self.queue.is_closed() || self.queue.try_pop().is_err());
        let _ = poll_once(pin!(self.queue.join()));
        self.drops.fetch_add(1, SeqCst);
    }
}

#[test]
fn an_item_whose_drop_re_enters_the_queue_does_not_deadlock() {
    finishes(|| {
        let queue: &'static StaticQueue<ReEntering, 3> = leak(StaticQueue::new());
        let drops: &'static AtomicUsize = leak(AtomicUsize::new(0));
        let item = || ReEntering { queue, drops };
        drop(queue.push(item()));
        let claiming = queued(queue.pop());
        for _ in 0..3 {
            queue.try_push(item()).unwrap_or_else(|_| panic!("there is room"));
        }
        drop(queue.try_push(item()));
        queued(queue.push(item())).cancel();
        drop(queue.force_push(item()));
        assert_eq!(drops.load(SeqCst), 4);
        queue.close_now();
        assert_eq!(drops.load(SeqCst), 6, "all items except the claimed one");
        claiming.cancel();
        assert_eq!(drops.load(SeqCst), 7, "the claimed item was dropped with its pop");
        drop(queue.try_push(item()));
        assert_eq!(queue.unfinished(), 0);
    });
}

#[test]
fn a_predicate_that_re_enters_does_not_deadlock() {
    finishes(|| {
        let (lock, condition) = (Lock::new(()), Condition::new());
        let mut other = queued(condition.wait(lock.try_lock().unwrap()));
        let mut looked = 0;
        let mut task = Task::new(condition.wait_for(lock.try_lock().unwrap(), |()| {
            looked += 1;
            assert!(lock.is_locked() && lock.try_lock().is_none());
            assert_eq!(lock.waiters(), 0);
            condition.notify_all() == 0
        }));
        assert_pending!(task.poll());
        drop(other.ready());
        drop(other);
        condition.notify_one();
        drop(task.ready());
        drop(task);
        assert_eq!(looked, 2);
    });
}

#[test]
fn a_value_whose_debug_re_enters_its_lock_does_not_deadlock() {
    struct Curious(&'static Lock<Option<Curious>>);
    impl core::fmt::Debug for Curious {
        fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
            write!(f, "waiters {}, free {}", self.0.waiters(), self.0.try_lock().is_some())
        }
    }

    finishes(|| {
        let lock: &'static Lock<Option<Curious>> = leak(Lock::new(None));
        *lock.try_lock().unwrap() = Some(Curious(lock));
        assert!(format!("{lock:?}").contains("waiters 0, free false"));
        assert!(!lock.is_locked());
    });
}

#[test]
fn a_dropped_value_that_re_enters_its_lock_does_not_deadlock() {
    struct Unlocking(&'static Lock<Vec<Unlocking>>, Arc<AtomicUsize>);
    impl Drop for Unlocking {
        fn drop(&mut self) {
            let free = usize::from(self.0.try_lock().is_some());
            self.1.fetch_add(10 + free, SeqCst);
        }
    }

    finishes(|| {
        let lock: &'static Lock<Vec<Unlocking>> = leak(Lock::new(Vec::new()));
        let seen = Arc::new(AtomicUsize::new(0));
        lock.try_lock().unwrap().push(Unlocking(lock, seen.clone()));
        lock.try_lock().unwrap().clear();
        assert_eq!(seen.load(SeqCst), 10, "the value was dropped while its lock was held");
    });
}
