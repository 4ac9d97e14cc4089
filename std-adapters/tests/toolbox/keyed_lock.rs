//! `KeyedLock`: an entry goes with its last user, however that one leaves, and no key ever has two locks.

use core::sync::atomic::{AtomicUsize, Ordering};
use core::time::Duration;
use std::panic::resume_unwind;
use std::sync::Arc;

use anywake::test_util::{Probe, Simulated, Simulation};
use anywake::{Failure, KeyedLock, Runtime, Wait, assert_pending, assert_ready, gather_settled};
use futures_util::FutureExt as _;

use crate::support::{event, message, panic_of};

const KEYS: usize = 4;

/// What tasks do to the locks of a few keys: they hold one, give up waiting for it, panic with it, and try it.
struct Storm {
    locks: Arc<KeyedLock<usize>>,
    holders: [AtomicUsize; KEYS],
    done: AtomicUsize,
}

impl Storm {
    async fn task<R: Runtime>(self: Arc<Self>, rt: R, seed: u64) {
        let mut random = seed;
        for _ in 0..8 {
            random = random.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
            let (key, deed) = ((random >> 33) as usize % KEYS, random >> 40 & 7);
            match deed {
                0 => {
                    let stops = rt.yield_now();
                    let Ok(guard) = self.locks.lock(key).until(stops).await else { continue };
                    self.hold(rt, *guard.key()).await;
                }
                1 => drop(self.locks.lock(key)),
                2 => _ = Arc::clone(&self.locks).lock_owned(key).now_or_never(),
                3 => {
                    let Some(guard) = self.locks.try_lock(key) else { continue };
                    self.hold(rt, *guard.key()).await;
                }
                4 => {
                    let _guard = self.locks.lock(key).await;
                    rt.yield_now().await;
                    resume_unwind(Box::new("with the lock"));
                }
                5 => {
                    // Two keys in the order of the keys: that cannot deadlock.
                    let other = (key + 1) % KEYS;
                    let first = self.locks.lock(key.min(other)).await;
                    let second = self.locks.lock(key.max(other)).await;
                    self.hold(rt, *first.key()).await;
                    drop(first);
                    self.hold(rt, *second.key()).await;
                }
                _ => {
                    let guard = Arc::clone(&self.locks).lock_owned(key).await;
                    self.hold(rt, *guard.key()).await;
                }
            }
        }
        self.done.fetch_add(1, Ordering::Relaxed);
    }

    async fn hold<R: Runtime>(&self, rt: R, key: usize) {
        assert!(self.locks.is_locked(&key));
        let _holds = Holds::begin(&self.holders[key]);
        rt.yield_now().await;
    }
}

/// A holder of a key that counts until it is dropped, by a cancel for example.
struct Holds<'a>(&'a AtomicUsize);

impl<'a> Holds<'a> {
    fn begin(holders: &'a AtomicUsize) -> Self {
        assert_eq!(holders.fetch_add(1, Ordering::Relaxed), 0, "two hold the lock of a key");
        Self(holders)
    }
}

impl Drop for Holds<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

async fn storm_of_holders_cancels_and_panics_leaves_no_entry<R: Runtime>(rt: R) {
    let storm = Arc::new(Storm {
        locks: Arc::new(KeyedLock::new()),
        holders: Default::default(),
        done: AtomicUsize::new(0),
    });
    let tasks: Vec<_> = (0..40).map(|seed| rt.spawn(Arc::clone(&storm).task(rt, seed))).collect();
    // Every fifth task is cancelled somewhere on its way.
    for (n, task) in tasks.iter().enumerate() {
        if n % 5 == 0 {
            rt.yield_now().await;
            task.cancel();
        }
    }
    for ended in gather_settled(tasks).await {
        match ended {
            Ok(()) | Err(Failure::Cancelled) => {}
            Err(Failure::Panicked(panic)) => assert_eq!(message(&panic), "with the lock"),
            Err(other) => panic!("{other:?}"),
        }
    }
    assert!(storm.done.load(Ordering::Relaxed) > 0);
    assert_eq!((storm.locks.len(), storm.locks.is_empty()), (0, true));
}

async fn keys_do_not_wait_for_each_other<R: Runtime>(rt: R) {
    let locks = Arc::new(KeyedLock::new());
    let (held, go) = (event(), event());
    let holder = rt.spawn({
        let (locks, held, go) = (Arc::clone(&locks), Arc::clone(&held), Arc::clone(&go));
        async move {
            let _guard = locks.lock("a").await;
            held.set();
            go.wait().await;
        }
    });
    held.wait().await;
    assert!(locks.try_lock("a").is_none());
    drop(locks.lock("b").await);
    go.set();
    holder.await.unwrap();
    drop(locks.lock("a").await);
    assert!(locks.is_empty());
}

on_each_runtime! {
    storm_of_holders_cancels_and_panics_leaves_no_entry
    keys_do_not_wait_for_each_other
}

#[test]
fn waiters_of_a_key_are_served_in_the_order_of_their_first_polls() {
    let locks = KeyedLock::new();
    let held = locks.try_lock(1).unwrap();
    let mut waits = [0; 4].map(|_| Probe::new(locks.lock(1)));
    let order = [2, 0, 3, 1];
    order.iter().for_each(|&n| assert_pending!(waits[n].poll()));
    assert!(locks.try_lock(1).is_none());
    let mut guard = held;
    for n in order {
        drop(guard);
        assert!(locks.try_lock(1).is_none(), "it was handed over");
        let woken: Vec<_> = waits.iter().map(Probe::wakes).collect();
        assert_eq!(woken[n], 1, "{woken:?}");
        guard = assert_ready!(waits[n].poll());
    }
    drop((guard, waits));
    assert!(locks.is_empty());
}

#[test]
fn waiter_that_is_dropped_leaves_no_entry_and_takes_no_place() {
    let locks = KeyedLock::new();
    let held = locks.try_lock(1).unwrap();
    let (mut dropped, mut stays) = (Probe::new(locks.lock(1)), Probe::new(locks.lock(1)));
    assert_pending!(dropped.poll());
    assert_pending!(stays.poll());
    drop(dropped);
    drop(held);
    assert_eq!(locks.len(), 1);
    drop(assert_ready!(stays.poll()));
    assert_eq!(locks.len(), 0);
}

#[test]
fn waiter_that_was_handed_the_lock_and_is_dropped_hands_it_on() {
    let locks = KeyedLock::new();
    let held = locks.try_lock(1).unwrap();
    let (mut granted, mut next) = (Probe::new(locks.lock(1)), Probe::new(locks.lock(1)));
    assert_pending!(granted.poll());
    assert_pending!(next.poll());
    drop(held);
    assert_eq!((granted.wakes(), next.wakes()), (1, 0));
    drop(granted);
    assert_eq!(next.wakes(), 1);
    drop(assert_ready!(next.poll()));
    assert!(locks.is_empty());
}

#[test]
fn last_waiter_that_was_handed_the_lock_and_is_dropped_leaves_no_entry() {
    let locks = KeyedLock::new();
    let held = locks.try_lock(1).unwrap();
    let mut granted = Probe::new(locks.lock(1));
    assert_pending!(granted.poll());
    drop(held);
    assert!(locks.is_locked(&1), "it was handed over");
    drop(granted);
    assert!(!locks.is_locked(&1));
    assert!(locks.is_empty());
}

#[test]
fn wait_that_was_not_polled_has_no_entry() {
    let locks = KeyedLock::new();
    let never = locks.lock(1);
    assert!(locks.is_empty());
    assert!(locks.try_lock(1).is_some(), "it has no place in the queue");
    drop(never);
    assert!(locks.is_empty());
}

#[test]
fn newcomer_while_a_waiter_is_handed_the_lock_gets_no_second_lock() {
    let locks = KeyedLock::new();
    let held = locks.try_lock(1).unwrap();
    let mut granted = Probe::new(locks.lock(1));
    assert_pending!(granted.poll());
    drop(held);
    let mut newcomer = Probe::new(locks.lock(1));
    assert_pending!(newcomer.poll(), "the lock is the waiter's");
    let guard = assert_ready!(granted.poll());
    assert_pending!(newcomer.poll());
    drop(guard);
    drop(assert_ready!(newcomer.poll()));
    assert!(locks.is_empty());
}

#[test]
fn key_that_is_looked_at_has_no_entry() {
    let locks = KeyedLock::new();
    assert!(!locks.is_locked("a"));
    let guard = locks.try_lock("a".to_owned());
    assert!(locks.is_locked("a") && !locks.is_locked("b"));
    assert!(locks.try_lock("a".to_owned()).is_none());
    assert_eq!(locks.len(), 1);
    drop(guard);
    assert!(!locks.is_locked("a"));
    assert_eq!(format!("{locks:?}"), "KeyedLock { keys: 0, .. }");
}

#[test]
fn deadline_ends_a_wait_and_leaves_no_entry() {
    Simulation::new().run(async {
        let locks = Arc::new(KeyedLock::new());
        let guard = locks.try_lock(1).unwrap();
        assert!(locks.lock(1).within(Simulated, Duration::from_secs(1)).await.is_err());
        let owned = Arc::clone(&locks).lock_owned(1).within(Simulated, Duration::from_secs(1));
        assert!(owned.await.is_err());
        drop(guard);
        assert!(locks.is_empty());
        assert!(locks.lock(1).within(Simulated, Duration::ZERO).await.is_ok());
    });
}

#[test]
fn wait_that_is_polled_again_panics() {
    let locks = KeyedLock::new();
    let mut waits = Probe::new(locks.lock(1));
    drop(assert_ready!(waits.poll()));
    let message = panic_of(|| drop(waits.poll()));
    assert_eq!(message, "a wait for a `KeyedLock` was polled after it had completed");
    assert!(locks.is_empty());
}

#[test]
fn owned_guard_outlives_all_other_handles() {
    let locks = Arc::new(KeyedLock::new());
    let weak = Arc::downgrade(&locks);
    let guard = locks.try_lock_owned("key").unwrap();
    assert_eq!(*guard.key(), "key");
    assert_eq!(format!("{guard:?}"), "KeyedGuard { key: \"key\", .. }");
    drop(guard);
    assert!(weak.upgrade().is_none());
}

/// Two threads, whose guards and waits end while the other begins: the holder's entry goes just when another comes.
#[test]
fn one_who_comes_while_the_last_one_leaves_has_the_lock_alone() {
    let (locks, holders) = (Arc::new(KeyedLock::new()), Arc::new(AtomicUsize::new(0)));
    let threads = [0_u8, 1].map(|n| {
        let (locks, holders) = (Arc::clone(&locks), Arc::clone(&holders));
        std::thread::spawn(move || {
            for round in 0..20_000_u32 {
                let guard = match (round + u32::from(n)) % 3 {
                    0 => locks.try_lock("key"),
                    1 => locks.lock("key").now_or_never(),
                    _ => Some(anywake::blocking::wait(locks.lock("key"))),
                };
                if guard.is_some() {
                    drop(Holds::begin(&holders));
                }
            }
        })
    });
    threads.into_iter().for_each(|thread| thread.join().unwrap());
    assert!(locks.is_empty());
}

#[test]
fn an_enabled_wait_has_its_place_before_its_first_poll_and_is_passed_on_when_dropped() {
    let locks = KeyedLock::new();
    let guard = locks.try_lock(1).unwrap();
    let mut enabled = Box::pin(locks.lock(1));
    assert!(!enabled.is_decided());
    assert!(!enabled.as_mut().enable(), "the lock is held");
    let mut later = Probe::new(locks.lock(1));
    assert_pending!(later.poll());
    drop(guard);
    assert!(enabled.is_decided() && enabled.as_mut().enable());
    assert_pending!(later.poll());
    drop(enabled);
    assert_eq!(*assert_ready!(later.poll()).key(), 1);
    drop(later);
    assert!(locks.is_empty());

    let mut enabled = Box::pin(Arc::new(locks).lock_owned(2));
    assert!(enabled.as_mut().enable());
    let guard = Probe::new(enabled).poll();
    assert_eq!(*assert_ready!(guard).key(), 2);
}
