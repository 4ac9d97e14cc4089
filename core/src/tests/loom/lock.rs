//! Models of the lock.

use core::task::Poll;
use std::sync::Arc;

use super::{block_on, join, model, own, poll, queued, spawn};
use crate::lock::{Lock, OwnedLockGuard};

/// The owner of the lock is alone with the value, and sees what the last owner did to it.
#[test]
fn owners_exclude_each_other() {
    model(|| {
        let lock = Arc::new(Lock::new(0));
        let add = |lock: &Arc<Lock<u32>>| *block_on(lock.lock()) += 1;
        let threads = [(); 2].map(|()| {
            let lock = Arc::clone(&lock);
            spawn(move || add(&lock))
        });
        add(&lock);
        join(threads);
        assert_eq!(*lock.try_lock().expect("nobody has it"), 3);
    });
}

/// A poll that finds the lock handed over, without a wake-up, sees what the last owner wrote.
#[test]
fn a_hand_over_carries_the_value() {
    model(|| {
        let lock = Arc::new(Lock::new(0));
        let mut guard = Arc::clone(&lock).try_lock_owned().expect("nobody has it");
        let mut next = queued(own(&lock, Lock::lock));
        let owner = spawn(move || {
            *guard = 1;
            drop(guard);
        });
        match poll(&mut next) {
            Poll::Ready(guard) => assert_eq!(*guard, 1),
            Poll::Pending => assert_eq!(*block_on(next), 1),
        }
        owner.join().unwrap();
    });
}

/// The same for a lock that is found free.
#[test]
fn a_free_lock_carries_the_value() {
    model(|| {
        let lock = Arc::new(Lock::new(0));
        let guard = Arc::clone(&lock).try_lock_owned().expect("nobody has it");
        an_unlock_is_seen(&lock, guard);
    });
}

/// The first waiter goes away while the lock is handed to it: the second gets the lock.
#[test]
fn a_hand_over_to_a_waiter_that_goes_away() {
    model(|| {
        let lock = Arc::new(Lock::new(()));
        let guard = Arc::clone(&lock).try_lock_owned();
        let first = queued(own(&lock, Lock::lock));
        let second = queued(own(&lock, Lock::lock));
        let threads = [spawn(move || drop(guard)), spawn(move || drop(first))];
        drop(block_on(second));
        join(threads);
        assert!(!lock.is_locked() && lock.waiters() == 0);
    });
}

/// The only waiter goes away while the lock is unlocked: it is free for all in the end.
#[test]
fn the_last_waiter_goes_away() {
    model(|| {
        let lock = Arc::new(Lock::new(0));
        let mut guard = Arc::clone(&lock).try_lock_owned().expect("nobody has it");
        let waiter = queued(own(&lock, Lock::lock));
        let owner = spawn(move || {
            *guard = 1;
            drop(guard);
        });
        drop(waiter);
        assert_eq!(*block_on(lock.lock()), 1);
        owner.join().unwrap();
        assert_eq!(*lock.try_lock().expect("nobody has it"), 1);
    });
}

/// A waiter is polled by another task while the lock is handed over: that task is woken, or finds it at once.
#[test]
fn a_hand_over_to_a_waiter_that_changes_its_waker() {
    model(|| {
        let lock = Arc::new(Lock::new(0));
        let mut guard = Arc::clone(&lock).try_lock_owned().expect("nobody has it");
        // Queued with a waker that wakes nobody.
        let waiter = queued(own(&lock, Lock::lock));
        let owner = spawn(move || {
            *guard = 1;
            drop(guard);
        });
        assert_eq!(*block_on(waiter), 1);
        owner.join().unwrap();
    });
}

/// Two waiters are served in their order, and `try_lock` does not come between.
#[test]
fn nobody_overtakes() {
    model(|| {
        let lock = Arc::new(Lock::new(0));
        let guard = Arc::clone(&lock).try_lock_owned();
        let first = queued(own(&lock, Lock::lock));
        let second = queued(own(&lock, Lock::lock));
        let take_turn = |waiter, turn| {
            let mut served: crate::LockGuard<'_, i32> = block_on(waiter);
            assert_eq!(*served, turn);
            *served += 1;
        };
        let barger = Arc::clone(&lock);
        let threads = [
            spawn(move || drop(guard)),
            spawn(move || take_turn(first, 0)),
            spawn(move || {
                if let Some(served) = barger.try_lock() {
                    assert_eq!(*served, 2);
                }
            }),
        ];
        take_turn(second, 1);
        join(threads);
    });
}

/// A guard that owns its lock is made here and dropped there.
#[test]
#[cfg(feature = "alloc")]
fn an_owned_guard_changes_threads() {
    model(|| {
        let lock = Arc::new(Lock::new(0));
        let mut guard = block_on(Arc::clone(&lock).lock_owned());
        *guard = 1;
        let elsewhere = spawn(move || {
            *guard += 1;
            drop(guard);
        });
        let waiter = Arc::clone(&lock).lock_owned();
        let third = spawn(move || *block_on(waiter) += 1);
        *block_on(lock.lock()) += 1;
        join([elsewhere, third]);
        assert_eq!(*lock.try_lock().expect("nobody has it"), 4);
    });
}

/// With bypass: the first waiter is overtaken as often as the limit says, and not once more.
#[test]
fn a_bypass_keeps_its_bound() {
    model(|| {
        // The value counts those who came after the waiter and were before it.
        let lock = Arc::new(Lock::with_bypass(0, 1));
        let guard = Arc::clone(&lock).try_lock_owned();
        let waiter = queued(own(&lock, Lock::lock));
        let late = Arc::clone(&lock);
        let bargers = spawn(move || {
            drop(guard);
            for _ in 0..3 {
                if let Some(mut overtaken) = late.try_lock() {
                    *overtaken += 1;
                }
            }
        });
        let overtaken = block_on(waiter);
        assert!(*overtaken <= 1, "overtaken {} times", *overtaken);
        drop(overtaken);
        bargers.join().unwrap();
    });
}

/// The owner writes and unlocks; who takes the lock, before any waiter, sees it.
fn an_unlock_is_seen(lock: &Lock<u32>, mut guard: OwnedLockGuard<u32>) {
    let owner = spawn(move || {
        *guard = 1;
        drop(guard);
    });
    if let Some(guard) = lock.try_lock() {
        assert_eq!(*guard, 1);
    }
    owner.join().unwrap();
}

/// With bypass: who overtakes sees what the last owner wrote.
#[test]
fn a_bypass_carries_the_value() {
    model(|| {
        let lock = Arc::new(Lock::with_bypass(0, 1));
        let guard = Arc::clone(&lock).try_lock_owned().expect("nobody has it");
        let waiter = queued(own(&lock, Lock::lock));
        an_unlock_is_seen(&lock, guard);
        drop(waiter);
    });
}

/// The same where the first waiter has been woken by an earlier unlock, so that this one takes no internal lock.
#[test]
fn a_second_bypass_carries_the_value() {
    model(|| {
        let lock = Arc::new(Lock::with_bypass(0, 2));
        let guard = Arc::clone(&lock).try_lock_owned();
        let waiter = queued(own(&lock, Lock::lock));
        drop(guard);
        let guard = Arc::clone(&lock).try_lock_owned().expect("the bound allows for two");
        an_unlock_is_seen(&lock, guard);
        drop(waiter);
    });
}

/// With bypass: two that overtake at once do not both slip through a bound of one.
#[test]
fn two_bypass_at_once() {
    model(|| {
        let lock = Arc::new(Lock::with_bypass(0, 1));
        let guard = Arc::clone(&lock).try_lock_owned();
        let waiter = queued(own(&lock, Lock::lock));
        let overtake = |lock: Arc<Lock<u32>>| {
            move || {
                if let Some(mut overtaken) = lock.try_lock() {
                    *overtaken += 1;
                }
            }
        };
        let one = spawn(overtake(Arc::clone(&lock)));
        let other = spawn(overtake(Arc::clone(&lock)));
        drop(guard);
        assert!(*block_on(waiter) <= 1);
        join([one, other]);
    });
}

/// With bypass: one that overtakes and has to wait itself counts too, and neither is forgotten.
#[test]
fn a_bypass_by_one_that_waits() {
    model(|| {
        let lock = Arc::new(Lock::with_bypass(0, 1));
        let guard = Arc::clone(&lock).try_lock_owned();
        let waiter = queued(own(&lock, Lock::lock));
        let late = Arc::clone(&lock);
        let barger = spawn(move || {
            for _ in 0..2 {
                *block_on(late.lock()) += 1;
            }
        });
        drop(guard);
        let overtaken = block_on(waiter);
        assert!(*overtaken <= 1, "overtaken {} times", *overtaken);
        drop(overtaken);
        barger.join().unwrap();
        assert_eq!(*lock.try_lock().expect("nobody has it"), 2);
    });
}

/// With bypass: the first waiter was woken and goes away; the second is woken in its place.
#[test]
fn a_bypassed_waiter_goes_away() {
    model(|| {
        let lock = Arc::new(Lock::with_bypass((), 1));
        let guard = Arc::clone(&lock).try_lock_owned();
        let first = queued(own(&lock, Lock::lock));
        let second = queued(own(&lock, Lock::lock));
        let late = Arc::clone(&lock);
        let owner = spawn(move || {
            drop(guard);
            drop(late.try_lock());
        });
        let leaver = spawn(move || drop(first));
        drop(block_on(second));
        join([owner, leaver]);
        assert!(lock.try_lock().is_some() && lock.waiters() == 0);
    });
}

/// With bypass: a waiter that is not the first is polled while the lock is free, and neither it nor the first is lost.
#[test]
fn a_bypass_by_the_second_in_the_queue() {
    model(|| {
        let lock = Arc::new(Lock::with_bypass(0, 1));
        let guard = Arc::clone(&lock).try_lock_owned();
        let first = queued(own(&lock, Lock::lock));
        let mut second = queued(own(&lock, Lock::lock));
        let threads = [
            spawn(move || drop(guard)),
            spawn(move || match poll(&mut second) {
                Poll::Ready(mut value) => *value += 1,
                Poll::Pending => *block_on(second) += 1,
            }),
        ];
        *block_on(first) += 1;
        join(threads);
        assert_eq!(*lock.try_lock().expect("nobody has it"), 2);
    });
}

/// With bypass: the waiter that was woken finds the lock taken, and changes its waker meanwhile.
#[test]
fn a_bypassed_waiter_changes_its_waker() {
    model(|| {
        let lock = Arc::new(Lock::with_bypass(0, 2));
        let mut guard = Arc::clone(&lock).try_lock_owned().expect("nobody has it");
        let waiter = queued(own(&lock, Lock::lock));
        let late = Arc::clone(&lock);
        let owner = spawn(move || {
            *guard = 1;
            drop(guard);
            if let Some(mut value) = late.try_lock() {
                *value += 1;
            }
        });
        assert!((1..=2).contains(&*block_on(waiter)));
        owner.join().unwrap();
    });
}
