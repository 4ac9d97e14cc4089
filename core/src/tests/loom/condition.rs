//! Models of the condition.

use core::task::Poll;
use std::sync::Arc;
use std::task::Wake;

use super::{WakeCount, block_on, join, model, own, poll, queued, queued_for, spawn};
use crate::condition::{Condition, ConditionFuture};
use crate::event::Event;
use crate::lock::{Lock, LockGuard};
use crate::sys::atomic::{AtomicBool, Ordering};

type Pair = (Lock<u32>, Condition);
type Wait = ConditionFuture<'static, &'static Lock<u32>>;

fn pair() -> Arc<Pair> {
    Arc::new((Lock::new(0), Condition::new()))
}

/// A wait that has the lock, which is free.
fn wait((lock, condition): &'static Pair) -> Wait {
    condition.wait(lock.try_lock().expect("nobody has it"))
}

/// Who looks under the lock, waits, and looks again, misses no change that is notified afterwards.
#[test]
fn no_notification_is_missed() {
    model(|| {
        let pair = pair();
        let changer = {
            let pair = Arc::clone(&pair);
            spawn(move || {
                *block_on(pair.0.lock()) = 1;
                pair.1.notify_one();
            })
        };
        let mut value = block_on(pair.0.lock());
        while *value == 0 {
            value = block_on(pair.1.wait(value));
        }
        drop(value);
        changer.join().unwrap();
    });
}

/// The same with `wait_for`, and with the lock still held by the notifier.
#[test]
fn no_notification_under_the_lock_is_missed() {
    model(|| {
        let pair = pair();
        let changer = {
            let pair = Arc::clone(&pair);
            spawn(move || {
                let mut value = block_on(pair.0.lock());
                *value = 1;
                pair.1.notify_all();
            })
        };
        let value = block_on(pair.1.wait_for(block_on(pair.0.lock()), |value| *value == 1));
        assert_eq!(*value, 1);
        drop(value);
        changer.join().unwrap();
    });
}

/// A notification meets a waiter that goes away: it reaches the other one.
#[test]
fn a_notification_to_a_waiter_that_goes_away() {
    model(|| {
        let pair = pair();
        let first = queued(own(&pair, wait));
        let second = queued(own(&pair, wait));
        let notifier = Arc::clone(&pair);
        let threads = [
            spawn(move || {
                notifier.1.notify_one();
            }),
            spawn(move || drop(first)),
        ];
        drop(block_on(second));
        join(threads);
        assert!(!pair.0.is_locked());
        assert_eq!(pair.1.waiters(), 0);
    });
}

/// The same when the waiter is already on its way to the lock, which somebody else has: either it gets the lock, or
/// the other one is notified.
#[test]
fn a_waiter_goes_away_on_its_way_to_the_lock() {
    model(|| {
        let pair = pair();
        let mut first = queued(own(&pair, wait));
        let mut second = queued(own(&pair, wait));
        let guard = block_on(own(&pair, |(lock, _)| lock.lock()));
        assert_eq!(pair.1.notify_one(), 1);
        let owner = spawn(move || drop(guard));
        // It may stand in the condition's queue, or in the lock's, or own the lock, when it is dropped.
        let leaver = spawn(move || poll(&mut first).is_ready());
        if leaver.join().unwrap() {
            assert!(poll(&mut second).is_pending());
            assert_eq!(pair.1.notify_one(), 1);
        }
        drop(block_on(second));
        owner.join().unwrap();
        assert!(!pair.0.is_locked());
        assert_eq!((pair.0.waiters(), pair.1.waiters()), (0, 0));
    });
}

/// A waiter changes its waker while it is notified.
#[test]
fn a_notification_meets_a_change_of_waker() {
    model(|| {
        let pair = pair();
        let wait = queued(own(&pair, wait));
        let notifier = Arc::clone(&pair);
        let notifier = spawn(move || assert_eq!(notifier.1.notify_one(), 1));
        drop(block_on(wait));
        notifier.join().unwrap();
    });
}

/// The owner of the lock notifies all: they get it in their order, each woken.
#[test]
fn all_get_the_lock_in_their_order() {
    model(|| {
        let pair = pair();
        let [first, second, third] = [(); 3].map(|()| queued(own(&pair, wait)));
        let take_turn = |wait, turn| {
            let mut served: LockGuard<'_, u32> = block_on(wait);
            assert_eq!(*served, turn);
            *served += 1;
        };
        let notifier = Arc::clone(&pair);
        let threads = [
            spawn(move || {
                let guard = notifier.0.try_lock().expect("nobody else has it yet");
                assert_eq!(notifier.1.notify_all_with(&guard), 3);
            }),
            spawn(move || {
                take_turn(first, 0);
            }),
        ];
        take_turn(second, 1);
        take_turn(third, 2);
        join(threads);
        assert_eq!((pair.0.waiters(), pair.1.waiters()), (0, 0));
    });
}

/// All are notified, and the first of them goes away before, while or after it asks for the lock.
#[test]
fn the_first_of_all_goes_away() {
    model(|| {
        let pair = pair();
        let mut first = queued(own(&pair, wait));
        let second = queued(own(&pair, wait));
        let notifier = Arc::clone(&pair);
        let threads = [
            spawn(move || assert!(notifier.1.notify_all() >= 1)),
            spawn(move || {
                let _ = poll(&mut first);
                drop(first);
            }),
        ];
        drop(block_on(second));
        join(threads);
        assert!(!pair.0.is_locked());
        assert_eq!((pair.0.waiters(), pair.1.waiters()), (0, 0));
    });
}

/// Who was moved to the lock's queue is handed the lock, with what its owner wrote, or goes away.
#[test]
fn a_moved_waiter_is_handed_the_lock() {
    model(|| {
        let pair = pair();
        let mut first = queued(own(&pair, wait));
        let second = queued(own(&pair, wait));
        let mut guard = block_on(own(&pair, |(lock, _)| lock.lock()));
        assert_eq!(pair.1.notify_all_with(&guard), 2);
        assert!(poll(&mut first).is_pending());
        assert_eq!((pair.0.waiters(), pair.1.waiters()), (2, 0));
        let threads = [
            spawn(move || {
                *guard = 7;
                drop(guard);
            }),
            spawn(move || drop(first)),
        ];
        assert_eq!(*block_on(second), 7);
        join(threads);
        assert!(!pair.0.is_locked() && pair.0.waiters() == 0);
    });
}

/// A waiter changes its waker, or goes away, while the owner of its lock moves it there and unlocks.
#[test]
fn a_move_to_the_lock_meets_a_poll() {
    model(|| {
        let pair = pair();
        let first = queued(own(&pair, wait));
        let second = queued(own(&pair, wait));
        let guard = block_on(own(&pair, |(lock, _)| lock.lock()));
        let notifier = Arc::clone(&pair);
        let threads = [
            spawn(move || {
                assert!(notifier.1.notify_with(2, &guard) >= 1);
                drop(guard);
            }),
            spawn(move || drop(first)),
        ];
        *block_on(second) += 1;
        join(threads);
        assert!(!pair.0.is_locked());
        assert_eq!((pair.0.waiters(), pair.1.waiters()), (0, 0));
    });
}

/// One is moved to the lock and is dropped there: its notification reaches the other one, also if the lock is owned by then.
#[test]
fn a_moved_waiter_that_goes_away_forwards() {
    model(|| {
        let pair = pair();
        let first = queued(own(&pair, wait));
        let second = queued(own(&pair, wait));
        let guard = block_on(own(&pair, |(lock, _)| lock.lock()));
        assert_eq!(pair.1.notify_one_with(&guard), 1);
        let threads = [spawn(move || drop(guard)), spawn(move || drop(first))];
        drop(block_on(second));
        join(threads);
        assert!(!pair.0.is_locked());
        assert_eq!((pair.0.waiters(), pair.1.waiters()), (0, 0));
    });
}

/// A wait that was enabled without a waker, and is polled while it is notified.
#[test]
fn an_enabled_wait_misses_no_notification() {
    model(|| {
        let pair = pair();
        let mut enabled = own(&pair, wait);
        assert!(!enabled.future.as_mut().enable());
        let notifier = Arc::clone(&pair);
        let notifier = spawn(move || assert_eq!(notifier.1.notify_one(), 1));
        drop(block_on(enabled));
        notifier.join().unwrap();
    });
}

/// Two locks, one condition: each waiter gets its own lock, in whatever order they are polled.
#[test]
fn two_locks_share_a_condition() {
    model(|| {
        let locks = Arc::new((Lock::new(0), Lock::new(0), Condition::new()));
        let first = queued(own(&locks, |(a, _, condition)| condition.wait(a.try_lock().unwrap())));
        let second = queued(own(&locks, |(_, b, condition)| condition.wait(b.try_lock().unwrap())));
        let notifier = Arc::clone(&locks);
        let threads =
            [spawn(move || assert_eq!(notifier.2.notify_all(), 2)), spawn(move || *block_on(first) += 1)];
        *block_on(second) += 1;
        join(threads);
        assert_eq!(*locks.0.try_lock().unwrap() + *locks.1.try_lock().unwrap(), 2);
    });
}

/// Somebody comes between two batches of a `notify_all`: all the others are notified, and the late-comer is not.
#[test]
fn a_late_comer_between_two_batches() {
    model(|| {
        let pair = pair();
        let first_batch = Arc::new(Seen(AtomicBool::new(false)));
        let first = queued_for(&first_batch, own(&pair, wait));
        let others = [(); 2].map(|()| queued(own(&pair, wait)));
        let notifier = Arc::clone(&pair);
        let notifier = spawn(move || notifier.1.notify_all());
        let late = Arc::clone(&pair);
        let late = spawn(move || first_batch.0.load(Ordering::Acquire).then(|| queued(own(&late, wait))));
        assert_eq!(notifier.join().unwrap(), 3);
        if let Some(mut late) = late.join().unwrap() {
            assert!(poll(&mut late).is_pending());
            drop((first, others));
            assert_eq!((pair.0.waiters(), pair.1.waiters()), (0, 1));
        }
    });
}

/// Remembers to have been woken, in a way that models see.
struct Seen(AtomicBool);

impl Wake for Seen {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Release);
    }
}

/// `wait_until` returns with the lock in any case, and does not claim a notification that nobody gave.
#[test]
fn wait_until_meets_its_cancellation() {
    model(|| {
        let shared = Arc::new((Lock::new(0), Condition::new(), Event::new()));
        let wait = queued(own(&shared, |(lock, condition, event)| {
            condition.wait_until(lock.try_lock().unwrap(), event.wait())
        }));
        let (notifier, canceller) = (Arc::clone(&shared), Arc::clone(&shared));
        let notifier = spawn(move || notifier.1.notify_one());
        let canceller = spawn(move || canceller.2.set());
        let (guard, notified) = block_on(wait);
        assert!(shared.0.is_locked() && shared.0.try_lock().is_none());
        drop(guard);
        let told = notifier.join().unwrap();
        canceller.join().unwrap();
        assert!(!notified || told == 1, "notified by nobody");
        assert_eq!((shared.0.waiters(), shared.1.waiters()), (0, 0));
    });
}

/// `wait_until`: what a cancelled wait had been told goes to the next.
#[test]
fn wait_until_passes_the_news_on() {
    model(|| {
        let shared = Arc::new((Lock::new(0), Condition::new(), Event::new()));
        let first = queued(own(&shared, |(lock, condition, event)| {
            condition.wait_until(lock.try_lock().unwrap(), event.wait())
        }));
        let wakes = WakeCount::new();
        let mut second =
            queued_for(&wakes, own(&shared, |(lock, condition, _)| condition.wait(lock.try_lock().unwrap())));
        let (notifier, canceller) = (Arc::clone(&shared), Arc::clone(&shared));
        let notifier = spawn(move || assert_eq!(notifier.1.notify_one(), 1));
        let canceller = spawn(move || canceller.2.set());
        let (guard, notified) = block_on(first);
        drop(guard);
        join([notifier, canceller]);
        assert_eq!(wakes.count(), usize::from(!notified));
        assert_eq!(matches!(poll(&mut second), Poll::Ready(_)), !notified);
    });
}
