//! Locking, unlocking and waiting, with and without bypass.

use core::pin::pin;
use core::task::Poll;

use anywake_core::{Lock, LockGuard};

use crate::trial::{A, B, Case, Handed, Trial};

pub(crate) const CASES: &[Case] = &[
    ("lock-unlock", lock_unlock),
    ("lock-enqueue", |trial| enqueue(trial, &LOCK)),
    ("lock-refresh", |trial| refresh(trial, &LOCK)),
    ("lock-hand-off", lock_hand_off),
    ("lock-cancel", |trial| cancel(trial, &LOCK)),
    ("bypass-enqueue", |trial| enqueue(trial, &BYPASS)),
    ("bypass-refresh", |trial| refresh(trial, &BYPASS)),
    ("bypass-hand-off", bypass_hand_off),
    ("bypass-retry", bypass_retry),
    ("bypass-cancel", |trial| cancel(trial, &BYPASS)),
];

pub(crate) static LOCK: Lock<u32> = Lock::new(0);
/// A lock whose first waiter may be overtaken once.
static BYPASS: Lock<u32> = Lock::with_bypass(0, 1);
static OWNER: Handed<LockGuard<'static, u32>> = Handed::new();

pub(crate) fn is_free(lock: &Lock<u32>) {
    assert!(lock.try_lock().is_some());
    assert_eq!(lock.waiters(), 0);
}

pub(crate) fn owned_elsewhere(lock: &'static Lock<u32>) {
    OWNER.put(lock.try_lock().unwrap());
}

pub(crate) fn unlock() -> u32 {
    drop(OWNER.take());
    0
}

fn lock_unlock(trial: &mut Trial) {
    *LOCK.try_lock().unwrap() = 0;
    let handler = || {
        LOCK.try_lock().map_or(0, |mut value| {
            *value += 1;
            1
        })
    };
    let ((), got) = trial.run(handler, || {
        let mut lock = pin!(LOCK.lock());
        match A.poll(lock.as_mut()) {
            Poll::Ready(mut value) => {
                let before = *value;
                *value = before + 10;
            }
            Poll::Pending => panic!("a handler releases the lock before it ends"),
        }
    });
    assert_eq!(*LOCK.try_lock().unwrap(), 10 + got);
    is_free(&LOCK);
}

fn enqueue(trial: &mut Trial, on: &'static Lock<u32>) {
    owned_elsewhere(on);
    let mut lock = pin!(on.lock());
    let (first, _) = trial.run(unlock, || A.poll(lock.as_mut()));
    drop(A.finish(first, lock.as_mut()));
    is_free(on);
}

fn refresh(trial: &mut Trial, on: &'static Lock<u32>) {
    owned_elsewhere(on);
    let mut lock = pin!(on.lock());
    assert!(A.poll(lock.as_mut()).is_pending());
    let (second, _) = trial.run(unlock, || B.poll(lock.as_mut()));
    // If the future still waits, the new waker must be woken.
    drop(B.finish(second, lock.as_mut()));
    A.take();
    is_free(on);
}

fn lock_hand_off(trial: &mut Trial) {
    let owner = LOCK.try_lock().unwrap();
    let mut lock = pin!(LOCK.lock());
    assert!(A.poll(lock.as_mut()).is_pending());
    let handler = || u32::from(LOCK.try_lock().is_some());
    let ((), got) = trial.run(handler, || drop(owner));
    assert_eq!(got, 0, "the lock is never free in between");
    drop(A.finish(Poll::Pending, lock.as_mut()));
    is_free(&LOCK);
}

fn cancel(trial: &mut Trial, on: &'static Lock<u32>) {
    owned_elsewhere(on);
    let mut first = pin!(Some(on.lock()));
    let mut second = pin!(on.lock());
    assert!(A.poll(first.as_mut().as_pin_mut().unwrap()).is_pending());
    assert!(B.poll(second.as_mut()).is_pending());
    trial.run(unlock, || first.set(None));
    A.take();
    drop(B.finish(Poll::Pending, second.as_mut()));
    is_free(on);
}

/// Tries to acquire the lock, and releases it.
fn overtake() -> u32 {
    u32::from(BYPASS.try_lock().is_some())
}

fn bypass_hand_off(trial: &mut Trial) {
    let owner = BYPASS.try_lock().unwrap();
    let mut lock = pin!(BYPASS.lock());
    assert!(A.poll(lock.as_mut()).is_pending());
    trial.run(overtake, || drop(owner));
    drop(A.finish(Poll::Pending, lock.as_mut()));
    is_free(&BYPASS);
}

fn bypass_retry(trial: &mut Trial) {
    let owner = BYPASS.try_lock().unwrap();
    let mut lock = pin!(BYPASS.lock());
    assert!(A.poll(lock.as_mut()).is_pending());
    drop(owner);
    assert!(A.take());
    let (first, _) = trial.run(overtake, || A.poll(lock.as_mut()));
    assert!(first.is_ready(), "the handler has released the lock");
    drop(first);
    A.take();
    is_free(&BYPASS);
}
